"""One file judged by every rule that looks at bytes alone, and every file inside it.

One file's failure never harms its siblings: what a reader cannot take is an observation about that file.
"""

import hashlib
from collections.abc import Sequence

from validation.codes import Code
from validation.container import open_container
from validation.damaged import Damaged
from validation.evidence import MOST_WANTED, Evidence, WantedHttp
from validation.finding import Observation
from validation.formats import judge_form, ordered
from validation.inspected import Attachment, Format, Inspected, Inspection
from validation.opened import Budget, Opened
from validation.settings import ReadingCaps
from validation.signatures import Beside, beside, signatures_of

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


def _inspect(
    attachment: Attachment,
    evidence: Evidence,
    caps: ReadingCaps,
    budget: Budget,
    contents: dict[tuple[str, ...], bytes],
    wanted: dict[WantedHttp, None],
    came_with: tuple[Beside, ...],
) -> Inspected:
    contents[attachment.path] = attachment.content
    form, observations = _form(attachment, caps)
    opened = _open(attachment, form, budget, caps)
    reading = signatures_of(attachment, form.media_type, evidence, caps, came_with)
    wanted.update(dict.fromkeys(reading.wanted))
    together = beside(opened.attachments)
    inner = tuple(_inspect(file, evidence, caps, budget, contents, wanted, together) for file in opened.attachments)
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
        signatures=reading.signatures,
        observations=(*observations, *fresh, *reading.observations),
        attachments=inner,
    )


def inspect(
    attachment: Attachment,
    evidence: Evidence,
    caps: ReadingCaps = _DEFAULT_CAPS,
    came_with: tuple[Beside, ...] = (),
) -> Inspection:
    """Judge `attachment` and all that is in it; `came_with` = it and the files it came with."""
    contents: dict[tuple[str, ...], bytes] = {}
    wanted: dict[WantedHttp, None] = {}
    budget = Budget(caps.members, caps.unpacked_total)
    file = _inspect(attachment, evidence, caps, budget, contents, wanted, came_with)
    return Inspection(file, contents, tuple(wanted)[:MOST_WANTED])


def inspect_all(
    attachments: Sequence[Attachment], evidence: Evidence, caps: ReadingCaps = _DEFAULT_CAPS
) -> tuple[Inspection, ...]:
    """Judge files that came together: one of them may be the signature of another."""
    came_with = beside(attachments)
    return tuple(inspect(attachment, evidence, caps, came_with) for attachment in attachments)
