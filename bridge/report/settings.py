"""What the office can set about reports."""

from dataclasses import dataclass
from datetime import timedelta
from typing import Annotated


@dataclass(frozen=True, slots=True)
class Report:
    """The reports that `check --report` and `mails report` write."""

    law_green: Annotated[
        str,
        "what the office adds on a green card to the consequence by Decree 30/2020: other laws, with their articles",
    ] = ""
    law_amber: Annotated[str, "the same on an amber card"] = ""
    law_red: Annotated[str, "the same on a red card"] = ""
    tsa_url: Annotated[
        str,
        "http address of a time-stamping authority (RFC 3161) that stamps each XML report, which names the evidence "
        "by its digests; empty = none does",
    ] = ""
    tsa_timeout: Annotated[timedelta, "for one stamp"] = timedelta(seconds=20)
