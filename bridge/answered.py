"""A document that answers one that came to us by mail: its letter stands in the thread of that mail.

Decree 30/2020 wants a reply linked with what it answers; a mail program links by In-Reply-To (RFC 5322 section 3.6.4).
Only whoever sent that mail gets its Message-ID: it is nobody else's.
"""

from collections.abc import Iterable

from bridge.edxml.forms import document_id
from bridge.edxml.packet import Concerned, DocumentPacket
from bridge.job import AnsweredMail, Job, Wanted
from store.mail import AxisOrigin, ReceivedMail
from store.statuses import Said
from store.store import Store

_MOST = 20  #: documents that one answers


def answered_wanted(job: Job, packet: DocumentPacket) -> Wanted | None:
    """The question which mails the packet answers; None = it was asked, or it answers nothing."""
    names = tuple(dict.fromkeys(name for about in packet.answers[:_MOST] for name in _names(about)))
    return Wanted(answered=names) if names and job.answered is None and not job.last_round else None


def thread_of(job: Job, recipient: str) -> str:
    """The Message-ID of the mail of that recipient which the packet answers; "" = none."""
    mine = (one for one in job.answered or () if one.mail_from.lower() == recipient.lower() and one.message_id)
    return next((f"<{one.message_id.strip('<>')}>" for one in mine), "")


def answered_of(store: Store, mail: ReceivedMail, names: Iterable[str]) -> tuple[AnsweredMail, ...]:
    """The mails whose documents went to that packet's axis under those names.

    Raises:
        Unavailable: the store cannot be read.
    """
    if not isinstance(mail.origin, AxisOrigin):
        return ()
    found: dict[str, AnsweredMail] = {}
    for name in names:
        meant = store.statuses.meant(Said((name,), "", "", "", None), mail.origin.axis)
        other = store.mails.get(meant.mail_id) if meant and meant.mail_id else None
        if other is not None:
            found[other.id] = AnsweredMail(other.origin.mail_from, other.message_id)
    return tuple(found.values())


def _names(about: Concerned) -> tuple[str, ...]:
    """What the document may be called that is answered."""
    number, _, notation = about.code.partition("/")
    known = about.organ_id and about.issued and number and notation
    derived = document_id(about.organ_id, about.issued, number, notation) if known and about.issued else ""
    return tuple(name for name in (about.document_id, derived) if name)
