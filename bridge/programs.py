"""Which files of a mail are programs: what a child of the sandbox tells the door.

The same rule as when the mail is judged, for the files that are attached to it; those within archives are left to the
judging.  A mail that is no document is filed, whatever it carries, and so has none.
"""

from dataclasses import dataclass

from validation.attachments import extension_of
from validation.classify import classify
from validation.formats_table import PROGRAM_EXTENSIONS, PROGRAMS
from validation.inspected import Attachment
from validation.media_type import EMPTY, sniff
from validation.message import read
from validation.settings import ReadingCaps


@dataclass(frozen=True, slots=True)
class Looked:
    """What was seen."""

    programs: int  #: so many files are programs


@dataclass(frozen=True, slots=True)
class LookRequest:
    """What it takes to look at a mail that is at the door."""

    mail_from: str  #: reverse path
    caps: ReadingCaps


def programs(request: LookRequest, mail: bytes) -> Looked:
    """Look at one mail."""
    message = read(mail, "mail.eml", request.caps)
    if classify(message, request.mail_from) != "document":
        return Looked(0)
    return Looked(sum(map(_is_program, message.attachments)))


def _is_program(attachment: Attachment) -> bool:
    media_type = sniff(attachment.content, attachment.name)
    return media_type != EMPTY and (media_type in PROGRAMS or extension_of(attachment.name) in PROGRAM_EXTENSIONS)
