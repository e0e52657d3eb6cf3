"""What became of the letters that a packet was made into, told to the axis that it came from: one status packet each.

A status says what the next mail server said and no more: that it took the letter is not that the receiver has read it
(`docs/quirks.md`).
"""

import uuid
from datetime import UTC, datetime
from io import BytesIO
from typing import assert_never

from bridge.axis.settings import BY_HAND
from bridge.edxml.packet import StatusPacket
from bridge.edxml.status import StatusCode
from bridge.edxml.write import write
from bridge.letters.concerned import concerned
from bridge.our_status import speaker
from bridge.parts.administrator import Administrator
from bridge.recalling import recalls
from bridge.worker import Bench
from outbound.refusal import refusal_of
from store.delivery import Delivery, Done, Failed, Word
from store.judgement import EnvelopeRecord, Judged, NewDelivery
from store.mail import AxisOrigin
from store.tracking import Untold

_STATUSES = uuid.UUID("7c5b0d0e-8f4b-4f0e-9d5e-3a1d8f6f2a03")
_BATCH = 20


class Reporting:
    """To one axis, or to one system that calls us."""

    def __init__(self, bench: Bench, axis: str) -> None:
        self._bench = bench
        self._axis = axis
        self._administrator = Administrator(bench)

    def once(self) -> bool:
        """Queues one status packet for each letter that was settled and each piece of news; False when there was none.

        Raises:
            Unavailable: the store cannot.
        """
        busy = False
        for delivery in self._bench.store.deliveries.settled_unreported(_BATCH):
            busy = self._report_end(delivery) or busy
        for untold in self._bench.store.tracking.untold(_BATCH):
            busy = self._report_news(untold) or busy
        return busy

    def _report_end(self, delivery: Delivery) -> bool:
        store, now = self._bench.store, datetime.now(UTC)
        judged = self._waiting(delivery)
        if judged is None:
            return False
        if not self._is_told(judged, delivery):
            if self._by_hand(delivery) and not judged.sealed:
                self._administrator.undelivered(delivery, now)
            return store.deliveries.mark_reported([delivery.id], now)
        code, description = said_of(delivery)
        # Derived: reported twice it is the same packet; but what a bounce or a further attempt made of it is another.
        tries = len(store.deliveries.attempts(delivery.id))
        envelope = self._envelope(judged, delivery, f"{tries}", code, description, now)
        new = NewDelivery(envelope.id, "envelope", envelope.id, self._axis, now)
        return store.deliveries.mark_reported([delivery.id], now, envelope=envelope, delivery=new)

    def _report_news(self, untold: Untold) -> bool:
        store, now = self._bench.store, datetime.now(UTC)
        judged = self._waiting(untold.delivery)
        if judged is None:
            return False
        if not self._is_told(judged, untold.delivery):
            return store.tracking.told(untold, now)
        code, description = news_of(untold)
        envelope = self._envelope(judged, untold.delivery, f"event-{untold.number}", code, description, now)
        new = NewDelivery(envelope.id, "envelope", envelope.id, self._axis, now)
        return store.tracking.told(untold, now, envelopes=(envelope,), new=(new,))

    def _waiting(self, delivery: Delivery) -> Judged | None:
        """The judgement of the packet, where this axis waits for news of it or nobody does."""
        mail = self._bench.store.mails.get(delivery.mail_id)
        judged = self._bench.store.mails.judgements.current(delivery.mail_id)
        if mail is None or judged is None or not isinstance(mail.origin, AxisOrigin):
            return None
        # Whoever handed it in reads `deliveries show`; unreported it would stand before all others for ever.
        return judged if mail.origin.axis in (self._axis, BY_HAND) else None

    def _is_told(self, judged: Judged, delivery: Delivery) -> bool:
        """Does the axis learn of it?  Of a sealed mail, or of the word of a recall, it had its own answer."""
        return not (self._by_hand(delivery) or judged.sealed or recalls(judged))

    def _by_hand(self, delivery: Delivery) -> bool:
        mail = self._bench.store.mails.get(delivery.mail_id)
        return mail is not None and isinstance(mail.origin, AxisOrigin) and mail.origin.axis == BY_HAND

    def _envelope(
        self, judged: Judged, delivery: Delivery, which: str, code: StatusCode, description: str, now: datetime
    ) -> EnvelopeRecord:
        """The status packet."""
        office = self._bench.settings.office
        packet = StatusPacket(
            sender=speaker(office),
            about=concerned(judged.documents[0].fields if judged.documents else {}),
            status=code,
            description=description,
            moment=now,
        )
        out = BytesIO()
        write(packet, out)
        id_ = str(uuid.uuid5(_STATUSES, f"{delivery.id}/{which}/{code.value}"))
        summary = {
            "axis": self._axis,
            "status": code.value,
            "delivery": delivery.id,
            "from": office.organ_id,
            "receivers": packet.about.organ_id,
        }
        return EnvelopeRecord(id_, "", out.getvalue(), "status", summary)


def said_of(delivery: Delivery) -> tuple[StatusCode, str]:
    """Status code and description for a settled letter."""
    match delivery.state:
        case Done(reply):
            return StatusCode.ARRIVED, (
                f"Máy chủ thư đã nhận thư gửi {delivery.recipient} ({reply.code} {reply.enhanced}); "
                "đây chưa phải là xác nhận của người nhận"
            )
        case Failed(reply):
            why = refusal_of(reply).says
            said = "" if reply.text == "-" else f" Máy chủ thư nói: {reply.text}"
            return StatusCode.REFUSED, (
                f"Không gửi được thư tới {delivery.recipient} ({reply.code} {reply.enhanced}). {why}{said}"
            )
        case _:
            raise ValueError("only a settled delivery can be reported")


def news_of(untold: Untold) -> tuple[StatusCode, str]:
    """Status code and description for what was learnt of a letter.

    What the post says of a letter is 01 and no more; an answer shows that a person has it, and is 03.
    """
    to, status = untold.delivery.recipient, untold.detail.get("status", "")
    told = f" ({status})" if status else ""
    match untold.word:
        case Word.DELAYED:
            return StatusCode.ARRIVED, f"Chưa chuyển được thư tới {to}{told}; hệ thống tiếp tục gửi và sẽ báo kết quả"
        case Word.DELIVERED:
            return StatusCode.ARRIVED, f"Máy chủ thư báo đã chuyển thư vào hộp thư {to}{told}"
        case Word.DISPLAYED:
            return StatusCode.ARRIVED, f"Người nhận {to} đã mở thư"
        case Word.ANSWERED:
            return StatusCode.REGISTERED, f"Người nhận {to} đã trả lời thư"
        case Word.BOUNCED:
            return StatusCode.REFUSED, f"Thư tới {to} bị trả lại{told}"
        case _:
            assert_never(untold.word)
