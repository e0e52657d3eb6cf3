"""What the worker does around packets that speak of others: looks them up, freezes their letters, notes statuses.

Every step may run twice: what is frozen stays frozen, what a packet said is written once.
"""

from collections.abc import Iterable
from datetime import datetime

import structlog

from bridge.job import STATUS, Earlier, EarlierLetter
from store.deliveries import NotNowError
from store.delivery import DELIVERY_WORDS, Queued
from store.judgement import Judged
from store.mail import AxisOrigin, MailState, ReceivedMail
from store.statuses import Said
from store.store import Store

_log = structlog.get_logger("docbridge.worker")
_FROZEN = "frozen for "
_TOLD = frozenset({"01", "02", "03", "04", "05", "06"})  #: of these the sender of the mail is told


def earlier_of(store: Store, mail: ReceivedMail, keys: Iterable[str]) -> tuple[Earlier, ...]:
    """What became of the packets of the same axis under those keys; a refused one is none."""
    axis = _axis_of(mail)
    found: dict[str, Earlier] = {}
    for key in keys:
        for _, other_id in store.mails.judgements.documents_with_key(key, mail.id):
            other = store.mails.get(other_id)
            if other is None or not axis or _axis_of(other) != axis:
                continue
            if other.state is not MailState.REJECTED and other_id not in found:
                found[other_id] = _earlier(store, key, other_id)
    return tuple(found.values())


def freeze(store: Store, mails: Iterable[str], by: ReceivedMail, now: datetime) -> None:
    """Stops the letters of those mails that have not left, until somebody decides of the mail `by`.

    The child that names them has read a stranger's octets: only packets of the same axis are touched.
    """
    for mail_id in mails:
        other = store.mails.get(mail_id)
        if other is None or not _axis_of(by) or _axis_of(other) != _axis_of(by):
            _log.error("not_frozen", mail=mail_id, by=by.id)
            continue
        for delivery in store.deliveries.list(Queued, kind="letter", mail_id=mail_id):
            try:
                store.deliveries.cancel(delivery.id, f"{_FROZEN}{by.id}", now, "worker")
            except NotNowError:
                # On its way this very moment: its recipient is told later.
                _log.info("not_frozen", delivery=delivery.id)


def thaw(store: Store, by: str, now: datetime, actor: str, reason: str) -> None:
    """Lets the letters go that were frozen for the mail `by`."""
    for delivery in store.deliveries.cancelled_for(f"{_FROZEN}{by}"):
        store.deliveries.retry(delivery.id, now, actor, reason)


def note(store: Store, mail: ReceivedMail, said: Said, now: datetime, *, receipts: bool) -> None:
    """Keeps what a receiver says of an envelope of ours; whoever sent its mail is told, where he may be."""
    if not isinstance(mail.origin, AxisOrigin):
        return
    meant = store.statuses.meant(said, mail.origin.axis)
    if meant is None:
        _log.warning("status_of_nothing", mail=mail.id, status=said.code)
        return
    receiver = said.organ_id.casefold() in meant.receivers.casefold().split(", ")
    tells = receipts and receiver and said.code in _TOLD and meant.mail_id and _may_be_told(store, meant.mail_id)
    notice = f"{STATUS}{said.code} {said.organ_id}" if tells else ""
    fresh = store.statuses.note(meant.envelope_id, said, now, packet=mail.id, notice=notice)
    _log.info("status_noted", envelope=meant.envelope_id, status=said.code, again=not fresh)


def answered_with_a_receipt(judged: Judged | None) -> bool:
    """Did the judging say that its sender may be written to?"""
    answers = [step for step in judged.explanation if step.get("stage") == "answer"] if judged else []
    return bool(answers) and answers[-1].get("decided") == "a receipt"


def _axis_of(mail: ReceivedMail) -> str:
    return mail.origin.axis if isinstance(mail.origin, AxisOrigin) else ""


def _may_be_told(store: Store, mail_id: str) -> bool:
    return answered_with_a_receipt(store.mails.judgements.current(mail_id))


def _earlier(store: Store, key: str, mail_id: str) -> Earlier:
    judged = store.mails.judgements.current(mail_id)
    documents = judged.documents if judged and not judged.sealed else ()
    document = next((one for one in documents if one.key == key), None)
    fields = {name: field.value for name, field in document.fields.items()} if document else {}
    letters = []
    for delivery in store.deliveries.list(kind="letter", mail_id=mail_id):
        letter = store.letters.get(delivery.content_id)
        message_id = letter.message_id if letter else ""
        letters.append(EarlierLetter(delivery.recipient, message_id, DELIVERY_WORDS[type(delivery.state)]))
    return Earlier(key, mail_id, fields.get("DocumentId", ""), fields, tuple(letters))
