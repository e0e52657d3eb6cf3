"""The VXP axis: envelopes out and packets in by VNPT's exchange protocol.

The same envelope is the same packet on every retry.  Where an answer was lost, the axis' own list of what we sent is
asked before the packet goes out again.  `updateStatus` is the transport's acknowledgement and nothing more: what
became of a document travels as status packets.
"""

import time
from collections import OrderedDict
from collections.abc import Callable, Iterator
from datetime import datetime
from hashlib import sha256
from pathlib import Path
from random import SystemRandom
from typing import assert_never

import structlog

from bridge.axis.breaker import Breaker
from bridge.axis.packet_head import PacketHead, head_of
from bridge.axis.protocol import HOLD, MEND, UNREACHED, Acknowledgement, Bad, ListedOrgan, Taken
from bridge.axis.sent_list import found_in, reaches_back
from bridge.axis.settings import VxpAxis
from bridge.axis.vxp_answers import Said, Sort, listed, packet_in, said, sort
from bridge.axis.vxp_link import HttpAnswer, Link, NotAnsweredError, NotSentError
from bridge.axis.vxp_wire import DOC_ID, JSON, OCTETS, SERVICE, TAIL, Parameters, signed, stamp_of, without_zeros
from store.delivery import Attempt, Delivered, Refused, TryLater, Unsure
from store.errors import Unavailable
from store.reply import Reply

_log = structlog.get_logger("docbridge.axis")

TAKEN = Reply(250, "2.0.0", "packet taken by the axis")
TAKEN_BEFORE = Reply(250, "2.0.0", "packet is in the axis' list of sent ones")
NO_PACKET = Reply(554, "5.6.0", "envelope is not in the form of ours")
NOT_REACHED = Reply(451, UNREACHED, "the axis cannot be reached")
UNANSWERED = Reply(451, "4.4.2", "the axis did not answer; it may have taken the packet")
LATER = Reply(451, "4.3.2", "the axis says: not now")
HELD = Reply(450, HOLD, "the axis says what a person must mend")
SHUT = Reply(450, MEND, "the axis lets us do nothing until a person mends the connection")
REFUSED = Reply(554, "5.6.0", "the axis refuses the packet")

_REMEMBERED = 10_000  # acknowledged packets: a list may show them for a while yet
_FOR = 600.0  # seconds
_TOLD = 100_000  # ids that answers told: no other packet is known by these
_DICE = SystemRandom().random
_MESSAGE_TYPES = ("edoc", "status")


class Vxp:
    """An axis that speaks VXP (`bridge.axis.protocol.Axis`).  Used by one thread."""

    def __init__(
        self,
        settings: VxpAxis,
        secret: bytes,
        now: Callable[[], datetime],
        *,
        clock: Callable[[], float] = time.monotonic,
        dice: Callable[[], float] = _DICE,
    ) -> None:
        self.settings = settings
        self._secret = secret
        self._now = now
        self._clock = clock
        self._link = Link(settings)
        self._breaker = Breaker(settings.breaker_after, settings.breaker_pause.total_seconds(), clock, dice)
        self._asked = float("-inf")  # when the lists were read last
        self._settled: OrderedDict[str, float] = OrderedDict()
        self._told_ids: OrderedDict[str, datetime] = OrderedDict()

    @property
    def name(self) -> str:
        """Its name in the settings."""
        return self.settings.name

    @property
    def names_once(self) -> bool:
        """A docId is given to one packet and never to another."""
        return True

    @property
    def ready(self) -> bool:
        """False while the axis is left alone after a row of failures."""
        return self._breaker.ready

    @property
    def asks_first(self) -> bool:
        """Its list of sent packets may show the newest alone: what may be in it is asked for at once."""
        return self.settings.ask_sent_list

    def send(self, envelope_id: str, content: bytes | Path, unsure_since: datetime | None = None) -> Attempt:
        """Hand over one envelope; after a lost answer only if the axis' list of sent packets has it not."""
        head = head_of(content)
        if head is None or not (self.settings.sender or head.sender).isascii():
            return Refused(NO_PACKET)
        if unsure_since is not None and self.settings.ask_sent_list:
            try:
                if self._was_taken(head, unsure_since):
                    _log.info("axis.was_taken", axis=self.name, envelope=envelope_id)
                    return Delivered(TAKEN_BEFORE)
            except Unavailable as unavailable:
                # Sent now it might be there twice.
                return Unsure(UNANSWERED.because(f"sent list: {unavailable.cause}"))
        try:
            answer = self._post("sendEdoc", self._of_packet(head, content), content, OCTETS, tail=TAIL)
        except NotSentError as error:
            return TryLater(NOT_REACHED.because(str(error)))
        except NotAnsweredError as error:
            return Unsure(UNANSWERED.because(str(error)))
        word = said(answer)
        sorted_as = sort(answer, word, self.settings)
        if sorted_as is Sort.MEND:
            self._breaker.failed()
        attempt = _attempt(answer, word, sorted_as)
        if word and word.ok and (doc_id := word.members.get("DocId")) and isinstance(doc_id, str):
            self._remember(doc_id)
        _log.info("axis.sent", axis=self.name, envelope=envelope_id, attempt=type(attempt).__name__)
        return attempt

    def received(self) -> Iterator[str]:
        """The docIds that wait for us, as the axis lists them; asked no more often than the settings say."""
        if self._clock() - self._asked < self.settings.poll.total_seconds():
            return
        names: dict[str, None] = {}
        for kind in _MESSAGE_TYPES:
            for one in self._list("getReceivedEdocList", (("servicetype", SERVICE), ("messagetype", kind))):
                doc_id = one.get("docId")
                if not isinstance(doc_id, str) or not DOC_ID.fullmatch(doc_id):
                    _log.warning("axis.doc_id_unfit", axis=self.name)
                elif str(one.get("status", "")).lower() not in self.settings.settled_states:
                    names[doc_id] = None
        self._asked = self._clock()
        yield from (name for name in names if self._clock() - self._settled.get(name, float("-inf")) > _FOR)

    def fetch(self, name: str) -> bytes:
        """The bytes of one packet; a packet beyond the largest is cut one octet above it, and so judged too large."""
        largest = self.settings.largest_packet
        parameters = (("docId", name), ("filePath", self.settings.file_path))
        answer = self._ask("getEdoc", parameters, b"{}", largest=largest // 3 * 4 + (1 << 16))
        found = packet_in(answer, largest)
        if found is None:
            raise self._unreadable("getEdoc", answer)
        word, packet = found
        if not word.ok or not packet:
            raise Unavailable(f"{self.name}: getEdoc: {word.cause}")
        return packet

    def acknowledge(self, name: str, answer: Acknowledgement) -> None:
        """`updateStatus` done or fail; the protocol has no place for the reason."""
        match answer:
            case Taken():
                status = "done"
            case Bad():
                status = "fail"
            case _:
                assert_never(answer)
        reply = self._ask("updateStatus", (("docId", name),), b"{}", behind=(("status", status),))
        word = said(reply)
        if word is None:
            raise self._unreadable("updateStatus", reply)
        if not word.ok:
            raise Unavailable(f"{self.name}: updateStatus: {word.cause}")
        self._settled[name] = self._clock()
        while len(self._settled) > _REMEMBERED:
            self._settled.popitem(last=False)
        _log.info("axis.acknowledged", axis=self.name, bad=isinstance(answer, Bad))

    def organs(self) -> Iterator[ListedOrgan]:
        """The organisations of the axis' list, each once."""
        seen: set[str] = set()
        for operation, parameters, old in self._agency_calls():
            for one in self._list(operation, parameters):
                organ_id = str(one.get("code") or "").strip()
                if organ_id and organ_id not in seen:
                    seen.add(organ_id)
                    texts = (str(one.get(key) or "").strip() for key in ("name", old, "mail"))
                    yield ListedOrgan(organ_id, *texts)

    def close(self) -> None:
        """Gives the connection back."""
        self._link.close()

    def _agency_calls(self) -> Iterator[tuple[str, Parameters, str]]:
        match self.settings.agencies:
            case "qd20":
                for level in self.settings.agency_levels:
                    yield "getAgenciesListQD20", (("level", str(level)),), "code102"
            case "qcvn102":
                yield "getAgenciesList", (), "oldCode"
            case _:
                assert_never(self.settings.agencies)

    def _of_packet(self, head: PacketHead, content: bytes | Path) -> Parameters:
        digest = sha256()
        if isinstance(content, bytes):
            digest.update(content)
        else:
            with content.open("rb") as file:
                while piece := file.read(1 << 20):
                    digest.update(piece)
        hashed = without_zeros(digest.digest()) if self.settings.hash_file == "sdk" else digest.hexdigest()
        to = '["' + '","'.join(head.receivers) + '"]'
        named = self.settings.name_receivers and to.isascii()
        return (
            ("servicetype", SERVICE),
            ("messagetype", head.kind),
            ("hash-file", hashed),
            ("from", self.settings.sender or head.sender),
            *((("to", to),) if named else ()),
        )

    def _was_taken(self, head: PacketHead, since: datetime) -> bool:
        if not (head.notation or head.document_id):
            return False  # a status: receivers expect these repeated, and the list has nothing to know them by
        asked = (("servicetype", SERVICE), ("messagetype", head.kind))
        sent = self._list("getSentEdocList", asked)
        found = found_in(sent, head, since, self.settings.time_zone, self._told_ids)
        if found:
            self._remember(found)
        if found is None and len(sent) >= self.settings.sent_list_reach:
            before = {doc_id for doc_id, told in self._told_ids.items() if told <= since}
            if not reaches_back(sent, since, self.settings.time_zone, before):
                raise Unavailable(f"{self.name}: getSentEdocList does not reach back to our first try")
        return found is not None

    def _remember(self, doc_id: str) -> None:
        """What the axis calls a packet of ours: nothing else is known by that id."""
        self._told_ids[doc_id] = self._now()
        while len(self._told_ids) > _TOLD:
            self._told_ids.popitem(last=False)

    def _list(self, operation: str, parameters: Parameters) -> list[dict[str, object]]:
        answer = self._ask(operation, parameters, b"")
        word = said(answer)
        if word is None or answer.cut:
            raise self._unreadable(operation, answer)
        found = listed(word) if word.ok else None
        if found is None:
            raise Unavailable(f"{self.name}: {operation}: {word.cause if not word.ok else 'no list'}")
        return found

    def _ask(
        self, operation: str, parameters: Parameters, body: bytes, behind: Parameters = (), largest: int = 32 << 20
    ) -> HttpAnswer:
        """A call that may be made twice without harm."""
        try:
            return self._post(operation, parameters, body, JSON, behind=behind, largest=largest)
        except (NotSentError, NotAnsweredError) as error:
            raise Unavailable(f"{self.name}: {operation}: {type(error).__name__} {error}") from error

    def _post(
        self,
        operation: str,
        parameters: Parameters,
        body: bytes | Path,
        content_type: str,
        *,
        behind: Parameters = (),
        tail: bytes = b"",
        largest: int = 32 << 20,
    ) -> HttpAnswer:
        if not self._breaker.ready:
            raise NotSentError("left alone after a row of failures")
        stamp = stamp_of(self._now(), self.settings.time_zone)
        before = (("systemid", self.settings.system_id), *parameters)
        headers = signed(before, content_type, stamp, self._secret, behind)
        try:
            answer = self._link.post(operation, headers, body, tail, largest)
        except (NotSentError, NotAnsweredError):
            self._breaker.failed()
            raise
        # Whoever speaks the protocol is there, whatever it says; a page from a gateway is not the axis.
        if answer.status >= 500 or answer.body[:64].lstrip()[:1] != b"{":
            self._breaker.failed()
        else:
            self._breaker.succeeded()
        return answer

    def _unreadable(self, operation: str, answer: HttpAnswer) -> Unavailable:
        return Unavailable(f"{self.name}: {operation}: HTTP {answer.status}, not an answer of the protocol")


def _attempt(answer: HttpAnswer, word: Said | None, sorted_as: Sort) -> Attempt:
    cause = f"HTTP {answer.status}" if word is None else word.cause
    match sorted_as:
        case Sort.TAKEN:
            doc_id = str(word.members.get("DocId") or "") if word else ""
            known = DOC_ID.fullmatch(doc_id)
            return Delivered(Reply(250, "2.0.0", f"{TAKEN.text} as {doc_id}") if known else TAKEN)
        case Sort.RETRY:
            return TryLater(LATER.because(cause))
        case Sort.HOLD:
            return TryLater(HELD.because(cause))
        case Sort.MEND:
            return TryLater(SHUT.because(cause))
        case Sort.REFUSE:
            return Refused(REFUSED.because(cause))
        case Sort.UNSURE:
            return Unsure(UNANSWERED.because(cause))
        case _:
            assert_never(sorted_as)
