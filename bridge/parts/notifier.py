"""Tells senders what became of their mail: events close together become one letter, each is told once.

The named officer is told of every mail that was sealed, in a letter of his own, whether senders get receipts or not.
"""

from datetime import UTC, datetime

import structlog

from bridge.catalogue import mend, says
from bridge.job import SEALED, LetterSlot
from bridge.letters.officer import officer_letter
from bridge.letters.receipt import Event, ReceiptFacts, ReceiptFile, Remark, receipt
from bridge.sentences import signature_says
from bridge.worker import Bench, letter_slot
from outbound.header import UnfitLetterError
from outbound.letter import Letter, compose
from store.judgement import Decision, DecisionVerb, DocumentRecord, Judged, LetterRecord, NewDelivery
from store.mail import AxisOrigin, MailState, ReceivedMail, SmtpOrigin
from store.notices import Notice
from validation.finding import Finding, Severity
from validation.inspected import Inspected

_log = structlog.get_logger("docbridge.notifier")


class Notifier:
    """Composes receipts."""

    def __init__(self, bench: Bench) -> None:
        self._bench = bench

    def once(self) -> bool:
        """One letter for every mail whose notices are ripe.  False when there was none.

        Raises:
            Unavailable: the store cannot; it is told later.
        """
        groups = self._bench.store.notices.ripe(datetime.now(UTC), self._bench.settings.receipts.gather)
        for group in groups:
            officers = tuple(notice for notice in group if notice.event == SEALED)
            senders = tuple(notice for notice in group if notice.event != SEALED)
            if officers:
                self._tell_officer(officers)
            if senders:
                self._tell(senders)
        if groups:
            self._bench.settled()
        return bool(groups)

    def _tell(self, group: tuple[Notice, ...]) -> None:
        store, settings, now = self._bench.store, self._bench.settings, datetime.now(UTC)
        mail_id = group[0].mail_id
        mail, judged = store.mails.get(mail_id), store.mails.judgements.current(mail_id)
        if mail is None or judged is None or not mail.origin.mail_from:
            store.notices.told(group, now, reason="there is nobody to write to")
            return
        slot = letter_slot(settings, self._bench.secret, f"{mail_id}/receipt/{group[-1].number}/{group[-1].event}")
        letter = receipt(
            facts_of(mail, judged, group, _refusal(store.mails.decisions(mail_id))),
            settings.office,
            sender=settings.outbound.sender or next(iter(settings.office.addresses), ""),
            message_id=slot.message_id,
            reply_to=slot.reply_to,
            own=settings.receipts.templates,
        )
        # RFC 3834 section 3.3: an automatic answer goes out under the empty reverse path.
        if self._queue(group, letter, slot, ""):
            _log.info("receipt_queued", mail=mail_id, letter=slot.letter_id)

    def _tell_officer(self, group: tuple[Notice, ...]) -> None:
        store, settings, now = self._bench.store, self._bench.settings, datetime.now(UTC)
        mail_id, officer = group[0].mail_id, settings.policy.secrecy_officer
        mail = store.mails.get(mail_id)
        if mail is None or not officer:
            store.notices.told(group, now, reason="[policy] secrecy_officer names nobody")
            _log.warning("sealed_untold", mail=mail_id)
            return
        slot = letter_slot(settings, self._bench.secret, f"{mail_id}/{SEALED}/{group[-1].number}")
        letter = officer_letter(
            mail_id,
            mail.received_at,
            settings.office,
            officer=officer,
            sender=settings.outbound.sender or next(iter(settings.office.addresses), ""),
            message_id=slot.message_id,
            date=now,
            outgoing=isinstance(mail.origin, AxisOrigin),
            refused=mail.state is MailState.REJECTED,
            own=settings.receipts.templates,
        )
        # Under a return path that knows its letter: that it does not reach the officer must be seen.
        if self._queue(group, letter, slot, slot.return_path):
            _log.info("officer_told", mail=mail_id, letter=slot.letter_id)

    def _queue(self, group: tuple[Notice, ...], letter: Letter, slot: LetterSlot, return_path: str) -> bool:
        """Queues the letter; False when none can be written."""
        store, now = self._bench.store, datetime.now(UTC)
        try:
            octets = compose(letter)
        except UnfitLetterError as unfit:
            store.notices.told(group, now, reason=f"no letter can be written: {unfit}")
            return False
        token = slot.reply_to.partition("+")[2].partition("@")[0] if letter.reply_to else ""
        record = LetterRecord(slot.letter_id, octets, slot.message_id, return_path, token)
        delivery = NewDelivery(slot.delivery_id, "letter", slot.letter_id, letter.recipient, now)
        return store.notices.told(group, now, letter=record, delivery=delivery)


def facts_of(mail: ReceivedMail, judged: Judged, group: tuple[Notice, ...], refusal: str = "") -> ReceiptFacts:
    """Everything that the receipt may tell; `refusal` = why a person refused the mail, in his words."""
    by_a_person = (Remark(refusal),) if refusal and mail.state is MailState.REJECTED else ()
    return ReceiptFacts(
        mail_id=mail.id,
        received_at=mail.received_at,
        recipient=mail.origin.mail_from,
        message_id=mail.message_id,
        events=tuple(Event(notice.event, notice.at) for notice in group),
        files=tuple(_file(file, judged.findings) for top in judged.attachments for file in top.walk()),
        documents=tuple(filter(None, map(_named, judged.documents))),
        # Of a sealed mail the sender learns that it came, and not what is thought of it.
        remarks=() if judged.sealed else (*by_a_person, *_remarks(judged.findings)),
        envid="" if judged.sealed or not isinstance(mail.origin, SmtpOrigin) else mail.origin.envid,
    )


def _refusal(decisions: tuple[Decision, ...]) -> str:
    """What the clerk said when he refused the mail; "" = he has not, or said nothing."""
    said = (decision.reason for decision in reversed(decisions) if decision.verb is DecisionVerb.REJECT)
    return next(said, "")


def _file(file: Inspected, findings: tuple[Finding, ...]) -> ReceiptFile:
    about = (finding for finding in findings if finding.about == file.path and finding.severity > Severity.NOTE)
    told = tuple(dict.fromkeys(map(says, about)))
    signature = " ".join(map(signature_says, file.signatures))
    return ReceiptFile(file.path[-1], file.size, file.sha256, file.format.pages, told, signature)


def _remarks(findings: tuple[Finding, ...]) -> tuple[Remark, ...]:
    """What weighs, each sentence once.  Faults alone where there are some: first things first."""
    heaviest = max((finding.severity for finding in findings), default=Severity.NOTE)
    least = Severity.FAULT if heaviest is Severity.FAULT else Severity.UNKNOWN
    weighing = sorted((f for f in findings if f.severity >= least), key=lambda finding: -finding.severity)
    return tuple(dict.fromkeys(Remark(says(finding), mend(finding)) for finding in weighing))


def _named(document: DocumentRecord) -> str:
    """35/QĐ-UBND ngày 20/11/2026, as far as it is known."""
    known = {key: field.value for key, field in document.fields.items()}
    number, notation = known.get("CodeNumber", ""), known.get("CodeNotation", "")
    if not (number and notation):
        return ""
    day = known.get("IssuedDate", "")
    return f"{number}/{notation}" + (f" ngày {day[8:10]}/{day[5:7]}/{day[:4]}" if day else "")
