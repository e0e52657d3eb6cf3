"""`sendEdoc`: what a system sends is on disk before it hears OK, and is one mail however often it is sent.

The docId derives from system, sender, kind and digest: a packet whose answer was lost comes again under the same one.
"""

import hashlib
import uuid
from collections import deque
from collections.abc import AsyncIterator, Callable
from datetime import UTC, datetime

import anyio.to_thread
import structlog

from bridge.axis.vxp_wire import TAIL, without_zeros
from bridge.recognised import Recognised
from bridge.sandbox.outcome import Answered
from bridge.web.vxp_caller import Caller
from bridge.web.vxp_words import Code, Refusal
from bridge.worker import Bench
from store.incoming import Incoming
from store.mail import AxisOrigin

_log = structlog.get_logger("docbridge.vxp")
_DOC_IDS = uuid.UUID("7c5b0d0e-8f4b-4f0e-9d5e-3a1d8f6f2a04")
_HOUR = 3600.0
_KINDS = ("edoc", "status")


class Quota:
    """How much one system sent within the last hour; counted in memory, from the start of the service."""

    def __init__(self, most: int, clock: Callable[[], float]) -> None:
        self._most = most
        self._clock = clock
        self._taken: deque[float] = deque()

    def spend(self) -> bool:
        """One more, if there is room for it."""
        now = self._clock()
        while self._taken and now - self._taken[0] > _HOUR:
            self._taken.popleft()
        if self._most and len(self._taken) >= self._most:
            return False
        if self._most:
            self._taken.append(now)
        return True


async def take(bench: Bench, who: Caller, body: AsyncIterator[bytes]) -> str:
    """Takes one packet in; its docId.

    Raises:
        Refusal: it is not taken, and why.
        Unavailable: the store or the sandbox cannot now.
    """
    system, kind, sender = who.system, who.parameters.get("messagetype", ""), who.parameters.get("from", "").strip()
    if kind not in _KINDS:
        raise Refusal(Code.WRONG_CALL, "messagetype must be edoc or status")
    if not system.serves(sender):
        raise Refusal(Code.SENDER_UNKNOWN, "from is no organ of this system")
    with bench.store.incoming() as incoming:
        digest = await _received(incoming, body, who)
        doc_id = str(uuid.uuid5(_DOC_IDS, "\n".join((system.id, sender.casefold(), kind, digest))))
        again = await anyio.to_thread.run_sync(_keep, bench, incoming, who, doc_id)
    _log.info("vxp.taken", system=system.id, doc=doc_id, kind=kind, again=again)
    bench.arrived()
    return doc_id


async def _received(incoming: Incoming, body: AsyncIterator[bytes], who: Caller) -> str:
    """Reads the body without the two octets that the SDK sends behind a file; the digest, once it is the signed one."""
    largest = who.system.largest_packet
    digest, held, size = hashlib.sha256(), b"", 0
    async for chunk in body:
        size += len(chunk)
        if size > largest + len(TAIL):
            raise Refusal(Code.BAD_FILE, f"the packet is larger than {largest} octets")
        held += chunk
        ready, held = held[: -len(TAIL)], held[-len(TAIL) :]
        digest.update(ready)
        incoming.write(ready)
        if incoming.heavy:
            await anyio.to_thread.run_sync(incoming.relieve)
    whole = digest.copy()
    whole.update(held)
    told = who.parameters.get("hash-file", "").lower()
    if not told and who.system.need_hash_file:
        raise Refusal(Code.BAD_FILE, "hash-file is missing")
    tailed = held == TAIL and (not told or _is(told, digest.digest()))
    if not tailed:
        if told and not _is(told, whole.digest()):
            raise Refusal(Code.BAD_FILE, "the packet differs from hash-file")
        incoming.write(held)
    if not incoming.size:
        raise Refusal(Code.BAD_FILE, "the packet is empty")
    return (digest if tailed else whole).hexdigest()


def _is(told: str, digest: bytes) -> bool:
    """Is that the digest, plain or as the SDK writes it?"""
    return told in (digest.hex(), without_zeros(digest))


def _keep(bench: Bench, incoming: Incoming, who: Caller, doc_id: str) -> bool:
    """Recognised in the sandbox, then on disk; whether it was there before."""
    answer = bench.pool.run("recognise_sent", who.system.id, [incoming.content()], Recognised)
    if not isinstance(answer, Answered):
        raise Refusal(Code.NOT_EDXML, "Gói tin làm dừng chương trình đọc.")
    found = answer.value
    if found.reason:
        raise Refusal(Code.NOT_EDXML, found.reason)
    if found.kind != who.parameters["messagetype"]:
        raise Refusal(Code.NOT_EDXML, "messagetype is not that of the packet")
    if not who.system.serves(found.sender):
        raise Refusal(Code.SENDER_UNKNOWN, "the packet's From is no organ of this system")
    origin = AxisOrigin(who.system.id, doc_id, named_once=True)
    return bench.store.intake.keep(incoming, origin, datetime.now(UTC)).again
