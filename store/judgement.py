"""What one judging of a mail has to be recorded, as one value: it is written in one transaction or not at all."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum

from store.delivery import Learnt
from store.mail import MailState, ReceivedMail
from validation.codes import Code
from validation.evidence import Evidence
from validation.finding import Finding
from validation.inspected import Inspected
from validation.signature import Signature

#: What seals a mail: it may be a state secret, and nothing of it is shown, sent or judged until somebody clears it.
SEALING = frozenset({Code.SECRECY_MARKED, Code.SECRECY_SUSPECTED})


#: Rank of a delivery that is not urgent.
NORMAL = 4


@dataclass(frozen=True, slots=True)
class FieldRecord:
    """One field of a document and where it was read."""

    value: str
    source: str  #: pdf-page-1, pdf-signature, mail-header, clerk... (the contract's words)
    confidence: float = 1.0
    page: int = 0  #: where it stands; the first is 1, 0 = on none
    box: tuple[float, ...] = ()  #: left, bottom, right, top in points from the page's lower left corner


@dataclass(frozen=True, slots=True)
class DocumentRecord:
    """One numbered paper as judged."""

    id: str
    main: tuple[str, ...]  #: path of the main file; empty = none
    annexes: tuple[tuple[str, ...], ...] = ()
    verdict: str = ""  #: accepted, postponed, held or rejected
    fields: Mapping[str, FieldRecord] = field(default_factory=dict)
    duplicates: tuple[str, ...] = ()  #: ids of documents that came in other mails under the same key
    key: str = ""  #: folded organ|number|notation|year; "" = not enough is known to tell documents apart
    marks: tuple[str, ...] = ()  #: what else it is known again by; written, not read back


@dataclass(frozen=True, slots=True)
class EnvelopeRecord:
    """One finished edXML packet."""

    id: str
    document_id: str  #: "" for status packets
    content: bytes
    kind: str = "document"  #: document or status
    summary: Mapping[str, str] = field(default_factory=dict)  #: for lists; no content
    known_as: str = ""  #: the document's id in the packet; "" = none, or a status


@dataclass(frozen=True, slots=True)
class LetterRecord:
    """One finished letter, ready to be sent as it is."""

    id: str
    content: bytes  #: an RFC 5322 message with CR LF
    message_id: str
    sender: str  #: reverse path under which it goes out; "" = the empty one
    reply_token: str = ""  #: the token in Reply-To; "" = none


@dataclass(frozen=True, slots=True)
class NewDelivery:
    """An Envelope or a Letter to be brought to one recipient."""

    id: str
    kind: str  #: "envelope" or "letter"
    content_id: str
    recipient: str
    due: datetime
    rank: int = NORMAL  #: what is urgent goes first: 0 before 4


@dataclass(frozen=True, slots=True)
class Judgement:
    """The outcome of judging a mail once."""

    state: MailState
    classification: str = ""
    message_id: str = ""
    findings: tuple[Finding, ...] = ()
    attachments: tuple[Inspected, ...] = ()
    documents: tuple[DocumentRecord, ...] = ()
    envelopes: tuple[EnvelopeRecord, ...] = ()
    letters: tuple[LetterRecord, ...] = ()
    deliveries: tuple[NewDelivery, ...] = ()
    notices: tuple[str, ...] = ()  #: events to tell the sender of: arrived, accepted, rejected...
    due: datetime | None = None  #: when a postponed mail is judged again
    explanation: tuple[Mapping[str, object], ...] = ()  #: every rule, input and decision in order
    evidence: Evidence | None = None  #: what was known of the world; None = the mail was not looked at
    signatures: tuple[Signature, ...] = ()  #: of the mail itself
    learnt: tuple[Learnt, ...] = ()  #: what the mail tells of letters of ours
    continues: str = ""  #: the mail whose case it goes on with: it answers a letter about that one; "" = none
    supersedes: bool = False  #: its document takes the place of that mail's, which is filed
    vouched: str = ""  #: who speaks for its sender, in a form that can be compared; "" = nobody


@dataclass(frozen=True, slots=True)
class Judged:
    """A judgement as it lies in the records."""

    mail_id: str
    number: int  #: 1 for the first
    at: datetime
    actor: str
    state: MailState
    classification: str
    findings: tuple[Finding, ...]
    attachments: tuple[Inspected, ...]
    documents: tuple[DocumentRecord, ...]
    explanation: tuple[Mapping[str, object], ...]
    continues: str = ""  #: the mail whose case it goes on with; "" = none
    vouched: str = ""  #: who spoke for its sender; "" = nobody

    @property
    def sealed(self) -> Code | None:
        """The sign of a state secret that seals the mail; None = there is none."""
        return next((finding.code for finding in self.findings if finding.code in SEALING), None)


class DecisionVerb(StrEnum):
    """What a person decides about a mail."""

    RELEASE = "release"
    REJECT = "reject"
    COMPLETE = "complete"
    REPLAY = "replay"
    CLEAR = "clear"  #: no state secret: a sealed mail is judged like any other
    SUPERSEDE = "supersede"  #: a corrected document came: the mail is filed, and stays in the journal


@dataclass(frozen=True, slots=True)
class Decision:
    """One word of a person, kept for ever; the worker judges again in its light."""

    verb: DecisionVerb
    actor: str  #: the operator's name
    reason: str = ""
    detail: Mapping[str, str] = field(
        default_factory=dict
    )  #: complete: document, fields; replay: policy; clear: code; supersede: mail
    at: datetime | None = None  #: filled by the store


@dataclass(frozen=True, slots=True)
class Claimed:
    """A mail in work under a lease."""

    mail: ReceivedMail
    token: int  #: fencing token; only its holder may record
    crashes: int  #: leases that ended without a record since the last judgement
    round: int  #: judgements recorded before this one
    decisions: tuple[Decision, ...] = ()  #: oldest first
