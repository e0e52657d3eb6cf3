"""A question of a clerk to the sender of a mail, queued as a letter; whoever answers it goes on with the case."""

import unicodedata
from datetime import datetime

from bridge.by_hand import question_letter
from bridge.letters.facts import named
from bridge.settings import Settings
from bridge.worker import letter_slot
from outbound.header import UnfitLetterError
from outbound.letter import compose
from store.ids import new_id
from store.judgement import LetterRecord, NewDelivery
from store.mail import ReceivedMail
from store.store import Store
from validation.secrecy import Suspicion, in_text


class NotAskedError(Exception):
    """No letter was written; the text says why, to the operator."""


def ask_sender(
    settings: Settings, store: Store, secret: bytes, mail: ReceivedMail, question: str, actor: str, now: datetime
) -> str:
    """Queues the question; the id of its delivery.

    Raises:
        NotAskedError: the mail is sealed, has nobody to ask, or the question may not be written.
        Unavailable: the store cannot.
    """
    question = unicodedata.normalize("NFC", question).strip()
    judged = store.mails.judgements.current(mail.id)
    if judged is not None and judged.sealed:
        raise NotAskedError("the mail is sealed; nobody is written to about it")
    if mail.origin.kind == "axis" or not mail.origin.mail_from:
        raise NotAskedError("the mail has no sender who could be written to")
    if not question:
        raise NotAskedError("the question is empty")
    if in_text(question) is not Suspicion.NONE:
        # Law 117/2025: what may be a secret is not sent by mail, in a question neither.
        raise NotAskedError("the question holds what looks like a mark of state secrecy")
    slot = letter_slot(settings, secret, f"{mail.id}/question/{new_id()}")
    letter = question_letter(
        mail,
        question,
        tuple(filter(None, map(named, judged.documents))) if judged else (),
        settings.office,
        sender=settings.sender,
        message_id=slot.message_id,
        reply_to=slot.reply_to,
        references=tuple(one.message_id for one in store.letters.of_mail(mail.id)),
        date=now,
        own=settings.receipts.templates,
    )
    try:
        octets = compose(letter)
    except UnfitLetterError as unfit:
        raise NotAskedError(f"no letter can be written: {unfit}") from unfit
    token = slot.reply_to.partition("+")[2].partition("@")[0]
    record = LetterRecord(slot.letter_id, octets, slot.message_id, slot.return_path, token)
    new = NewDelivery(slot.delivery_id, "letter", slot.letter_id, letter.recipient, now)
    store.deliveries.add([new], now, mail_id=mail.id, letter_records=[record], actor=actor)
    return slot.delivery_id
