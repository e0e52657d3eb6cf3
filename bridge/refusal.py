"""The status by which an axis hears that a person has refused: a packet (02), or what a packet asked for (16).

Composed of what was recorded when the packet was judged: no stranger's octets are read here.
"""

import uuid
from datetime import datetime
from io import BytesIO

from bridge.axis.settings import BY_HAND
from bridge.edxml.forms import clean
from bridge.edxml.packet import StatusPacket
from bridge.edxml.status import StatusCode
from bridge.edxml.write import write
from bridge.letters.concerned import concerned
from bridge.our_status import speaker
from bridge.settings.sections import Office
from store.judgement import EnvelopeRecord, Judged
from store.mail import AxisOrigin, ReceivedMail
from validation.codes import Code

#: What asks for a change of something that came before, and is answered with 15 or 16.
ASKING = frozenset({Code.PACKET_RECALL, Code.PACKET_UPDATE})


def refusal_of(
    mail: ReceivedMail, judged: Judged | None, office: Office, reason: str, now: datetime
) -> EnvelopeRecord | None:
    """The status; None = the mail came from no axis, or nothing is recorded that a status could name."""
    origin = mail.origin
    if not isinstance(origin, AxisOrigin) or origin.axis == BY_HAND or judged is None or not judged.documents:
        return None
    asks = any(finding.code in ASKING for finding in judged.findings)
    code = StatusCode.CHANGE_REFUSED if asks else StatusCode.REFUSED
    about = concerned(judged.documents[0].fields)
    if not about.organ_id:
        return None
    packet = StatusPacket(
        sender=speaker(office),
        about=about,
        status=code,
        description=clean(reason) or code.says,
        moment=now,
    )
    out = BytesIO()
    write(packet, out)
    summary = {"axis": origin.axis, "status": code.value, "from": office.organ_id, "receivers": about.organ_id}
    return EnvelopeRecord(str(uuid.uuid5(uuid.UUID(mail.id), "refused")), "", out.getvalue(), "status", summary)
