"""The sections that are the bridge's own.  Each is declared once, here; file, environment and documentation follow."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, timedelta
from pathlib import Path
from typing import Annotated, Literal

from bridge.axis.settings import VxpSystem
from bridge.working_days import Calendar


@dataclass(frozen=True, slots=True)
class Office:
    """Whose bridge this is."""

    organ_id: Annotated[str, "organ id of the office that runs the bridge, as the axis knows it"]
    name: Annotated[str, "its name in full, as letters and receipts show it"]
    time_zone: Annotated[str, "IANA name of the office's time zone"] = "Asia/Ho_Chi_Minh"
    addresses: Annotated[
        tuple[str, ...],
        "the bridge's own doors: accepted at RCPT even where no route exists yet (then: held)",
    ] = ()
    check_addresses: Annotated[
        tuple[str, ...],
        "addresses that only check, such as kiemtra@…: whoever writes there gets the verdict; nothing is registered",
    ] = ()
    administrator: Annotated[
        str, "address that is told of storms of mail, and of letters sent by hand that did not arrive; empty = nobody"
    ] = ""
    days_off: Annotated[
        tuple[str, ...],
        "days of rest besides week-ends and the holidays by law, such as 2026-09-03: what the government decides anew",
    ] = ()
    days_on: Annotated[tuple[str, ...], "days that are worked all the same, such as a Saturday in exchange"] = ()

    @property
    def address(self) -> str:
        """The first of its doors; "" = it has none."""
        return next(iter(self.addresses), "")

    def __post_init__(self) -> None:
        """What no type can say.

        Raises:
            ValueError: a day is none.
        """
        self.calendar  # noqa: B018  built once to see that it can be

    @property
    def calendar(self) -> Calendar:
        """Which days the office works."""
        off, on = (frozenset(map(date.fromisoformat, days)) for days in (self.days_off, self.days_on))
        return Calendar(off, on)


@dataclass(frozen=True, slots=True)
class Trust:
    """Where the trust anchors lie."""

    directory: Annotated[Path, "government/ and public/ hold anchors, intermediates/ and crls/ what goes with them"] = (
        Path("trust")
    )


@dataclass(frozen=True, slots=True)
class Receipts:
    """The letters by which senders learn what became of their mail (Decree 30/2020 Art. 21.2)."""

    enabled: Annotated[bool, "send them at all"] = True
    gather: Annotated[timedelta, "events of one mail within this time become one letter"] = timedelta(minutes=1)
    templates: Annotated[Path | None, "a directory whose templates replace those that ship with the bridge"] = None
    per_day: Annotated[int, "automatic letters to one address within 24 hours; what comes beyond is not answered"] = 200
    per_hour: Annotated[
        int, "automatic letters to all together within an hour; what comes beyond waits, and the administrator is told"
    ] = 5000
    overdue: Annotated[
        bool, "tell the sender when his mail still waits for a person at the end of the next working day"
    ] = True
    seal_certificate: Annotated[
        Path | None, "PEM file of the certificate, and its chain, that seals PDF receipts; none = no PDF receipts"
    ] = None
    seal_key: Annotated[Path | None, "PEM file of its private key, without a pass phrase, readable by us alone"] = None

    def __post_init__(self) -> None:
        """What no type can say.

        Raises:
            ValueError: a limit is none, or half a seal.
        """
        if self.per_day < 1 or self.per_hour < 1:
            raise ValueError("per_day and per_hour must be at least 1")
        if (self.seal_certificate is None) != (self.seal_key is None):
            raise ValueError("seal_certificate and seal_key go together")


@dataclass(frozen=True, slots=True)
class Letters:
    """The letters that bring documents out."""

    file_names: Annotated[
        str,
        "names of files for readers that know ASCII alone; of {code}, {date}, {subject}, {name}, {number}; the real "
        "name goes along as RFC 2231 has it",
    ] = "{code}_{date}_{subject}"
    largest: Annotated[int, "the largest letter, as it is sent: a larger one waits for a clerk"] = 35_000_000
    largest_for: Annotated[
        Mapping[str, int], 'the same for an address or a domain that takes less: { "nhan.example" = "10 MB" }'
    ] = field(default_factory=dict)
    ask_displayed: Annotated[bool, "ask to be told when a document's letter is opened (RFC 8098)"] = True
    delayed_after: Annotated[timedelta, "after this long a letter that is still tried is told as delayed, once"] = (
        timedelta(hours=4)
    )

    def __post_init__(self) -> None:
        """What no type can say.

        Raises:
            ValueError: the pattern names something unknown.
        """
        try:
            self.file_names.format(code="", date="", subject="", name="", number="")
        except (KeyError, IndexError, ValueError) as error:
            raise ValueError("file_names may hold {code}, {date}, {subject}, {name} and {number}") from error

    def largest_of(self, address: str) -> int:
        """The largest letter for that address, in octets."""
        known = {key.lower().lstrip("@"): size for key, size in self.largest_for.items()}
        address = address.lower()
        return known.get(address, known.get(address.rpartition("@")[2], self.largest))


@dataclass(frozen=True, slots=True)
class Worker:
    """How mails are judged."""

    parallel: Annotated[int, "mails judged at the same time; 0 = as many as there are processors"] = 0
    lease: Annotated[timedelta, "a worker that says nothing for so long is taken for dead"] = timedelta(minutes=5)
    poll: Annotated[timedelta, "how often to look for work where no signal says that there is some"] = timedelta(
        seconds=1
    )
    crashes: Annotated[int, "a mail that brings its worker down so often is set aside"] = 3


@dataclass(frozen=True, slots=True)
class Resolver:
    """Where DNS is asked."""

    nameservers: Annotated[tuple[str, ...], "address:port of the resolvers; empty = the system's"] = ()
    timeout: Annotated[timedelta, "for one question"] = timedelta(seconds=5)


@dataclass(frozen=True, slots=True)
class Fetching:
    """What certificates point to: lists of revocation, responders' answers, issuers."""

    fetch: Annotated[bool, "ask for it; false = only what is on disk and in the files counts"] = True
    proxy: Annotated[str, "host:port of the HTTP proxy on the way out; empty = none"] = ""
    allow_hosts: Annotated[
        tuple[str, ...],
        "hosts and networks that may be asked though their address is private or their port unusual, such as "
        '"ocsp.ca.ptc" or "10.1.0.0/16"; all others only on ports 80 and 443 of public addresses',
    ] = ()
    timeout: Annotated[timedelta, "for one request; a round of requests is not waited for longer than twice that"] = (
        timedelta(seconds=5)
    )
    list_size: Annotated[int, "the largest list of revocation that is taken"] = 20_000_000
    answer_size: Annotated[int, "the largest answer of a responder, and the largest certificate"] = 100_000
    per_host: Annotated[int, "requests to one host at the same time"] = 2
    failed_for: Annotated[timedelta, "what could not be had is not asked for again for so long"] = timedelta(minutes=1)
    mirror: Annotated[
        tuple[str, ...],
        "addresses of lists that are mirrored into crls/ of the trust directory besides those that the anchors and "
        "intermediates name, such as http://ca.gov.vn/pki/pub/crl/cpcag2.crl",
    ] = ()
    mirror_every: Annotated[timedelta, "how often; 0 s = only by `docbridge trust refresh`"] = timedelta(hours=6)

    def __post_init__(self) -> None:
        """What no type can say.

        Raises:
            ValueError: the proxy is no host:port, or nothing could be asked.
        """
        if self.proxy and not self.proxy.rpartition(":")[2].isdecimal():
            raise ValueError("proxy must be host:port")
        if self.per_host < 1:
            raise ValueError("per_host must be at least 1")


@dataclass(frozen=True, slots=True)
class VxpServer:
    """The systems that call us as an axis; served below /XrdAdapter on [web] listen."""

    system: Annotated[tuple[VxpSystem, ...], "one table a system"] = ()


@dataclass(frozen=True, slots=True)
class Web:
    """Health and metrics by HTTP."""

    listen: Annotated[
        str,
        "address:port; only loopback, as there are no accounts yet; another address serves [vxp_server] alone to "
        "others; empty = not served",
    ] = "127.0.0.1:8080"


@dataclass(frozen=True, slots=True)
class Log:
    """What the program says of itself: ids and hashes, never content."""

    level: Annotated[Literal["debug", "info", "warning", "error"], "the least that is written"] = "info"
    format: Annotated[Literal["json", "text"], "one JSON object a line, or text for people"] = "json"
