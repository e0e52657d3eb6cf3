"""The addresses that are listened on, and how each is spoken: SMTP, SMTP inside TLS from the first octet, or LMTP."""

from dataclasses import dataclass
from typing import Literal

from smtp_in.network import host_and_port
from smtp_in.settings import SmtpSettings


@dataclass(frozen=True, slots=True)
class Entrance:
    """One address of the settings."""

    host: str
    port: int  #: 0 = any that is free
    protocol: Literal["smtp", "lmtp"] = "smtp"
    secure: bool = False  #: TLS comes before the greeting (RFC 8314 section 3.3)


def entrances(settings: SmtpSettings) -> tuple[Entrance, ...]:
    """All of them: `listen`, then `tls_listen`, then `lmtp_listen`. The settings have made sure that they are some."""
    plain = (Entrance(*host_and_port(text)) for text in settings.listen)
    secure = (Entrance(*host_and_port(text), secure=True) for text in settings.tls_listen)
    local = (Entrance(*host_and_port(text), protocol="lmtp") for text in settings.lmtp_listen)
    return (*plain, *secure, *local)
