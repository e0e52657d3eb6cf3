"""The signatures of one file, whatever carries them: each reader is asked for the files that it reads.

The readers are imported when the first file needs them: pyHanko alone takes half a second.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace

from validation.attachments import extension_of
from validation.digests import Digests
from validation.evidence import Evidence
from validation.finding import Observation
from validation.inspected import Attachment
from validation.message import OPAQUE_PART, Message, read
from validation.package_claims import claim_in
from validation.settings import ReadingCaps
from validation.signature import Carrier, Coverage, Integrity, Problem, Signature
from validation.signature_observations import SignatureReading, observations_of
from validation.xml_claims import claims_signature, may_be_xml

_OF_OTHER_FILES = frozenset({Carrier.CMS, Carrier.ASIC, Carrier.TIMESTAMP})

_CMS = frozenset({"application/pkcs7-signature", "application/pkcs7-mime"})
_CMS_EXTENSIONS = frozenset({"p7s", "p7m"})
_TEXTUAL = ("text/", "application/octet-stream")
_ARMOUR = re.compile(rb"^-----BEGIN (?:CMS|PKCS ?#?7)-----", re.MULTILINE)  # RFC 7468 section 2 lets words precede it
_SMIME = re.compile(rb"multipart/signed|pkcs7-mime", re.IGNORECASE)
_NO_FILE = SignatureReading((), ())


def is_of_other_files(signature: Signature) -> bool:
    """May it be the signature of the files beside it or in it, rather than of the file that holds it?

    An XML signature that is whole and names what it covers stands in a file of its own and signs those it names.
    """
    if signature.carrier is Carrier.XML:
        return signature.coverage is Coverage.WHOLE and bool(signature.covers)
    return signature.carrier in _OF_OTHER_FILES


@dataclass(frozen=True, slots=True)
class Beside:
    """A file that came with another, which may be its signature."""

    path: tuple[str, ...]
    digests: Digests


def beside(files: Sequence[Attachment]) -> tuple[Beside, ...]:
    """Files that came together, as their signatures look for them."""
    return tuple(Beside(file.path, Digests(file.content)) for file in files)


def signatures_of(
    attachment: Attachment,
    media_type: str,
    evidence: Evidence,
    caps: ReadingCaps,
    beside: Sequence[Beside] = (),
) -> SignatureReading:
    """Every signature that the file `attachment` of `media_type` claims; `beside` = the files that came with it."""
    reading = _read(attachment, media_type, evidence, caps, beside)
    about = attachment.path
    told = tuple(Observation(seen.code, about, seen.evidence) for seen in reading.observations)
    return replace(reading, observations=told)


def _read(
    attachment: Attachment, media_type: str, evidence: Evidence, caps: ReadingCaps, beside: Sequence[Beside]
) -> SignatureReading:
    content = attachment.content
    if attachment.of_mail:
        return _NO_FILE  # told with the mail that it signs
    if media_type == "application/pdf":
        from validation import pdf_signatures

        return pdf_signatures.signatures_of(content, evidence, number_stamp=caps.number_stamp)
    if media_type == "message/rfc822":
        return _of_mail(content, evidence, caps)
    if media_type in _CMS or extension_of(attachment.name) in _CMS_EXTENSIONS or _is_armoured(content, media_type):
        return _of_cms(attachment, media_type, evidence, beside)
    if content[:2] == b"PK":
        if not claim_in(content):
            return _NO_FILE
        from validation import package_signatures

        return package_signatures.signatures_of(content, media_type, evidence, caps)
    if may_be_xml(media_type) and claims_signature(content):
        from validation import xml_signatures

        return xml_signatures.signatures_of(content, evidence, _named(attachment, beside))
    return _NO_FILE


def _of_mail(content: bytes, evidence: Evidence, caps: ReadingCaps) -> SignatureReading:
    return mail_signatures(read(content, caps=caps), evidence) if _SMIME.search(content) else _NO_FILE


def mail_signatures(message: Message, evidence: Evidence) -> SignatureReading:
    """The signatures of a mail itself (S/MIME), not of the files in it."""
    claims = any(part.content_type == "multipart/signed" for part in message.multiparts)
    if not claims and message.content_type not in OPAQUE_PART:
        return _NO_FILE
    from validation import smime

    reading = smime.signatures_of(message, evidence)
    about = (message.name,)
    told = tuple(Observation(seen.code, about, seen.evidence) for seen in reading.observations)
    return replace(reading, observations=told)


def _is_armoured(content: bytes, media_type: str) -> bool:
    return media_type.startswith(_TEXTUAL) and _ARMOUR.search(content) is not None


def _of_cms(attachment: Attachment, media_type: str, evidence: Evidence, beside: Sequence[Beside]) -> SignatureReading:
    from validation import cms_signatures

    others = [other for other in beside if other.path != attachment.path]
    meant = next((other.digests for other in others if _is_meant(attachment.name, other.path[-1])), None)
    reading = cms_signatures.signatures_of(
        attachment.content, evidence, [other.digests for other in others], meant=meant
    )
    if reading.signatures or media_type != "application/pkcs7-signature":
        return reading
    # A signature file in which nobody has signed is a claim, too.
    empty = (Signature(Carrier.CMS, "cms", None, (Problem.UNPARSABLE,), Integrity.UNKNOWN, Coverage.UNKNOWN),)
    return SignatureReading(empty, observations_of(empty, ((),)))


def _named(attachment: Attachment, beside: Sequence[Beside]) -> list[tuple[str, Digests]]:
    return [(other.path[-1], other.digests) for other in beside if other.path != attachment.path]


def _is_meant(signature: str, other: str) -> bool:
    """`35-QD.pdf.p7s` is meant for `35-QD.pdf`, and so is `35-QD.p7s`."""
    meant = signature.rpartition(".")[0].casefold()
    return bool(meant) and meant in (other.casefold(), other.rpartition(".")[0].casefold())
