"""What the tests of the store take in and record."""

from datetime import UTC, datetime, timedelta

from store.arrival import Kept
from store.delivery import RetryPolicy
from store.ids import new_id
from store.judgement import DocumentRecord, EnvelopeRecord, Judgement, LetterRecord, NewDelivery
from store.mail import AxisOrigin, ForwardPath, ImapOrigin, MailState, Origin, SmtpOrigin
from store.reply import Reply
from store.store import Store

NOW = datetime(2026, 11, 22, 3, 0, tzinfo=UTC)
MINUTE = timedelta(minutes=1)
DAY = timedelta(days=1)
LATER = Reply(451, "4.3.0", "later")
TAKEN = Reply(250, "2.0.0", "taken")
NEVER = Reply(550, "5.1.1", "no such user")
RETRY = RetryPolicy(waits=(MINUTE, 5 * MINUTE), give_up_after=DAY)


def smtp(*recipients: str, sender: str = "so.noivu@example.org") -> SmtpOrigin:
    """A mail from a peer."""
    paths = tuple(ForwardPath(address) for address in recipients or ("vanthu@example.net",))
    return SmtpOrigin(sender, paths, "192.0.2.1", "peer.example.org")


def imap(uid: int = 1, mailbox: str = "INBOX", uidvalidity: int = 7, account: str = "vanthu") -> ImapOrigin:
    """A mail in a mailbox."""
    return ImapOrigin(account, mailbox, uidvalidity, uid)


def packet(name: str = "a.edxml") -> AxisOrigin:
    """A packet from the axis."""
    return AxisOrigin("tinh", name)


def keep(
    store: Store, body: bytes = b"Subject: a\r\n\r\nb\r\n", origin: Origin | None = None, at: datetime = NOW
) -> Kept:
    """Take `body` in."""
    with store.incoming() as incoming:
        incoming.write(body)
        return store.intake.keep(incoming, origin or smtp(), at)


def accepted(axis: str = "tinh", size: int = 100) -> Judgement:
    """A mail with one document, its envelope, and a notice to the sender."""
    document, envelope = new_id(), new_id()
    return Judgement(
        MailState.ACCEPTED,
        "document",
        "<a@example.org>",
        documents=(DocumentRecord(document, ("a.pdf",), verdict="accepted", key="h99|35|qd-ubnd|2026"),),
        envelopes=(EnvelopeRecord(envelope, document, b"x" * size),),
        deliveries=(NewDelivery(new_id(), "envelope", envelope, axis, NOW),),
        notices=("accepted",),
    )


def letter(recipient: str = "so.noivu@example.org") -> tuple[LetterRecord, NewDelivery]:
    """A letter and its delivery."""
    record = LetterRecord(new_id(), b"Subject: c\r\n\r\nd\r\n", f"<{new_id()}@example.net>", "", "t0ken")
    return record, NewDelivery(new_id(), "letter", record.id, recipient, NOW)


def letters_only(*recipients: str) -> Judgement:
    """What a packet of the axis becomes."""
    pairs = [letter(recipient) for recipient in recipients]
    records, deliveries = tuple(one for one, _ in pairs), tuple(one for _, one in pairs)
    return Judgement(MailState.ACCEPTED, "document", letters=records, deliveries=deliveries)


def judge(store: Store, mail_id: str, judgement: Judgement, at: datetime = NOW) -> None:
    """Claim the mail and record `judgement`."""
    claimed = store.mails.claim_one(mail_id, "worker", MINUTE, at)
    assert claimed is not None
    store.mails.record(mail_id, claimed.token, judgement, "worker", at)


def passed(store: Store, judgement: Judgement | None = None, origin: Origin | None = None, body: bytes = b"p") -> str:
    """The id of a mail that was taken in and accepted."""
    mail_id = keep(store, body, origin).mail_id
    judge(store, mail_id, judgement or accepted())
    return mail_id
