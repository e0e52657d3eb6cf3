"""A Hop is one mail server to talk to: where it listens, whose certificate it must show, how it is entered."""

import ssl
from dataclasses import dataclass, field
from pathlib import Path
from typing import Literal

Tls = Literal["none", "opportunistic", "starttls", "implicit"]


@dataclass(frozen=True, slots=True)
class Hop:
    """One server at one address."""

    host: str  #: what is connected to: an address, or a name that the system resolves
    port: int
    name: str  #: whose certificate it must show where one is checked; sent as SNI
    tls: Tls = "opportunistic"
    context: ssl.SSLContext | None = None  #: None only where tls is "none"
    user: str = ""  #: "" = no AUTH
    password: str = field(default="", repr=False)


def tls_context(tls: Tls, ca_file: Path | None) -> ssl.SSLContext | None:
    """What a server's certificate is checked by; `ca_file` None = by the system's authorities.

    Raises:
        OSError: the file cannot be read.
    """
    if tls == "none":
        return None
    context = ssl.create_default_context(cafile=str(ca_file) if ca_file else None)
    if tls == "opportunistic":
        # RFC 7435: better encrypted for somebody than readable for everybody.
        context.check_hostname = False
        context.verify_mode = ssl.CERT_NONE
    return context
