"""A log that is loaded when there is something to tell: loading it takes longer than all that `check` does before.

Where the program has set its log up that one is used; else, as in `check` alone, warnings go to standard error.
"""

import sys
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from structlog.stdlib import BoundLogger


def late_log(name: str) -> "BoundLogger":
    """The logger of that name."""
    import structlog

    if structlog.is_configured():
        log: BoundLogger = structlog.get_logger(name)
        return log
    processors: list[structlog.typing.Processor] = [
        structlog.processors.add_log_level,
        structlog.processors.KeyValueRenderer(key_order=["event"]),
    ]
    plain: BoundLogger = structlog.wrap_logger(
        structlog.WriteLogger(sys.stderr),
        processors=processors,
        wrapper_class=structlog.make_filtering_bound_logger("warning"),
    )
    return plain
