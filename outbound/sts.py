"""An MTA-STS policy: what a domain demands of the connections that bring its mail (RFC 8461).

Promise: pure; what is not a policy of that RFC is none.
"""

import re
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

_LONGEST_AGE = 31557600  # RFC 8461 section 3.2: a year
_ID = re.compile(r"[A-Za-z0-9]{1,32}")


class Mode(StrEnum):
    """What is done where a connection does not keep to the policy."""

    ENFORCE = "enforce"  #: no letter
    TESTING = "testing"  #: it is told and goes
    NONE = "none"  #: the domain has given its policy up


@dataclass(frozen=True, slots=True)
class Policy:
    """A domain's policy as it was fetched."""

    mode: Mode
    mx: tuple[str, ...]  #: host names, or "*." and what follows one label
    id: str  #: of the record that announced it
    until: datetime  #: it holds until then, whatever the DNS says

    def allows(self, host: str) -> bool:
        """Is that mail server one of the domain's?"""
        name = host.lower().removesuffix(".")
        parent = name.partition(".")[2]
        # RFC 8461 section 4.1: a wildcard stands for the left-most label alone.
        return any(pattern == name or (pattern.startswith("*.") and pattern[2:] == parent) for pattern in self.mx)


def announced(records: tuple[str, ...]) -> str:
    """The id in the TXT records of _mta-sts.<domain>; "" = no policy is announced (RFC 8461 section 3.1)."""
    ours = [record for record in records if record.startswith("v=STSv1")]
    if len(ours) != 1:
        return ""
    for pair in ours[0].split(";")[1:]:
        key, _, value = pair.partition("=")
        if key.strip() == "id" and _ID.fullmatch(value.strip()):
            return value.strip()
    return ""


def read(text: str, id_: str, now: datetime) -> Policy | None:
    """The policy that the file says; None = it is none."""
    said: dict[str, list[str]] = {}
    for line in text.splitlines():
        key, colon, value = line.partition(":")
        if colon:
            said.setdefault(key.strip(), []).append(value.strip())
    mode, age = said.get("mode", [""])[0], said.get("max_age", [""])[0]
    mx = tuple(name.lower().removesuffix(".") for name in said.get("mx", ()) if name)
    if said.get("version", [""])[0] != "STSv1" or mode not in set(Mode):
        return None
    if not re.fullmatch(r"[0-9]{1,10}", age) or (not mx and mode != Mode.NONE):
        return None
    return Policy(Mode(mode), mx, id_, now + timedelta(seconds=min(int(age), _LONGEST_AGE)))
