"""The signer's own word of the time, and the one way in which it is known to be wrong.

Vietnamese signing tools write local time into signingTime as if it were UTC: exactly seven hours late.  It is known by
the other time of the same signature (/M of a PDF, which names its offset), or by a claim that lies ahead of the moment
at which the signature was there already.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta

SHIFT = timedelta(hours=7)
CLOCKS = timedelta(minutes=5)  #: that two clocks may differ


@dataclass(frozen=True, slots=True)
class ClaimedTime:
    """What the signer says."""

    moment: datetime  #: aware; mended where it was shifted
    shifted: bool  #: local time had been written as UTC


def claimed_time(attribute: datetime | None, written: datetime | None, seen: datetime) -> ClaimedTime | None:
    """The time in the signed `attribute`, else the one `written` beside it; `seen` = when it was there already."""
    if attribute is None:
        return None if written is None else ClaimedTime(written, shifted=False)
    beside = written is not None and abs(attribute - SHIFT - written) <= CLOCKS
    ahead = seen + CLOCKS < attribute <= seen + SHIFT + CLOCKS
    return ClaimedTime(attribute - SHIFT, shifted=True) if beside or ahead else ClaimedTime(attribute, shifted=False)
