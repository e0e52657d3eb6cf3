"""Tells the administrator what nobody else would hear of: storms of mail, once a day and address, and lost letters."""

from collections.abc import Mapping
from datetime import datetime

import structlog

from bridge.letters.administrator import administrator_letter
from bridge.letters.damping import DAY, HOUR
from bridge.worker import Bench, letter_slot
from outbound.header import UnfitLetterError
from outbound.letter import compose
from outbound.refusal import refusal_of
from store.delivery import Delivery, Failed
from store.errors import ForbiddenRowError
from store.judgement import LetterRecord, NewDelivery

_log = structlog.get_logger("docbridge.administrator")


class Administrator:
    """Whoever [office] administrator names; without a name only the log is told."""

    def __init__(self, bench: Bench) -> None:
        self._bench = bench

    def storm(self, address: str, count: int, now: datetime) -> None:
        """Automatic letters to `address` ("" = to all together) have reached their limit."""
        _log.warning("storm", count=count, everybody=not address)
        hour = "" if address else f"/{now:%H}"
        since = (now - (DAY if address else HOUR)).isoformat(timespec="minutes")
        values = {"everybody": not address, "about": address, "count": count, "since": since}
        name = f"storm/{address.lower()}/{now:%Y-%m-%d}{hour}"
        self._write(name, "storm.txt", "Quá nhiều thư, đã giảm trả lời tự động", values, now)

    def undelivered(self, delivery: Delivery, now: datetime) -> None:
        """A letter that somebody sent by hand did not arrive."""
        if not isinstance(delivery.state, Failed):
            return
        reply = delivery.state.reply
        values = {
            "recipient": delivery.recipient,
            "why": refusal_of(reply).says,
            "status": f"{reply.code} {reply.enhanced}",
            "said": reply.text,
            "delivery_id": delivery.id,
        }
        tries = len(self._bench.store.deliveries.attempts(delivery.id))
        self._write(f"undelivered/{delivery.id}/{tries}", "undelivered.txt", "Thư gửi tay không đến nơi", values, now)

    def _write(self, name: str, template: str, subject: str, values: Mapping[str, object], now: datetime) -> None:
        settings, store = self._bench.settings, self._bench.store
        if not settings.office.administrator:
            return
        slot = letter_slot(settings, self._bench.secret, name)
        # The name makes the id: what was told before is not told again.
        if store.letters.get(slot.letter_id):
            return
        letter = administrator_letter(
            template,
            subject,
            values,
            settings.office,
            sender=settings.sender,
            message_id=slot.message_id,
            date=now,
            own=settings.receipts.templates,
        )
        try:
            octets = compose(letter)
        except UnfitLetterError as unfit:
            _log.error("administrator_untold", cause=str(unfit))
            return
        record = LetterRecord(slot.letter_id, octets, slot.message_id, slot.return_path)
        new = NewDelivery(slot.delivery_id, "letter", slot.letter_id, letter.recipient, now)
        try:
            store.deliveries.add([new], now, letter_records=[record], actor="worker")
        except ForbiddenRowError:  # another process told the same at the same moment: the id is taken
            return
        _log.info("administrator_told", letter=slot.letter_id)
