"""A mail's files as inspected, what was observed of them, and what would tell more.  Pure."""

from collections.abc import Mapping
from dataclasses import dataclass

from bridge.job import Job, Wanted
from validation.evidence import MOST_WANTED, WantedHttp
from validation.finding import Observation
from validation.inspect import inspect_all
from validation.inspected import Inspected
from validation.message import Message
from validation.signature import Signature
from validation.signatures import mail_signatures


@dataclass(frozen=True, slots=True)
class Dossier:
    """The files of one mail."""

    files: tuple[Inspected, ...]
    contents: Mapping[tuple[str, ...], bytes]  #: by path
    observations: tuple[Observation, ...]  #: of the mail's reading, of each file, and of the mail's own signatures
    message: Message  #: under the header fields that were signed, where the mail protects them
    pointers: tuple[WantedHttp, ...]  #: what certificates point to and nobody has asked for yet
    signatures: tuple[Signature, ...] = ()  #: of the mail itself

    def readings(self, message: Message) -> tuple[Message, ...]:
        """The mail as it is shown, and as it was signed where that is another."""
        return (message,) if self.message is message else (message, self.message)

    def wanted(self, job: Job) -> Wanted | None:
        """What is to be asked for before these files are judged: of all of them together, in one round."""
        asks = self.pointers and not (job.last_round or job.evidence.offline)
        return Wanted(http=self.pointers) if asks else None


def dossier_of(job: Job, message: Message) -> Dossier:
    """Every file judged by its form and its signatures, and the mail by its own."""
    inspections = inspect_all(message.attachments, job.evidence, job.snapshot.caps)
    files = tuple(inspection.file for inspection in inspections)
    own = mail_signatures(message, job.evidence)
    of_files = (seen for top in files for file in top.walk() for seen in file.observations)
    pointers = (*(want for inspection in inspections for want in inspection.wanted), *own.wanted)
    return Dossier(
        files,
        {path: content for inspection in inspections for path, content in inspection.contents.items()},
        (*message.observations, *of_files, *own.observations),
        message if own.headers is None else message.under(own.headers),
        tuple(dict.fromkeys(pointers))[:MOST_WANTED],
        own.signatures,
    )
