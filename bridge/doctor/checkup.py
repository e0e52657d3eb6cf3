"""A Checkup is one thing looked at: what it is, how it is, what it says, what to do about it."""

from dataclasses import dataclass
from enum import StrEnum


class Condition(StrEnum):
    """How a thing is."""

    OK = "ok"
    WARNING = "warning"  #: the service runs, and less well than it might
    PROBLEM = "problem"  #: something will not work


@dataclass(frozen=True, slots=True)
class Checkup:
    """One thing looked at."""

    check: str  #: settings, schema, port 127.0.0.1:2525...
    state: Condition
    says: str  #: what was seen
    do: str = ""  #: what to do; "" = nothing


def ok(check: str, says: str) -> Checkup:
    """It is well."""
    return Checkup(check, Condition.OK, says)


def warning(check: str, says: str, do: str) -> Checkup:
    """It might be better."""
    return Checkup(check, Condition.WARNING, says, do)


def problem(check: str, says: str, do: str) -> Checkup:
    """It will not do."""
    return Checkup(check, Condition.PROBLEM, says, do)
