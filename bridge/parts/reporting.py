"""What became of the letters that a packet was made into, told to the axis that it came from: one status packet each.

A status says what the next mail server said and no more: that it took the letter is not that the receiver has read it
(`docs/quirks.md`).
"""

import uuid
from collections.abc import Mapping
from datetime import UTC, date, datetime
from io import BytesIO

from bridge.axis.settings import BY_HAND
from bridge.edxml.packet import Concerned, Party, StatusPacket
from bridge.edxml.status import StatusCode
from bridge.edxml.write import write
from bridge.worker import Bench
from store.delivery import Delivery, Done, Failed
from store.judgement import EnvelopeRecord, FieldRecord, NewDelivery
from store.mail import AxisOrigin

_STATUSES = uuid.UUID("7c5b0d0e-8f4b-4f0e-9d5e-3a1d8f6f2a03")
_BATCH = 20


class Reporting:
    """To one axis, or to one system that calls us."""

    def __init__(self, bench: Bench, axis: str) -> None:
        self._bench = bench
        self._axis = axis

    def once(self) -> bool:
        """Queues one status packet for each letter that was settled; False when there was none."""
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
        if mail.origin.axis != self._axis:
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
        summary = {
            "axis": self._axis,
            "status": code.value,
            "delivery": delivery.id,
            "from": office.organ_id,
            "receivers": packet.about.organ_id,
        }
        return store.deliveries.mark_reported(
            [delivery.id],
            now,
            envelope=EnvelopeRecord(id_, "", out.getvalue(), "status", summary),
            delivery=NewDelivery(id_, "envelope", id_, self._axis, now),
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
