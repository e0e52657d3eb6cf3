"""The exchange with one axis: envelopes out, packets in, and what became of letters back as status packets.

A packet is acknowledged only when it is on disk; what is no packet goes back with the reason.  A status says what the
next mail server said and no more: that it took the letter is not that the receiver has read it (`docs/quirks.md`).
"""

import uuid
from collections.abc import Mapping
from datetime import UTC, date, datetime, timedelta
from io import BytesIO

import structlog

from bridge.axis.protocol import Axis, Bad, Taken
from bridge.axis.settings import BY_HAND
from bridge.edxml.packet import Concerned, Party, StatusPacket
from bridge.edxml.status import StatusCode
from bridge.edxml.write import write
from bridge.sandbox.outcome import Answered
from bridge.worker import Bench
from store.delivery import Delivery, Done, Failed, RetryPolicy
from store.errors import LeaseLostError, Unavailable
from store.judgement import EnvelopeRecord, FieldRecord, NewDelivery
from store.mail import AxisOrigin

_log = structlog.get_logger("docbridge.axis")
_RETRY = RetryPolicy(
    tuple(timedelta(seconds=seconds) for seconds in (5, 15, 30, 60, 120, 300)), give_up_after=timedelta(days=5)
)
_LEASE = timedelta(minutes=10)
_STATUSES = uuid.UUID("7c5b0d0e-8f4b-4f0e-9d5e-3a1d8f6f2a03")
_BATCH = 20


class Exchange:
    """One axis, both ways."""

    def __init__(self, bench: Bench, axis: Axis, owner: str) -> None:
        self._bench = bench
        self._axis = axis
        self._owner = owner

    def once(self) -> bool:
        """One round: sends what is due, takes in what is there, reports what was settled.  False when all was idle.

        Raises:
            Unavailable: the store or the axis cannot; nothing is half done.
        """
        return any([self._send(), self._receive(), self._report()])

    def _send(self) -> bool:
        deliveries = self._bench.store.deliveries
        now = datetime.now(UTC)
        claimed = deliveries.claim("envelope", self._owner, _LEASE, now, _BATCH, recipient=self._axis.name)
        for delivery in claimed:
            attempt = self._axis.send(delivery.content_id, deliveries.content(delivery))
            try:
                deliveries.record(delivery.id, delivery.token, attempt, _RETRY, datetime.now(UTC))
            except LeaseLostError:
                _log.warning("lease_lost", delivery=delivery.id)
        return bool(claimed)

    def _receive(self) -> bool:
        busy = False
        for name in self._axis.received():
            try:
                content = self._axis.fetch(name)
            except Unavailable as unavailable:
                _log.warning("packet_unreadable", cause=unavailable.cause)
                continue
            answer = self._bench.pool.run("recognise", self._axis.name, [content], str)
            reason = answer.value if isinstance(answer, Answered) else "Gói tin làm dừng chương trình đọc."
            if reason:
                self._axis.acknowledge(name, Bad(reason))
                _log.warning("packet_bad", axis=self._axis.name)
            else:
                self._keep(name, content)
                self._axis.acknowledge(name, Taken())
            busy = True
        return busy

    def _keep(self, name: str, content: bytes) -> None:
        with self._bench.store.incoming() as incoming:
            incoming.write(content)
            kept = self._bench.store.intake.keep(incoming, AxisOrigin(self._axis.name, name), datetime.now(UTC))
        _log.info("packet_taken", mail=kept.mail_id, again=kept.again)
        self._bench.arrived()

    def _report(self) -> bool:
        """One status packet for each letter that was settled."""
        busy = False
        for delivery in self._bench.store.deliveries.settled_unreported(_BATCH):
            busy = self._report_one(delivery) or busy
        return busy

    def _report_one(self, delivery: Delivery) -> bool:
        store, now = self._bench.store, datetime.now(UTC)
        mail = store.mails.get(delivery.mail_id)
        judged = store.mails.judgements.current(delivery.mail_id)
        if mail is None or judged is None or not isinstance(mail.origin, AxisOrigin):
            return False
        if judged.sealed:
            # The letter told the officer; the axis had its own answer, and learns nothing of him.
            return store.deliveries.mark_reported([delivery.id], now)
        if mail.origin.axis == BY_HAND:
            # Whoever handed it in reads `deliveries show`; unreported it would stand before all others for ever.
            return store.deliveries.mark_reported([delivery.id], now)
        if mail.origin.axis != self._axis.name:
            return False
        fields = judged.documents[0].fields if judged.documents else {}
        office = self._bench.settings.office
        code, description = said_of(delivery)
        packet = StatusPacket(
            sender=Party(office.organ_id, office.name, email=next(iter(office.addresses), "")),
            about=concerned(fields),
            status=code,
            description=description,
            moment=now,
        )
        out = BytesIO()
        write(packet, out)
        # Derived: reported twice it is the same packet; but what a bounce or a further attempt made of it is another.
        tries = len(store.deliveries.attempts(delivery.id))
        id_ = str(uuid.uuid5(_STATUSES, f"{delivery.id}/{tries}/{code.value}"))
        summary = {"axis": self._axis.name, "status": code.value, "delivery": delivery.id}
        return store.deliveries.mark_reported(
            [delivery.id],
            now,
            envelope=EnvelopeRecord(id_, "", out.getvalue(), "status", summary),
            delivery=NewDelivery(id_, "envelope", id_, self._axis.name, now),
        )


def concerned(fields: Mapping[str, FieldRecord]) -> Concerned:
    """The document that a status speaks of, from what was recorded of the packet."""
    known = {key: field.value for key, field in fields.items()}
    number, notation = known.get("CodeNumber", ""), known.get("CodeNotation", "")
    issued = known.get("IssuedDate", "")
    return Concerned(
        known.get("OrganId", ""),
        f"{number}/{notation}" if number and notation else "",
        date.fromisoformat(issued) if issued else None,
        known.get("DocumentId", ""),
    )


def said_of(delivery: Delivery) -> tuple[StatusCode, str]:
    """Status code and description for a settled letter."""
    match delivery.state:
        case Done(reply):
            return StatusCode.ARRIVED, (
                f"Máy chủ thư đã nhận thư gửi {delivery.recipient} ({reply.code} {reply.enhanced}); "
                "đây chưa phải là xác nhận của người nhận"
            )
        case Failed(reply):
            return StatusCode.REFUSED, (
                f"Không gửi được thư tới {delivery.recipient} ({reply.code} {reply.enhanced}): {reply.text}"
            )
        case _:
            raise ValueError("only a settled delivery can be reported")
