"""How the program writes its log: one line an event on standard error, ids and hashes only.

What a library of others logs is kept below warnings: it may quote a mail.
"""

import logging
import sys

import structlog

from bridge.settings.sections import Log


def configure(settings: Log) -> None:
    """Sets the log up for this process."""
    level = getattr(logging, settings.level.upper())
    renderer: structlog.typing.Processor = (
        structlog.processors.JSONRenderer(ensure_ascii=False)
        if settings.format == "json"
        else structlog.dev.ConsoleRenderer(colors=sys.stderr.isatty())
    )
    structlog.configure(
        processors=[
            structlog.processors.add_log_level,
            structlog.processors.TimeStamper(fmt="iso", utc=True),
            _without_messages,
            renderer,
        ],
        wrapper_class=structlog.make_filtering_bound_logger(level),
        logger_factory=structlog.WriteLoggerFactory(sys.stderr),
        cache_logger_on_first_use=True,
    )
    logging.basicConfig(level=max(level, logging.WARNING), format='{"event": "library", "logger": "%(name)s"}')


def _without_messages(logger: object, method: str, event: structlog.typing.EventDict) -> structlog.typing.EventDict:
    """An exception's message may quote a document: type and place are kept, the message is not."""
    del logger, method
    found = event.pop("exc_info", None)
    error = sys.exc_info()[1] if found is True else found
    if isinstance(error, BaseException):
        trace = error.__traceback__
        places = []
        while trace:
            places.append(f"{trace.tb_frame.f_code.co_name}:{trace.tb_lineno}")
            trace = trace.tb_next
        event["kind"] = type(error).__name__
        event["trace"] = " > ".join(places[-6:])
    return event
