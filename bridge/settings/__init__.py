"""All settings of the program: found, read, laid over by the environment, and built, or refused with the place named.

Order of places: `--config FILE`, else DOCBRIDGE_CONFIG, else ./docbridge.toml (contract, "Settings").
"""

import os
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Annotated, Any
from zoneinfo import ZoneInfo

from bridge.axis.settings import AnyAxis, AxisSettings
from bridge.policy import Policy
from bridge.report.settings import Report
from bridge.sandbox.settings import SandboxSettings
from bridge.settings.build import BadSetting, build
from bridge.settings.environment import BadVariable, overlaid
from bridge.settings.lines import line_of
from bridge.settings.sections import Fetching, Letters, Log, Office, Receipts, Resolver, Trust, VxpServer, Web, Worker
from bridge.settings_file import located
from imap_poll.settings import ImapSettings
from outbound.settings import OutboundSettings
from smtp_in.settings import SmtpSettings
from store.settings import StoreSettings
from validation.settings import ReadingCaps

LOOPBACK = ("127.0.0.1", "::1", "localhost")
__all__ = ["LOOPBACK", "BadSettings", "Settings", "load", "located"]


class BadSettings(Exception):  # noqa: N818  names the settings as bad
    """The settings cannot be used; the text names file, line and key."""


@dataclass(frozen=True, slots=True)
class Settings:
    """Everything that can be set."""

    office: Annotated[Office, "whose bridge this is"]
    store: Annotated[StoreSettings, "where mails, envelopes and letters are kept"]
    smtp_in: Annotated[SmtpSettings, "the SMTP door"]
    outbound: Annotated[OutboundSettings, "the way out by mail"]
    imap_poll: Annotated[ImapSettings, "the IMAP door"] = ImapSettings()
    axis: Annotated[tuple[AxisSettings, ...], "the province's exchange systems, one table each"] = ()
    vxp_server: Annotated[VxpServer, "the systems that call us as an axis"] = VxpServer()
    trust: Annotated[Trust, "whom the office trusts"] = Trust()
    policy: Annotated[Policy, "what the office makes of what is found"] = field(default_factory=Policy)
    receipts: Annotated[Receipts, "what senders are told"] = Receipts()
    letters: Annotated[Letters, "letters that bring documents out"] = field(default_factory=Letters)
    reading: Annotated[ReadingCaps, "how much of a mail is read before a person must look"] = ReadingCaps()
    sandbox: Annotated[SandboxSettings, "the walls around what reads hostile bytes"] = SandboxSettings()
    worker: Annotated[Worker, "how mails are judged"] = Worker()
    resolver: Annotated[Resolver, "where DNS is asked"] = Resolver()
    evidence: Annotated[Fetching, "what certificates point to"] = Fetching()
    report: Annotated[Report, "what reports of documents say besides"] = Report()
    web: Annotated[Web, "health and metrics"] = Web()
    log: Annotated[Log, "what the program says of itself"] = Log()

    @property
    def axes(self) -> tuple[AnyAxis, ...]:
        """Wherever envelopes may go: the axes that we call, then the systems that call us."""
        return (*self.axis, *self.vxp_server.system)

    @property
    def sender(self) -> str:
        """The address in From of our letters; "" = none is set."""
        return self.outbound.sender or self.office.address

    @property
    def zone(self) -> ZoneInfo:
        """The office's time zone."""
        return ZoneInfo(self.office.time_zone)


def load(config: Path | None = None, environment: Mapping[str, str] = os.environ) -> Settings:
    """The settings of `config` and the environment.

    Raises:
        BadSettings: no such file, not TOML, an unknown key, a value of the wrong form; file and line named.
    """
    file = located(config, environment)
    try:
        text = file.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        raise BadSettings(
            f"{file}: cannot be read ({getattr(error, 'strerror', None) or 'not UTF-8'}); `docbridge init` writes one"
        ) from error
    try:
        data: dict[str, Any] = tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        raise BadSettings(f"{file}: {error}") from error
    origin: dict[tuple[str, ...], str] = {}
    try:
        data, origin = overlaid(data, environment)
        settings = build(Settings, data, file.resolve().parent)
        _check(settings)
    except BadVariable as error:
        raise BadSettings(str(error)) from error
    except BadSetting as error:
        raise BadSettings(_told(file, text, origin, error)) from error
    return settings


def _told(file: Path, text: str, origin: Mapping[tuple[str, ...], str], error: BadSetting) -> str:
    for path, variable in origin.items():
        if error.path[: len(path)] == path or path[: len(error.path)] == error.path:
            return f"{variable}: {error.why}"
    line = line_of(text, error.path)
    where = f"{file}:{line}" if line else f"{file}"
    return f"{where}: [{'.'.join(error.path)}] {error.why}"


def _check(settings: Settings) -> None:
    """What no single section can see."""
    names = [axis.name for axis in settings.axes]
    if twice := {name for name in names if names.count(name) > 1}:
        where = ("axis",) if settings.axis else ("vxp_server", "system")
        raise BadSetting(where, f"two axes or systems are called {', '.join(sorted(twice))}")
    organs = [organ.strip().casefold() for system in settings.vxp_server.system for organ in system.organs]
    if shared := {organ for organ in organs if organs.count(organ) > 1}:
        raise BadSetting(("vxp_server", "system"), f"two systems have the organ {', '.join(sorted(shared))}")
    try:
        ZoneInfo(settings.office.time_zone)
    except (KeyError, ValueError) as error:
        raise BadSetting(("office", "time_zone"), "is no time zone of the IANA list") from error
    if settings.store.objects:
        raise BadSetting(("store", "objects"), "object storage is not supported yet; leave it empty")
    host = settings.web.listen.rpartition(":")[0].strip("[]")
    if settings.web.listen and host not in LOOPBACK and not settings.vxp_server.system:
        raise BadSetting(("web", "listen"), "without accounts only loopback is served, such as 127.0.0.1:8080")
