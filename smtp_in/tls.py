"""STARTTLS' side of the server: the context from the settings' files, and what a session's TLS was, in words."""

import ssl
from asyncio import BaseTransport
from pathlib import Path


def context(certificate: Path, key: Path) -> ssl.SSLContext:
    """A server's context: TLS 1.2 or later (RFC 8996), no client certificate asked for.

    Raises:
        OSError: a file is missing or holds no certificate, or not its key (ssl.SSLError is one).
    """
    made = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    made.minimum_version = ssl.TLSVersion.TLSv1_2
    made.options |= ssl.OP_NO_RENEGOTIATION | ssl.OP_NO_COMPRESSION
    made.load_cert_chain(certificate, key)
    return made


def words(transport: BaseTransport) -> str:
    """Protocol and cipher, "TLSv1.3 TLS_AES_256_GCM_SHA384"; "" in the clear."""
    session = transport.get_extra_info("ssl_object")
    if session is None:
        return ""
    cipher = session.cipher()
    return f"{session.version()} {cipher[0] if cipher else ''}".strip()
