"""The server's side of TLS: the context from the settings' files, and what a session's TLS was, in words."""

import ssl
from asyncio import BaseTransport
from collections.abc import Mapping
from pathlib import Path
from typing import Any, cast


def context(certificate: Path, key: Path, client_ca: Path | None = None) -> ssl.SSLContext:
    """A server's context: TLS 1.2 or later (RFC 8996); with `client_ca` a client's certificate is asked for.

    It is asked for, not required; one that the authorities there did not sign ends the handshake.

    Raises:
        OSError: a file is missing or holds no certificate, or not its key (ssl.SSLError is one).
    """
    made = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    made.minimum_version = ssl.TLSVersion.TLSv1_2
    made.options |= ssl.OP_NO_RENEGOTIATION | ssl.OP_NO_COMPRESSION
    made.load_cert_chain(certificate, key)
    if client_ca is not None:
        made.load_verify_locations(client_ca)
        made.verify_mode = ssl.CERT_OPTIONAL
    return made


def words(transport: BaseTransport) -> str:
    """Protocol and cipher, and whom the client's certificate names; "" in the clear.

    "TLSv1.3 TLS_AES_256_GCM_SHA384", "TLSv1.3 TLS_AES_256_GCM_SHA384 commonName=gateway,organizationName=So Y te".
    """
    session = transport.get_extra_info("ssl_object")
    if session is None:
        return ""
    cipher = session.cipher()
    return f"{session.version()} {cipher[0] if cipher else ''} {_subject(session)}".strip()


def _subject(session: ssl.SSLObject) -> str:
    """Of a client's certificate that was verified. Who wrote it is outside: nothing in it may look like more of it."""
    found = cast(Mapping[str, Any], session.getpeercert() or {})
    pairs: list[tuple[str, str]] = [pair for group in found.get("subject", ()) for pair in group]
    return ",".join(f"{name}={_quoted(value)}" for name, value in pairs)


def _quoted(text: str) -> str:
    """With a backslash before what separates (RFC 4514 section 2.4), and without what cannot be seen."""
    marked = "".join(f"\\{letter}" if letter in ',+"\\<>;=' else letter for letter in text)
    return "".join(letter if letter.isprintable() else "?" for letter in marked)
