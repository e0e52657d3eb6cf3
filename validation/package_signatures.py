"""The signatures of any zip that may carry some: an Office document, an OpenDocument file, an ASiC container.

Promise: a package that claims to be signed is never told as unsigned, whether or not it can be read; one that claims
nothing costs a look at its list of names.
"""

import re

from validation.container_zip import is_folder, open_zip, unpack
from validation.damaged import Damaged
from validation.evidence import Evidence
from validation.foreign import Unchecked
from validation.package import Package, opened
from validation.package_signature import told_of, unread
from validation.settings import ReadingCaps
from validation.signature import Carrier, Problem
from validation.signature_observations import SignatureReading

_NONE = SignatureReading((), ())
#: Where packages keep their signatures: ECMA-376 part 2 section 13 as Office places them; ODF 1.3 part 2 section 3.5
#: ("META-INF/ ... contain the term signatures"); ETSI EN 319 162-1 section A.4.
_CLAIM = re.compile(r"_xmlsignatures/.*\.xml|META-INF/[^/]*(?:signature|timestamp)[^/]*", re.IGNORECASE)
_BROKEN = re.compile(rb"(_xmlsignatures/|META-INF/[^/\x00]{0,60}(?:signature|timestamp))", re.IGNORECASE)
_STATED = re.compile(rb"digital-signature|d\x00i\x00g\x00i\x00t\x00a\x00l\x00-\x00s", re.IGNORECASE)
_STATING = frozenset({"[content_types].xml", "_rels/.rels"})
_MOST_STATED = 1_000_000
_ELSEWHERE = Unchecked(Problem.UNSUPPORTED, "a signature where this kind of package has none")


def signatures_of(content: bytes, media_type: str, evidence: Evidence, caps: ReadingCaps) -> SignatureReading:
    """Every signature that the zip `content` of `media_type` claims."""
    claim = _claim(content)
    if not claim:
        return _NONE
    package = opened(content, caps)
    if isinstance(package, Unchecked):
        return told_of([unread(_carrier(media_type), claim, package)], evidence)
    return _read(package, claim, media_type, evidence)


def _read(package: Package, claim: str, media_type: str, evidence: Evidence) -> SignatureReading:
    # Imported when the first signed package needs them: most are not signed.
    from validation import asic_signatures, odf_signatures, ooxml_signatures

    carrier = _carrier(media_type)
    match carrier:
        case Carrier.OOXML:
            reading = ooxml_signatures.signatures_of(package, evidence)
        case Carrier.ODF:
            reading = odf_signatures.signatures_of(package, evidence)
        case _:
            reading = asic_signatures.signatures_of(package, evidence)
    if reading.signatures or claim.casefold() in _STATING:
        return reading
    return told_of([unread(carrier, claim, _ELSEWHERE)], evidence)


def _carrier(media_type: str) -> Carrier:
    if media_type.startswith("application/vnd.oasis"):
        return Carrier.ODF
    if media_type.startswith(("application/vnd.openxml", "application/vnd.ms-", "application/x-ooxml")):
        return Carrier.OOXML
    return Carrier.ASIC


def _claim(content: bytes) -> str:
    """The first part that says that the package is signed; "" = none does."""
    try:
        with open_zip(content) as archive:
            members = [member for member in archive.infolist() if not is_folder(member)]
            named = next((member.filename for member in members if _CLAIM.fullmatch(member.filename)), "")
            if named:
                return named
            stating = [member for member in members if member.filename.casefold() in _STATING]
            stated = (member for member in stating if _STATED.search(unpack(archive, member, _MOST_STATED)))
            return next((member.filename for member in stated), "")
    except Damaged:
        found = _BROKEN.search(content)
        return found.group().decode("latin-1") if found else ""
