"""The addresses that are listened on, and how each is spoken: SMTP, SMTP inside TLS from the first octet, or LMTP."""

from dataclasses import dataclass
from typing import Literal

from smtp_in.settings import SmtpSettings


@dataclass(frozen=True, slots=True)
class Entrance:
    """One address of the settings."""

    host: str
    port: int  #: 0 = any that is free
    protocol: Literal["smtp", "lmtp"] = "smtp"
    secure: bool = False  #: TLS comes before the greeting (RFC 8314 section 3.3)


def entrances(settings: SmtpSettings) -> tuple[Entrance, ...]:
    """All of them: `listen`, then `tls_listen`, then `lmtp_listen`.

    Raises:
        ValueError: an address is not host:port.
    """
    plain = (Entrance(*host_and_port(text)) for text in settings.listen)
    secure = (Entrance(*host_and_port(text), secure=True) for text in settings.tls_listen)
    return (*plain, *secure)


def host_and_port(text: str) -> tuple[str, int]:
    """ "127.0.0.1:2525" or "[::1]:2525", taken apart.

    Raises:
        ValueError: it is neither.
    """
    host, colon, port = text.rpartition(":")
    if not colon or not port.isascii() or not port.isdigit() or int(port) > 65535:
        raise ValueError(f"not host:port: {text}")
    return host.removeprefix("[").removesuffix("]"), int(port)
