"""Tells senders what became of their mail: events close together become one letter, each is told once.

The named officer is told of every mail that was sealed, in a letter of his own, whether senders get receipts or not.
Where one address, or all together, get too many automatic letters the storm is damped, and the administrator is told.
"""

from dataclasses import replace
from datetime import UTC, datetime

import structlog

from bridge.check_door import CHECKED
from bridge.following import answered_with_a_receipt
from bridge.job import SEALED, STATUS, LetterSlot
from bridge.letters.damping import DAY, HOUR, Counted, Damped, damped
from bridge.letters.facts import facts_of, statuses_of
from bridge.letters.officer import officer_letter
from bridge.letters.receipt import OVERDUE, ReceiptFacts, receipt, title_of
from bridge.letters.receipt_pdf import receipt_pdf
from bridge.letters.status_file import status_files
from bridge.parts.administrator import Administrator
from bridge.worker import Bench, letter_slot
from outbound.header import UnfitLetterError
from outbound.letter import Letter, LetterFile, compose
from store.judgement import Judged, LetterRecord, NewDelivery
from store.mail import AxisOrigin, MailState, ReceivedMail
from store.notices import Notice

_log = structlog.get_logger("docbridge.notifier")
_BATCH = 500  # more than what is damped, or an officer's notice would wait behind it


class Notifier:
    """Composes receipts."""

    def __init__(self, bench: Bench) -> None:
        self._bench = bench
        self._administrator = Administrator(bench)

    def once(self) -> bool:
        """One letter for every mail whose notices are ripe.  False when there was nothing to tell.

        Raises:
            Unavailable: the store cannot; it is told later.
        """
        gather, now = self._bench.settings.receipts.gather, datetime.now(UTC)
        groups = self._bench.store.notices.ripe(now, gather, _BATCH, at_once=CHECKED)
        told = False
        for group in groups:
            officers = tuple(notice for notice in group if notice.event == SEALED)
            statuses = tuple(notice for notice in group if notice.event.startswith(STATUS))
            senders = tuple(notice for notice in group if notice not in (*officers, *statuses))
            if officers:
                self._tell_officer(officers)
                told = True
            for part in filter(None, (senders, statuses)):
                told = self._tell(part) or told
        if told:
            self._bench.settled()
        return told

    def _tell(self, group: tuple[Notice, ...]) -> bool:
        """Tells the sender; False when it is told later."""
        store, settings, now = self._bench.store, self._bench.settings, datetime.now(UTC)
        mail_id = group[0].mail_id
        mail, judged = store.mails.get(mail_id), store.mails.judgements.current(mail_id)
        if mail is None or judged is None or not mail.origin.mail_from:
            store.notices.told(group, now, reason="there is nobody to write to")
            return True
        if reason := _moot(group, mail, judged):
            store.notices.told(group, now, reason=reason)
            return True
        match self._damped(mail.origin.mail_from, now):
            case Damped.DELAYED:
                return False
            case Damped.DROPPED:
                store.notices.told(group, now, reason="that address has had its automatic letters of the day")
                _log.warning("receipt_damped", mail=mail_id)
                return True
            case Damped.SENT:
                pass
        slot = letter_slot(settings, self._bench.secret, f"{mail_id}/receipt/{group[-1].number}/{group[-1].event}")
        facts = replace(
            facts_of(mail, judged, group, store.mails.decisions(mail_id)),
            statuses=statuses_of(store, group, settings.office.time_zone),
            references=tuple(letter.message_id for letter in store.letters.of_mail(mail_id)),
        )
        letter = self._receipt(facts, judged, slot, now)
        # RFC 3834 section 3.3: an automatic answer goes out under the empty reverse path.
        if self._queue(group, letter, slot, ""):
            _log.info("receipt_queued", mail=mail_id, letter=slot.letter_id)
        return True

    def _receipt(self, facts: ReceiptFacts, judged: Judged, slot: LetterSlot, now: datetime) -> Letter:
        """The letter with what machines read of it, and with the sealed PDF where the office has a seal."""
        settings = self._bench.settings
        letter = receipt(
            facts,
            settings.office,
            sender=settings.sender,
            message_id=slot.message_id,
            reply_to=slot.reply_to,
            own=settings.receipts.templates,
            enclosed=self._enclosed(facts, judged),
        )
        if judged.sealed:
            return letter
        title = title_of(facts.events[-1].word)
        paper = receipt_pdf(letter.text, title, facts.mail_id, settings.office, settings.receipts, now)
        return replace(letter, attachments=(*letter.attachments, *paper))

    def _damped(self, address: str, now: datetime) -> Damped:
        """What becomes of one more letter to that address; the administrator is told where it is not sent now."""
        notices, limits = self._bench.store.notices, self._bench.settings.receipts
        counted = Counted(notices.automatic(now - DAY, address), notices.automatic(now - HOUR))
        answer = damped(counted, limits)
        if answer is Damped.DROPPED:
            self._administrator.storm(address, counted.to_address, now)
        elif answer is Damped.DELAYED:
            self._administrator.storm("", counted.to_all, now)
        return answer

    def _enclosed(self, facts: ReceiptFacts, judged: Judged) -> tuple[LetterFile, ...]:
        """What machines read of it."""
        if judged.sealed:
            return ()
        last = facts.events[-1]
        says = ". ".join((title_of(last.word), *(remark.says.rstrip(".") for remark in facts.remarks)))
        return tuple(status_files(last.word, says, judged.documents, self._bench.settings.office, last.at))

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
            sender=settings.sender,
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


def _moot(group: tuple[Notice, ...], mail: ReceivedMail, judged: Judged) -> str:
    """Why nobody needs to be told that anything is late; "" = it must be told."""
    events = {notice.event for notice in group}
    if events != {OVERDUE}:
        return ""
    if mail.state not in (MailState.HELD, MailState.POSTPONED):
        return "it does not wait any more"
    if judged.sealed or not answered_with_a_receipt(judged):
        return "its sender may not be written to"
    return ""
