"""What a mail tells of letters of ours: that one came back, is delayed, was delivered, displayed or answered.

Promise: a letter is known by the token in an address of ours, which cannot be forged, else by its Message-ID, which
only its recipient has seen; never by a subject.  Nothing is written here: what was learnt is recorded with the
judgement.
"""

from collections.abc import Iterable

from bridge.job import Case, Outcome
from bridge.settings import Settings
from outbound import token
from outbound.refusal import Kind, refusal_of
from store.delivery import Delivery, Learnt, Word
from store.mail import MailState, ReceivedMail
from store.reply import Reply
from store.store import Store
from validation.returned import Bounce

_MOST_LETTERS = 50  #: of one mail
#: What is known of a recipient whose report tells several stories: the failure counts.
_WORST = (Word.BOUNCED, Word.DELIVERED, Word.DELAYED)
_WORDS = {"failed": Word.BOUNCED, "delayed": Word.DELAYED, "delivered": Word.DELIVERED}


def learnt_of(
    mail: ReceivedMail, outcome: Outcome, settings: Settings, secret: bytes, store: Store
) -> tuple[Learnt, ...]:
    """What is learnt of each letter that the mail speaks of.

    Raises:
        Unavailable: the store cannot be read.
    """
    told = _told(mail, outcome)
    if told is None:
        return ()
    word, detail, proof = told
    addresses = (*(path.address for path in mail.origin.rcpt_to), *outcome.addressed)
    spoken_of = deliveries_of(addresses, outcome.speaks_of, settings, secret, store)
    return tuple(Learnt(delivery.id, word, detail, proof) for delivery in spoken_of)


def case_of(
    addresses: Iterable[str], message_ids: Iterable[str], settings: Settings, secret: bytes, store: Store
) -> Case | None:
    """The mail that the answered letter was about; None = no letter of ours is answered, or it was about none.

    Raises:
        Unavailable: the store cannot be read.
    """
    for delivery in deliveries_of(addresses, message_ids, settings, secret, store):
        mail = store.mails.get(delivery.mail_id) if delivery.mail_id else None
        judged = store.mails.judgements.current(mail.id) if mail else None
        if mail and judged and mail.origin.kind != "axis":
            waits = mail.state in (MailState.HELD, MailState.POSTPONED) and not judged.sealed
            keys = tuple(document.key for document in judged.documents if document.key)
            return Case(mail.id, mail.origin.mail_from, judged.vouched, waits, keys)
    return None


def _told(mail: ReceivedMail, outcome: Outcome) -> tuple[Word, dict[str, str], Reply | None] | None:
    """What the mail says of whatever letter it speaks of."""
    match outcome.classification:
        case "bounce":
            return _bounced(mail, outcome.bounces)
        case "receipt" if outcome.disposition == "displayed":
            return Word.DISPLAYED, {"mail": mail.id}, None
        case "reply":
            return Word.ANSWERED, {"mail": mail.id}, None
        case _:
            return None


def _bounced(mail: ReceivedMail, bounces: tuple[Bounce, ...]) -> tuple[Word, dict[str, str], Reply | None] | None:
    # A letter has one recipient; where his server names others, he had it forwarded to them.
    known = {_WORDS[bounce.action]: bounce for bounce in reversed(bounces) if bounce.action in _WORDS}
    word = next((word for word in _WORST if word in known), None)
    if word is None:
        return None
    bounce = known[word]
    detail = {"mail": mail.id, "status": bounce.status}
    if word is not Word.BOUNCED:
        return word, detail, None
    proof = Reply(550, bounce.status or "5.0.0", bounce.reason or "-", "said by a report of non-delivery")
    refusal = refusal_of(proof)
    # Whoever read the report has weighed all its words; only what is policy he calls soft.
    kind = Kind.POLICY if refusal.kind is Kind.POLICY else bounce.kind
    return word, {**detail, "class": str(kind), "says": refusal.says}, proof


def deliveries_of(
    addresses: Iterable[str], message_ids: Iterable[str], settings: Settings, secret: bytes, store: Store
) -> tuple[Delivery, ...]:
    """The deliveries that addresses of ours name, else those of the first id that is a letter's.

    Raises:
        Unavailable: the store cannot be read.
    """
    patterns = (settings.outbound.return_path, settings.outbound.reply_to)
    tokens = (token.ours(address, pattern, secret) for address in addresses for pattern in patterns)
    found = [delivery for id_ in dict.fromkeys(filter(None, tokens)) if (delivery := store.deliveries.get(id_))]
    if found:
        return tuple(found)
    # A thread names all its letters; the one that is answered stands first.
    for message_id in tuple(message_ids)[:_MOST_LETTERS]:
        letters = store.letters.with_message_id(f"<{message_id}>")
        found = [one for letter in letters for one in store.deliveries.list(content_id=letter.id)]
        if found:
            return tuple(found)
    return ()
