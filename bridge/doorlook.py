"""Looks at a mail while its sender still waits: what would certainly be refused is refused at the door.

Promise: certain or not at all.  The office must refuse programs of every class that the sender may be of, and a child
of the sandbox must have seen one; where there is doubt, no child, or too many who wait for one, the mail is taken and
judged later.  No hostile octet is read here but by the glance.
"""

import asyncio
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import get_args

import structlog

from bridge.glance import Glance
from bridge.judging import refuses, weigh
from bridge.policy import Policy, SenderClass
from bridge.programs import Looked, LookRequest
from bridge.routing import address_fits
from bridge.sandbox.outcome import Answered
from bridge.sandbox.pool import ClosedError, Pool
from bridge.sandbox.process import StartError
from smtp_in.replies import PROGRAM_REFUSED
from store.errors import Unavailable
from store.mail import SmtpOrigin
from store.registry import RoutingRule
from store.reply import Reply
from validation.codes import Code
from validation.finding import Observation, Severity
from validation.settings import ReadingCaps

_log = structlog.get_logger("docbridge.door")
_AT_ONCE = 2  # the children are the workers' first of all
_WAITING = 8
_CLASSES = frozenset[str](get_args(SenderClass))


def refused_classes(policy: Policy) -> frozenset[str]:
    """The classes of senders whose programs the office refuses without a person."""
    seen = Observation(Code.FORMAT_EXECUTABLE)
    return frozenset(
        name
        for name in _CLASSES
        if refuses(seen.code, name, policy) and weigh(seen, name, policy).severity is Severity.FAULT
    )


def possible_classes(recipient: str, routes: Sequence[RoutingRule]) -> frozenset[str]:
    """The classes that the sender of a mail for `recipient` may be of, when nobody has read the mail.

    A rule may make a class of all who write to an address; one that also asks for the sender or the subject may fit or
    not, and those behind it count, too.
    """
    found: set[str] = set()
    for rule in sorted(routes, key=lambda rule: rule.position):
        if not address_fits(rule.recipient, recipient):
            continue
        found |= {rule.sender_class} if rule.sender_class else _CLASSES
        if not rule.sender and not rule.subject:
            return frozenset(found)
    return _CLASSES


class DoorLook:
    """What the SMTP door asks before it keeps a mail."""

    def __init__(
        self, pool: Pool, policy: Policy, caps: ReadingCaps, routes: Callable[[], Sequence[RoutingRule]]
    ) -> None:
        """`routes`: the rules as they are now, from memory."""
        self._pool = pool
        self._refused = refused_classes(policy)
        self._caps = caps
        self._routes = routes
        self._threads = ThreadPoolExecutor(_AT_ONCE, "docbridge-look")
        self._waiting = 0

    def close(self) -> None:
        """Look no more."""
        self._threads.shutdown(wait=False, cancel_futures=True)

    def glance(self) -> Glance | None:
        """What is to see the next mail go by; None = programs are refused of nobody."""
        return Glance() if self._refused else None

    async def __call__(self, content: bytes | Path, origin: SmtpOrigin) -> tuple[Reply | None, ...]:
        """For each recipient, None or why the mail is refused."""
        routes = self._routes()
        certain = [possible_classes(path.address, routes) <= self._refused for path in origin.rcpt_to]
        if not any(certain) or self._waiting >= _WAITING:
            return (None,) * len(certain)
        self._waiting += 1
        try:
            request = LookRequest(origin.mail_from, self._caps)
            asked = asyncio.get_running_loop().run_in_executor(self._threads, self._ask, content, request)
            looked = await asked
        finally:
            self._waiting -= 1
        found = bool(looked and looked.programs)
        return tuple(PROGRAM_REFUSED if found and sure else None for sure in certain)

    def _ask(self, content: bytes | Path, request: LookRequest) -> Looked | None:
        """What a child sees; None = nobody could look."""
        try:
            answer = self._pool.run("look", request, [content], Looked)
        except (Unavailable, StartError, ClosedError) as away:
            _log.info("not_looked", cause=type(away).__name__)
            return None
        if not isinstance(answer, Answered):
            return None
        answer.files.close()
        return answer.value
