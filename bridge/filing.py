"""What kind of mail it is, and the filing of those that bring no document.

Beyond what the bytes say (`validation.classify`) the bridge knows its own letters: what answers one of them is a
reply, and one of them that comes back as it went is a loop, which is filed and never answered.
"""

import re

from bridge.answering import unanswered
from bridge.decided import superseded_by
from bridge.job import Job, Outcome, Wanted
from bridge.ours import is_reply_address, named
from bridge.sealing import seal, uncleared
from bridge.secrecy import of_mail
from bridge.telling import Told
from store.mail import MailState
from validation.bounce import bounces, original_message_id
from validation.classify import classify
from validation.disposition import disposition
from validation.message import Message
from validation.returned import Bounce
from validation.secrecy import Suspicion

#: What is judged; everything else is filed.
JUDGED = ("document", "reply")

_ID = re.compile(r"[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}@[^@<>\s]{1,255}\Z")
_MOST_IDS = 50  # of one mail; a thread's first and last ids are the telling ones


def kind_of(job: Job, message: Message) -> str | Wanted:
    """The contract's word for the mail, or the question whether ids in it are of our letters."""
    origin, snapshot = job.mail.origin, job.snapshot
    kind = str(classify(message, origin.mail_from))
    if kind != "document":
        return kind
    if any(is_reply_address(path.address, snapshot) for path in origin.rcpt_to):
        return "reply"
    answered = answers(message)
    asked = tuple(dict.fromkeys(id_ for id_ in (message.message_id, *answered) if _ID.match(id_)))
    if asked and job.our_letters is None and not job.last_round:
        return Wanted(letters=asked)
    ours = job.our_letters or frozenset()
    if message.message_id in ours:
        return "other"
    if any(is_reply_address(address, snapshot) for address in named(message, snapshot)):
        return "reply"
    return "reply" if ours.intersection(answered) else "document"


def answers(message: Message) -> tuple[str, ...]:
    """Message-IDs that the mail answers, the nearest first."""
    nearest = (*message.in_reply_to, *reversed(message.references[-_MOST_IDS:]), *message.references[:1])
    return tuple(dict.fromkeys(nearest))


def filed(job: Job, told: Told, message: Message, kind: str) -> Outcome:
    """A mail that is read and kept, and no more; sealed where it bears a clear mark all the same."""
    if by := superseded_by(job.decisions):
        told.step("read", "superseded by a corrected document", by, MailState.FILED)
        return Outcome(MailState.FILED, kind, message.message_id, (), steps=told.steps)
    if kind not in ("bounce", "receipt"):
        files = {file.path: file.content for file in message.attachments}
        if uncleared(job, told, of_mail(message, files)) is Suspicion.STRONG:
            return seal(told, kind, message, Suspicion.STRONG, unanswered(kind))
    returned: tuple[Bounce, ...] = ()
    speaks_of, word = "", ""
    match kind:
        case "bounce":
            returned, speaks_of = bounces(message), original_message_id(message)
        case "receipt" if said := disposition(message):
            speaks_of, word = said.message_id, said.word
        case _:
            pass
    return Outcome(
        MailState.FILED,
        kind,
        message.message_id,
        (),
        bounces=returned,
        steps=told.steps,
        addressed=named(message, job.snapshot),
        speaks_of=(speaks_of,) if speaks_of else (),
        disposition=word,
    )
