"""What a CMS container (.p7m: RFC 5652, RFC 8551 section 3.2) carries, taken out without judging its signature.

Signed and compressed content is readable by anyone and comes out; encrypted content is named as such.  Never raises.
"""

import re
import zlib
from dataclasses import dataclass

_MIME = re.compile(rb"\s{0,16}(?:content-[a-z-]{1,40}|mime-version)[ \t]*:", re.IGNORECASE)
_LOCKED = frozenset(
    {"enveloped_data", "encrypted_data", "signed_and_enveloped_data", "authenticated_enveloped_data"}
)  # asn1crypto's words


@dataclass(frozen=True, slots=True)
class Opaque:
    """One container as opened."""

    content: bytes | None  #: None = it carries none: a detached signature, certificates alone
    locked: bool = False  #: encrypted
    bomb: bool = False  #: compressed beyond the bound
    readable: bool = True  #: it is CMS of a kind that is known here

    @property
    def is_mime(self) -> bool:
        """Whether the content is a MIME entity, as in S/MIME, rather than a file that was signed."""
        return self.content is not None and _MIME.match(self.content) is not None


def unwrap(raw: bytes, bound: int) -> Opaque:
    """The content of a CMS container, DER, BER or PEM; of compressed content at most `bound` octets."""
    from asn1crypto import cms, core, pem  # a quarter of this package's start-up, and few mails carry CMS

    try:
        if pem.detect(raw):
            _, _, raw = pem.unarmor(raw)
        info = cms.ContentInfo.load(raw)
        kind = str(info["content_type"].native)
        if kind in _LOCKED:
            return Opaque(None, locked=True)
        if kind not in {"signed_data", "compressed_data"}:
            return Opaque(None, readable=False)
        inner = info["content"]["encap_content_info"]["content"]
        content = None if isinstance(inner, core.Void) else bytes(inner)  # `native` would parse it
    except (ValueError, TypeError, KeyError, AttributeError, IndexError, OverflowError, RecursionError):
        return Opaque(None, readable=False)  # asn1crypto raises all of these on octets that are no DER
    if kind == "compressed_data" and content is not None:
        return _inflated(content, bound)
    return Opaque(content)


def _inflated(packed: bytes, bound: int) -> Opaque:
    """RFC 3274."""
    unpacker = zlib.decompressobj()
    try:
        content = unpacker.decompress(packed, bound)
    except zlib.error:
        return Opaque(None, readable=False)
    return Opaque(None, bomb=True) if unpacker.unconsumed_tail else Opaque(content)
