"""State secrets: somebody is told of a mail that may be one, and somebody may clear it."""

from collections.abc import Iterator

from bridge.doctor.checkup import Checkup, ok, warning
from bridge.settings import Settings


def secrecy(settings: Settings) -> Iterator[Checkup]:
    """Who is named for it?"""
    policy = settings.policy
    if policy.secrecy_officer:
        yield ok("secrecy officer", "is told the id of every mail that is sealed")
    else:
        says = "nobody is told of a mail that bears a mark of state secrecy; it is sealed all the same"
        yield warning("secrecy officer", says, 'set [policy] secrecy_officer = "address"')
    if not policy.secrecy_clearance:
        says = "no operator may clear a mail that bears a clear mark"
        yield warning("secrecy clearance", says, 'set [policy] secrecy_clearance = ["operator"]')
