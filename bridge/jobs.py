"""What a sandboxed child can be asked to do.  Imported in the child before its walls go up; no secrets, no database."""

from pathlib import Path

from bridge.edxml.read import read as read_packet
from bridge.edxml.tree import NotEdxml
from bridge.job import Job, Outcome, Wanted
from bridge.pipeline import handle

#: Name of a job -> the function that does it.
JOBS = {
    "judge": "bridge.jobs:judge",
    "recognise": "bridge.jobs:recognise",
    "route": "bridge.route_test:routes_of",
}


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
