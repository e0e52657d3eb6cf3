"""What `docbridge check` asks of the sandbox and what it is told: values alone, light to import on the asking side."""

from dataclasses import dataclass

from bridge.policy import Policy
from validation.evidence import Evidence, WantedHttp
from validation.finding import Finding
from validation.inspected import Inspected
from validation.returned import Bounce
from validation.settings import ReadingCaps


@dataclass(frozen=True, slots=True)
class CheckRequest:
    """One file to be judged."""

    name: str  #: its base name
    sender_class: str
    policy: Policy
    caps: ReadingCaps
    evidence: Evidence
    beside: tuple[str, ...] = ()  #: base names of the files given with it, one of which it may sign


@dataclass(frozen=True, slots=True)
class Classified:
    """What kind of mail one of the files is."""

    path: tuple[str, ...]
    classification: str
    bounces: tuple[Bounce, ...]


@dataclass(frozen=True, slots=True)
class Checked:
    """What was found."""

    file: Inspected
    verdict: str
    findings: tuple[Finding, ...]
    mails: tuple[Classified, ...] = ()  #: the file itself, if it is a mail, and every mail inside it
    wanted: tuple[WantedHttp, ...] = ()  #: what would tell more of its signatures
