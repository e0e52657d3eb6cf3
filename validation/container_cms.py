"""The files in a .p7m: those of the mail that S/MIME signed as a whole, or the one document that was signed."""

from dataclasses import replace

from validation.attachments import clean_name, made_up
from validation.codes import Code
from validation.finding import Observation
from validation.inspected import Attachment
from validation.message import read
from validation.opaque import unwrap
from validation.opened import Budget, Opened, limit_of
from validation.settings import ReadingCaps

_EXTENSIONS = (".p7m", ".p7s", ".p7", ".p7z", ".pkcs7", ".sig")


def open_cms(outer: Attachment, budget: Budget, caps: ReadingCaps) -> Opened:
    """What is signed or compressed in `outer`."""
    bound = min(budget.octets, max(caps.ratio_floor, len(outer.content) * caps.ratio))
    opaque = unwrap(outer.content, bound)
    if not opaque.readable:
        evidence = {"media_type": "application/pkcs7-mime"}
        return Opened((), (Observation(Code.ARCHIVE_UNOPENED, outer.path, evidence),))
    if opaque.locked:
        return Opened((), (Observation(Code.FORMAT_ENCRYPTED, outer.path, {"media_type": "application/pkcs7-mime"}),))
    if opaque.bomb:
        evidence = {"limit": "ratio", "value": str(caps.ratio)}
        return Opened((), (Observation(Code.FORMAT_BOMB, outer.path, evidence),))
    content = opaque.content
    if content is None:
        return Opened()
    if len(content) > budget.octets:
        return Opened((), (limit_of(outer, "unpacked_total", caps),))
    if not opaque.is_mime:
        budget.take(content)
        return Opened((Attachment((*outer.path, _inner_name(outer.name)), "", content),))
    return open_mail(outer, content, budget, caps)


def _inner_name(name: str) -> str:
    """`35-QD.pdf.p7m` holds `35-QD.pdf`."""
    for extension in _EXTENSIONS:
        if name.lower().endswith(extension):
            return clean_name(name[: -len(extension)]) or made_up(1, "")
    return made_up(1, "")


def open_mail(outer: Attachment, content: bytes, budget: Budget, caps: ReadingCaps) -> Opened:
    """The files of the mail, or MIME entity, `content` that `outer` is or carries."""
    message = read(content, outer.name, caps)
    files = message.attachments[: max(budget.members, 0)]
    budget.members -= len(files)
    observations = [
        Observation(seen.code, (*outer.path[:-1], *seen.about), seen.evidence) for seen in message.observations
    ]
    if len(files) < len(message.attachments):
        observations.append(limit_of(outer, "members", caps))
    attachments = tuple(replace(file, path=(*outer.path, *file.path[1:])) for file in files)
    return Opened(attachments, tuple(observations))
