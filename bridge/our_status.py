"""The status packets that we write ourselves: who speaks in them, and the file that goes back to the axis.

Promise: an axis that brought the mail hears it, nobody else; the same word about the same mail has the same id.
"""

import uuid
from pathlib import Path

from bridge.axis.settings import BY_HAND
from bridge.edxml.packet import Concerned, Party, StatusPacket
from bridge.edxml.status import StatusCode
from bridge.edxml.write import write
from bridge.job import EnvelopeMade, Job
from bridge.settings.sections import Office
from store.mail import AxisOrigin


def speaker(office: Office) -> Party:
    """The office as the sender of a status."""
    return Party(office.organ_id, office.name, email=office.address)


def answered(
    job: Job, about: Concerned, status: StatusCode, says: str, folder: Path, *, word: str
) -> tuple[EnvelopeMade, ...]:
    """The status about a packet, for the axis that brought it; `word` tells it from others about the same mail."""
    origin, office = job.mail.origin, job.snapshot.office
    if not isinstance(origin, AxisOrigin) or origin.axis == BY_HAND:
        return ()
    packet = StatusPacket(speaker(office), about, status, says or status.says, job.evidence.moment)
    id_ = str(uuid.uuid5(uuid.UUID(job.mail.id), word))
    name = f"{id_}.edxml"
    with (folder / name).open("wb") as out:
        write(packet, out)
    return (EnvelopeMade(id_, "", origin.axis, name, (about.organ_id,), (), kind="status", sender=office.organ_id),)
