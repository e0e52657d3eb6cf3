"""The jobs of a sandboxed child: judging a mail, recognising a packet.

Imported in the child alone, before its walls go up: the service itself never reads hostile bytes, and starts the
sooner for not loading what does.
"""

from pathlib import Path

from bridge.edxml.read import read as read_packet
from bridge.edxml.tree import NotEdxml
from bridge.job import Job, Outcome, Wanted
from bridge.pipeline import handle


def judge(job: Job, mail: bytes) -> Outcome | Wanted:
    """Judges one mail; what it makes lies in the job's folder, which is the current one."""
    return handle(job, mail, Path())


def recognise(axis: str, packet: bytes) -> str:
    """ "" when the octets are an edXML packet, else why they are none: Vietnamese, for the other side."""
    del axis
    try:
        read_packet(packet)
    except NotEdxml as problem:
        return problem.reason.says
    return ""
