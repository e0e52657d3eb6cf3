"""One file judged by every rule that looks at bytes alone, and every file inside it.

One file's failure never harms its siblings: what a reader cannot take is an observation about that file.
"""

import hashlib

from validation.codes import Code
from validation.container import open_container
from validation.damaged import Damaged
from validation.evidence import Evidence
from validation.finding import Observation
from validation.formats import judge_form, ordered
from validation.inspected import Attachment, Format, Inspected, Inspection
from validation.opened import Budget, Opened
from validation.settings import ReadingCaps
from validation.signature import Signature
from validation.unread_signatures import observed, unread_signatures

_DEFAULT_CAPS = ReadingCaps()


def _wall(error: MemoryError | RecursionError) -> str:
    """What stopped a reader, as the sandbox names its walls."""
    return "memory" if isinstance(error, MemoryError) else "depth"


def _form(attachment: Attachment, caps: ReadingCaps) -> tuple[Format, tuple[Observation, ...]]:
    try:
        return judge_form(attachment, caps)
    except (MemoryError, RecursionError) as error:
        seen = Observation(Code.FILE_CRASHED, attachment.path, {"wall": _wall(error)})
        return Format("application/octet-stream", attachment.declared, "", False, ("damaged",)), (seen,)


def _open(attachment: Attachment, form: Format, budget: Budget, caps: ReadingCaps) -> Opened:
    try:
        return open_container(attachment, form, budget, caps)
    except Damaged as damage:
        return Opened((), (Observation(Code.FORMAT_DAMAGED, attachment.path, {"cause": str(damage)}),))
    except (MemoryError, RecursionError) as error:
        return Opened((), (Observation(Code.FILE_CRASHED, attachment.path, {"wall": _wall(error)}),))


def _signatures(
    attachment: Attachment, form: Format, evidence: Evidence
) -> tuple[tuple[Signature, ...], tuple[Observation, ...]]:
    if form.media_type != "application/pdf":
        unread = unread_signatures(attachment, form.media_type)
        return unread, observed(unread, attachment.path)
    from validation.pdf_signatures import signatures_of  # pyHanko takes half a second to import

    reading = signatures_of(attachment.content, evidence)
    about = attachment.path
    return reading.signatures, tuple(Observation(seen.code, about, seen.evidence) for seen in reading.observations)


def _inspect(
    attachment: Attachment,
    evidence: Evidence,
    caps: ReadingCaps,
    budget: Budget,
    contents: dict[tuple[str, ...], bytes],
) -> Inspected:
    contents[attachment.path] = attachment.content
    form, observations = _form(attachment, caps)
    opened = _open(attachment, form, budget, caps)
    signatures, seen = _signatures(attachment, form, evidence)
    inner = tuple(_inspect(file, evidence, caps, budget, contents) for file in opened.attachments)
    properties = set(form.properties)
    if any("archive" in file.format.properties for file in inner) and "archive" in properties:
        properties.add("nested")
    codes = {observation.code for observation in opened.observations if observation.about == attachment.path}
    if Code.FORMAT_BOMB in codes:
        properties.add("bomb")
    if Code.FORMAT_ENCRYPTED in codes:
        properties.add("encrypted")
    if Code.FORMAT_DAMAGED in codes:
        properties.add("damaged")
    form = Format(form.media_type, form.declared, form.extension, form.agrees, ordered(properties), form.pages)
    every = dict.fromkeys((observation.code, observation.about) for observation in observations)
    fresh = tuple(one for one in opened.observations if (one.code, one.about) not in every)
    return Inspected(
        path=attachment.path,
        sha256=hashlib.sha256(attachment.content).hexdigest(),
        size=len(attachment.content),
        format=form,
        signatures=(*opened.signatures, *signatures),
        observations=(*observations, *fresh, *seen),
        attachments=inner,
    )


def inspect(attachment: Attachment, evidence: Evidence, caps: ReadingCaps = _DEFAULT_CAPS) -> Inspection:
    """Judge `attachment` and all that is in it."""
    contents: dict[tuple[str, ...], bytes] = {}
    budget = Budget(caps.members, caps.unpacked_total)
    return Inspection(_inspect(attachment, evidence, caps, budget, contents), contents)
