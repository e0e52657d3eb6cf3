"""What the pipeline is given and what it gives back: plain values, so that they can cross the sandbox's wall.

Bytes travel beside them: the mail goes in as a payload, envelopes and letters come out as files of the job's folder,
named in the Outcome.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import timedelta

from bridge.axis.settings import AnyAxis
from bridge.fields.fields import Field
from bridge.policy import Policy
from bridge.settings.sections import Letters, Office
from store.judgement import Decision
from store.mail import MailState, ReceivedMail
from store.registry import Correspondent, Organ, RoutingRule
from store.statuses import Said
from validation.evidence import Evidence, WantedDns, WantedHttp, WantedSpf
from validation.finding import Finding
from validation.inspected import Inspected
from validation.returned import Bounce
from validation.settings import ReadingCaps
from validation.signature import Signature

SEALED = "sealed"  #: event of the notice that tells the named officer of a mail that may be a state secret
STATUS = "status-"  #: how events begin that a receiver on the axis reports: this, the code, a blank, the organ
ARRIVED = "arrived"  #: event of the notice that tells its sender: it came, and no more than that


@dataclass(frozen=True, slots=True)
class Snapshot:
    """Policy, routes and those who have a part in the mail, as they were when it was claimed."""

    office: Office
    policy: Policy
    caps: ReadingCaps
    axes: tuple[AnyAxis, ...]  #: those that we call before the systems that call us
    routes: tuple[RoutingRule, ...]
    organs: tuple[Organ, ...]  #: those of `asked`
    correspondents: tuple[Correspondent, ...]  #: those of `asked`
    our_addresses: tuple[str, ...]  #: lower case: office addresses, and those that routes name
    sender: str  #: our address in From of letters
    return_path: str = ""  #: pattern of our return paths, with {token}
    reply_to: str = ""  #: pattern of our reply addresses, with {token}
    templates: str = ""  #: the office's own template directory; "" = ours
    letters: Letters = field(default_factory=Letters)  #: how documents go out
    authserv: Mapping[str, str] = field(default_factory=dict)  #: IMAP account -> the name its server signs results with
    #: names (addresses, "@domain", ids) whose organs and correspondents are all above; None = the whole registers are
    asked: frozenset[str] | None = None


@dataclass(frozen=True, slots=True)
class LetterSlot:
    """The identity that a letter is to have: made outside, because its token needs the secret."""

    letter_id: str
    delivery_id: str
    message_id: str
    return_path: str
    reply_to: str


@dataclass(frozen=True, slots=True)
class EarlierLetter:
    """A letter that an earlier packet became."""

    recipient: str
    message_id: str
    state: str  #: queued, done, failed or cancelled


@dataclass(frozen=True, slots=True)
class Earlier:
    """A packet that came before, of which another one speaks: a recall, an update, a replacement."""

    key: str  #: under which it was asked for
    mail_id: str
    document_id: str  #: as its packet had it
    fields: Mapping[str, str] = field(default_factory=dict)
    letters: tuple[EarlierLetter, ...] = ()


@dataclass(frozen=True, slots=True)
class AnsweredMail:
    """A mail whose document a packet answers."""

    mail_from: str
    message_id: str


@dataclass(frozen=True, slots=True)
class Case:
    """The mail that a letter of ours was about, where this mail answers that letter."""

    mail_id: str
    mail_from: str  #: its reverse path
    vouched: str  #: who spoke for its sender; "" = nobody
    waits: bool  #: is it held or postponed, so that a corrected document can take its place?
    keys: tuple[str, ...] = ()  #: of its documents; see `DocumentMade.key`


@dataclass(frozen=True, slots=True)
class Job:
    """One mail to be judged, with everything that may be known of the world."""

    mail: ReceivedMail
    evidence: Evidence
    snapshot: Snapshot
    decisions: tuple[Decision, ...] = ()  #: what persons decided of this mail so far, oldest first
    waited: timedelta = timedelta()  #: how long evidence has been waited for
    known_documents: Mapping[str, str] | None = None  #: key of a document -> mail that has it already; None = not asked
    our_letters: frozenset[str] | None = None  #: Message-IDs in the mail that are of letters of ours; None = not asked
    case: Case | None = None  #: what it goes on with, as far as was asked
    slots: tuple[LetterSlot, ...] = ()
    earlier: tuple[Earlier, ...] | None = None  #: packets of which this one speaks; None = not asked
    answered: tuple[AnsweredMail, ...] | None = None  #: mails that this packet answers; None = not asked
    last_round: bool = False  #: what is still wanted now is UNKNOWN


@dataclass(frozen=True, slots=True)
class Wanted:
    """What the pipeline needs from outside before it can answer."""

    parties: tuple[str, ...] = ()  #: addresses, "@domain" and ids whose entries of the registers are needed
    dns: tuple[WantedDns, ...] = ()
    spf: WantedSpf | None = None
    http: tuple[WantedHttp, ...] = ()  #: what certificates point to
    documents: tuple[str, ...] = ()  #: keys of documents that may be known already
    letters: tuple[str, ...] = ()  #: Message-IDs that may be those of letters of ours
    slots: int = 0  #: identities for letters
    earlier: tuple[str, ...] = ()  #: keys of packets that came before, and of what became of them
    answered: tuple[str, ...] = ()  #: what documents are called that are answered, and came by mail perhaps


@dataclass(frozen=True, slots=True)
class Step:
    """One decision, as `mails explain` shows it."""

    stage: str  #: read, inspect, judge, identify, route, wrap, answer
    rule: str
    given: str
    decided: str


@dataclass(frozen=True, slots=True)
class DocumentMade:
    """One numbered paper found in the mail."""

    id: str
    main: tuple[str, ...]  #: path of its main file
    annexes: tuple[tuple[str, ...], ...]
    verdict: str
    fields: Mapping[str, Field]
    key: str  #: folded issuer, number, notation and year; "" = not known well enough
    duplicates: tuple[str, ...] = ()  #: mails that have the same document
    marks: tuple[str, ...] = ()  #: what else it is known again by (`bridge.marks`)


@dataclass(frozen=True, slots=True)
class EnvelopeMade:
    """One edXML packet for one axis, in `file` of the job's folder."""

    id: str
    document_id: str
    axis: str
    file: str
    receivers: tuple[str, ...]  #: organ ids
    rules: tuple[str, ...]  #: the routing rules that said so
    kind: str = "document"  #: document or status
    sender: str = ""  #: organ id in its From
    known_as: str = ""  #: the document's id in the packet; "" = none, or a status


@dataclass(frozen=True, slots=True)
class LetterMade:
    """One finished letter, in `file` of the job's folder."""

    slot: LetterSlot
    recipient: str
    file: str


@dataclass(frozen=True, slots=True)
class Outcome:
    """All that is to be recorded of one judgement, and nothing else."""

    state: MailState
    classification: str
    message_id: str
    findings: tuple[Finding, ...]
    attachments: tuple[Inspected, ...] = ()
    documents: tuple[DocumentMade, ...] = ()
    envelopes: tuple[EnvelopeMade, ...] = ()
    letters: tuple[LetterMade, ...] = ()
    notice: str = ""  #: the event that the sender is to be told (`bridge.letters.receipt.EVENTS`); "" = nothing
    bounces: tuple[Bounce, ...] = ()
    steps: tuple[Step, ...] = ()
    sealed: bool = False  #: it may be a state secret: the named officer is told its id, and nobody anything else
    signatures: tuple[Signature, ...] = ()  #: of the mail itself
    addressed: tuple[str, ...] = ()  #: addresses in its header that have the form of our tokens
    speaks_of: tuple[str, ...] = ()  #: Message-IDs of letters that it returns, displayed or answers; the nearest first
    disposition: str = ""  #: of a receipt: displayed, deleted...
    continues: str = ""  #: the mail whose case it goes on with; "" = none
    supersedes: bool = False  #: its document takes the place of that mail's
    vouched: str = ""  #: who speaks for its sender, in a form that can be compared; "" = nobody
    freezes: tuple[str, ...] = ()  #: mails whose letters wait until a person has decided of this one
    said: Said | None = None  #: what a receiver says of an envelope of ours
