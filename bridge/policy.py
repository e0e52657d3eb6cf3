"""What the office makes of what is found: a section of the settings, and a value that every judging is given.

It stands apart from the other sections so that judging a file does not import the settings of every door.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Annotated, Literal

from validation.auth_results_trusted import networks_of

SenderClass = Literal["agency", "business", "individual"]

AGENCY_FIELDS = ("CodeNumber", "CodeNotation", "IssuedDate", "Subject", "OrganName", "SignerInfo.FullName")

OFFICE_TYPES = (
    "application/pdf",
    "application/msword",
    "application/vnd.openxmlformats-officedocument.wordprocessingml.document",
    "application/vnd.ms-excel",
    "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
    "application/vnd.ms-powerpoint",
    "application/vnd.openxmlformats-officedocument.presentationml.presentation",
    "application/vnd.oasis.opendocument.text",
    "application/vnd.oasis.opendocument.spreadsheet",
    "application/vnd.oasis.opendocument.presentation",
    "application/rtf",
    "text/rtf",
    "text/plain",
    "text/csv",
    "text/html",
    "text/xml",
    "application/xml",
    "application/zip",
    "message/rfc822",
    "application/ms-tnef",
    "application/vnd.ms-outlook",
    "image/jpeg",
    "image/png",
    "image/gif",
    "image/tiff",
)


@dataclass(frozen=True, slots=True)
class Policy:
    """What the office makes of what is found."""

    refuse_automatically: Annotated[
        tuple[str, ...],
        "codes whose FAULT refuses without a person: `code`, or `code:class` for one class of senders; else it is held",
    ] = (
        "recipient.unknown",
        "size.exceeded",
        "format.executable",
        "signature.missing:agency",
        "signature.unsound:agency",
    )
    severity: Annotated[
        Mapping[str, Mapping[str, str]],
        'severities that differ from the catalogue, by sender class: severity.business."signature.missing" = "fault"',
    ] = field(default_factory=dict)
    mandatory: Annotated[Mapping[str, tuple[str, ...]], "fields without which a clerk must look, by sender class"] = (
        field(default_factory=lambda: {"agency": AGENCY_FIELDS, "business": ("Subject",), "individual": ()})
    )
    trust_lists: Annotated[
        Mapping[str, tuple[str, ...]],
        "lists of anchors that may speak for a document's signer, by sender class; another list is `signature.list`",
    ] = field(
        default_factory=lambda: {
            "agency": ("government",),
            "business": ("public", "government"),
            "individual": ("public", "government"),
        }
    )
    confidence: Annotated[float, "a field found with less confidence than this is only a proposal to the clerk"] = 0.8
    trusted_relays: Annotated[
        tuple[str, ...],
        "networks of the mail servers of ours that hand mail over by SMTP, such as 127.0.0.1/32: each puts a Received "
        "on top that says whom it took the mail from, and that host is the one whose SPF is judged",
    ] = ()
    trusted_authserv: Annotated[
        tuple[str, ...],
        "names under which those servers write Authentication-Results; they must remove fields with their name from "
        "what comes in (RFC 8601 section 5).  What such a field says of SPF, DKIM, DMARC is used instead of our check",
    ] = ()
    arc_trusted: Annotated[
        tuple[str, ...], "domains of forwarders and lists whose ARC seals are believed (RFC 8617); none = nobody's"
    ] = ()
    accepted_types: Annotated[tuple[str, ...], "media types that may travel to the province; others are a finding"] = (
        OFFICE_TYPES
    )
    trust_packet_addresses: Annotated[
        bool, "write to the address that a packet names for its receiver where none is registered"
    ] = False
    secrecy_officer: Annotated[
        str, "address that is told the id of every mail that may be a state secret; empty: nobody is told"
    ] = ""
    secrecy_clearance: Annotated[
        tuple[str, ...],
        "operators who may open and clear sealed mails; empty: any may open them and clear weak signs, none a mark",
    ] = ()
    postpone_every: Annotated[timedelta, "how long to wait before missing evidence is asked for again"] = timedelta(
        minutes=10
    )
    postpone_for: Annotated[timedelta, "after this long without the evidence a clerk must look"] = timedelta(hours=24)

    def __post_init__(self) -> None:
        """What no type can say.

        Raises:
            ValueError: a network is none.
        """
        networks_of(self.trusted_relays)
