"""The signatures of any zip that may carry some: an Office document, an OpenDocument file, an ASiC container.

Promise: a package that claims to be signed is never told as unsigned, whether or not it can be read.
"""

from validation import asic_signatures, odf_signatures, ooxml_signatures
from validation.evidence import Evidence
from validation.foreign import Unchecked
from validation.package import Package, opened
from validation.package_claims import STATING, claim_in
from validation.package_signature import told_of, unread
from validation.settings import ReadingCaps
from validation.signature import Carrier, Problem
from validation.signature_observations import SignatureReading

_NONE = SignatureReading((), ())
_ELSEWHERE = Unchecked(Problem.UNSUPPORTED, "a signature where this kind of package has none")


def signatures_of(content: bytes, media_type: str, evidence: Evidence, caps: ReadingCaps) -> SignatureReading:
    """Every signature that the zip `content` of `media_type` claims."""
    claim = claim_in(content)
    if not claim:
        return _NONE
    package = opened(content, caps)
    if isinstance(package, Unchecked):
        return told_of([unread(_carrier(media_type), claim, package)], evidence)
    return _read(package, claim, media_type, evidence)


def _read(package: Package, claim: str, media_type: str, evidence: Evidence) -> SignatureReading:
    carrier = _carrier(media_type)
    match carrier:
        case Carrier.OOXML:
            reading = ooxml_signatures.signatures_of(package, evidence)
        case Carrier.ODF:
            reading = odf_signatures.signatures_of(package, evidence)
        case _:
            reading = asic_signatures.signatures_of(package, evidence)
    if reading.signatures or claim.casefold() in STATING:
        return reading
    return told_of([unread(carrier, claim, _ELSEWHERE)], evidence)


def _carrier(media_type: str) -> Carrier:
    if media_type.startswith("application/vnd.oasis"):
        return Carrier.ODF
    if media_type.startswith(("application/vnd.openxml", "application/vnd.ms-", "application/x-ooxml")):
        return Carrier.OOXML
    return Carrier.ASIC
