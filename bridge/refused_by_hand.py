"""What a person tried to send and may not leave by mail: kept nowhere, told to the named officer by an id only."""

import hashlib
from datetime import datetime

import structlog

from bridge.letters.officer import officer_letter
from bridge.settings import Settings
from bridge.worker import letter_slot
from outbound.letter import compose
from store.judgement import LetterRecord, NewDelivery
from store.store import Store

_log = structlog.get_logger("docbridge.secrecy")


def tell_officer(settings: Settings, store: Store, secret: bytes, packet: bytes, actor: str, now: datetime) -> None:
    """Queues the officer's letter, once for each packet and day; the id is the packet's SHA-256.

    Raises:
        Unavailable: the store cannot.
    """
    digest = hashlib.sha256(packet).hexdigest()
    _log.warning("refused_by_hand", packet=digest, actor=actor)
    officer = settings.policy.secrecy_officer
    slot = letter_slot(settings, secret, f"{digest}/refused/{now:%Y-%m-%d}")
    if not officer or store.letters.get(slot.letter_id):
        return
    letter = officer_letter(
        digest,
        now,
        settings.office,
        officer=officer,
        sender=settings.sender,
        message_id=slot.message_id,
        date=now,
        outgoing=True,
        refused=True,
        kept=False,
        own=settings.receipts.templates,
    )
    record = LetterRecord(slot.letter_id, compose(letter), slot.message_id, slot.return_path)
    new = NewDelivery(slot.delivery_id, "letter", slot.letter_id, officer, now)
    store.deliveries.add([new], now, letter_records=[record], actor=actor)
