"""The jobs of a sandboxed child: judging a mail, recognising a packet.

Imported in the child alone, before its walls go up: the service itself never reads hostile bytes, and starts the
sooner for not loading what does.
"""

from pathlib import Path

from bridge.axis.settings import BY_HAND
from bridge.edxml.packet import DocumentPacket, StatusPacket
from bridge.edxml.read import read as read_packet
from bridge.edxml.tree import NotEdxml
from bridge.job import Job, Outcome, Wanted
from bridge.outgoing import NOT_BY_MAIL
from bridge.pipeline import handle
from bridge.recognised import Recognised
from bridge.secrecy import of_packet
from validation.secrecy import Suspicion


def judge(job: Job, mail: bytes) -> Outcome | Wanted:
    """Judges one mail; what it makes lies in the job's folder, which is the current one."""
    return handle(job, mail, Path())


def recognise(axis: str, packet: bytes) -> str:
    """ "" when the octets are an edXML packet that may be taken, else why not: Vietnamese, for the other side.

    A packet with a mark of state secrecy that an operator hands in is not even kept; an axis is answered by a status.
    """
    try:
        found = read_packet(packet)
    except NotEdxml as problem:
        return problem.reason.says
    if axis == BY_HAND and isinstance(found, DocumentPacket) and of_packet(found, packet) is Suspicion.STRONG:
        return NOT_BY_MAIL
    return ""


def recognise_sent(axis: str, packet: bytes) -> Recognised:
    """The same of a packet that a system sends us, and for whom it speaks."""
    del axis
    try:
        found = read_packet(packet)
    except NotEdxml as problem:
        return Recognised(problem.reason.says)
    return Recognised("", "status" if isinstance(found, StatusPacket) else "edoc", found.sender.organ_id)
