"""DKIM: the domain's signature over a letter (RFC 6376), by dkimpy, relaxed/relaxed.

Promise: From is signed once more than it stands there, so that nobody can add another; the same letter gives the same
signature, its own Date being the time; a large body is hashed in blocks, as dkimpy itself does not.
"""

import base64
import hashlib
import re
from collections.abc import Iterator
from datetime import datetime
from typing import Any

import dkim
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import rsa
from dkim.canonicalization import CanonicalizationPolicy
from dkim.crypto import HASH_ALGORITHMS, parse_private_key

from outbound import fields
from outbound.content import Message

_ALGORITHM = b"rsa-sha256"
_RELAXED = b"relaxed/relaxed"
# RFC 6376 section 5.4.1, as far as our letters have them.
_SIGNED = (
    *(b"from", b"to", b"subject", b"date", b"message-id", b"reply-to", b"in-reply-to", b"references"),
    *(b"mime-version", b"content-type", b"content-transfer-encoding", b"auto-submitted"),
)
_BLANKS_AT_END = re.compile(rb"[\t ]+\r\n")
_BLANKS = re.compile(rb"[\t ]+")


def loaded(pem: bytes) -> Any:  # noqa: ANN401  dkimpy's own form of a key
    """The private key, as dkimpy takes it.

    Raises:
        ValueError: it is no RSA key in PEM.
    """
    key = serialization.load_pem_private_key(pem, password=None)
    if not isinstance(key, rsa.RSAPrivateKey):
        raise ValueError("not an RSA key")
    # RFC 8301 section 3.2: at least 1024 bits, 2048 wanted.
    if key.key_size < 1024:
        raise ValueError("shorter than 1024 bits")
    der = key.private_bytes(
        serialization.Encoding.DER, serialization.PrivateFormat.TraditionalOpenSSL, serialization.NoEncryption()
    )
    return parse_private_key(der)


def signed(message: Message, key: Any, domain: str, selector: str, moment: datetime) -> Message:  # noqa: ANN401
    """The letter with the field DKIM-Signature on top."""
    there = [name for name, _ in fields.each(message.head)]
    include = (*(name for name in _SIGNED if name in there), b"from")
    signer = dkim.DKIM(message.head + b"\r\n", signature_algorithm=_ALGORITHM)
    signer.hasher = HASH_ALGORITHMS[_ALGORITHM]
    signer.include_headers = include
    tags = [
        (b"v", b"1"),
        (b"a", _ALGORITHM),
        (b"c", _RELAXED),
        (b"d", domain.encode("ascii")),
        (b"q", b"dns/txt"),
        (b"s", selector.encode("ascii")),
        (b"t", str(int(moment.timestamp())).encode("ascii")),
        (b"h", b" : ".join(include)),
        (b"bh", base64.b64encode(_body_hash(message))),
        (b"b", b"0" * 60),  # as dkimpy does: so that folding again moves no blank of the tags before it
    ]
    policy = CanonicalizationPolicy.from_c_value(_RELAXED)
    value: bytes = signer.gen_header(tags, include, policy, b"DKIM-Signature", key)
    return Message(b"DKIM-Signature: " + value + message.head, message.body)


def _body_hash(message: Message) -> bytes:
    digest = hashlib.sha256()
    for block in _relaxed(message.body_blocks()):
        digest.update(block)
    return digest.digest()


def _relaxed(blocks: Iterator[bytes]) -> Iterator[bytes]:
    """The body in the relaxed form of RFC 6376 section 3.4.4: blanks single, none at the end of a line, no empty lines
    at the end.  Whole lines at a time.
    """
    rest = b""
    ends = 0  # line ends that are only told when something follows
    anything = False
    for block in blocks:
        joined = rest + block
        cut = joined.rfind(b"\r\n") + 2
        lines, rest = (joined[:cut], joined[cut:]) if cut >= 2 else (b"", joined)
        told, ends = _told(lines, ends)
        anything = anything or bool(told)
        yield told
    if rest:
        told, ends = _told(rest + b"\r\n", ends)
        anything = anything or bool(told)
        yield told
    if anything:
        yield b"\r\n"


def _told(lines: bytes, ends: int) -> tuple[bytes, int]:
    """What of whole lines can be told now, and how many line ends wait."""
    if b" " in lines or b"\t" in lines:
        lines = _BLANKS.sub(b" ", _BLANKS_AT_END.sub(b"\r\n", lines))
    core = lines.rstrip(b"\r\n")
    behind = (len(lines) - len(core)) // 2
    if not core:
        return b"", ends + behind
    return b"\r\n" * ends + core, behind
