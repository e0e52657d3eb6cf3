"""What is said of one signature: four answers that are never merged, and one word that sums them up.

The words are the contract's; their meaning is ETSI EN 319 102-1's.  `sound` speaks of the signature alone;
`result` is derived from the answers and never set by hand.
"""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum


class Carrier(StrEnum):
    """The kind of container that carries a signature."""

    PDF = "pdf"
    CMS = "cms"
    SMIME = "smime"
    XML = "xml"
    OOXML = "ooxml"
    ODF = "odf"
    ASIC = "asic"
    TIMESTAMP = "timestamp"


class Integrity(StrEnum):
    """Do digest and signature value verify?"""

    INTACT = "intact"
    BROKEN = "broken"
    UNKNOWN = "unknown"


class Coverage(StrEnum):
    """How much of the file does the signature account for?"""

    WHOLE = "whole"
    THEN_PERMITTED_CHANGES = "then-permitted-changes"
    PARTIAL = "partial"
    UNKNOWN = "unknown"


class Trust(StrEnum):
    """Is there a path to a configured anchor?  UNKNOWN = not examined."""

    TRUSTED = "trusted"
    UNTRUSTED = "untrusted"
    UNKNOWN = "unknown"


class Revocation(StrEnum):
    """Was the certificate revoked before the best proof of time?  NOT_CHECKED unless trusted."""

    GOOD = "good"
    REVOKED = "revoked"
    UNKNOWN = "unknown"
    NOT_CHECKED = "not-checked"


class Authority(StrEnum):
    """May this signer speak for that body?"""

    AGREES = "agrees"
    DISAGREES = "disagrees"
    UNKNOWN = "unknown"


class Problem(StrEnum):
    """Why a signature is not sound, or not yet VALID, as a machine reads it."""

    CHANGED_AFTER_SIGNING = "changed-after-signing"
    PARTIAL_COVERAGE = "partial-coverage"
    DIGEST_MISMATCH = "digest-mismatch"
    VALUE_MISMATCH = "value-mismatch"
    FROM_MISMATCH = "from-mismatch"
    WRAPPED = "wrapped"
    SHADOWED = "shadowed"
    CERTIFICATE_SWAPPED = "certificate-swapped"
    TIMESTAMP_BROKEN = "timestamp-broken"
    CONTENT_MISSING = "content-missing"
    UNPARSABLE = "unparsable"
    UNSUPPORTED = "unsupported"
    ENCRYPTED = "encrypted"
    TOO_COSTLY = "too-costly"
    EXPIRED = "expired"
    NOT_YET_VALID = "not-yet-valid"
    WEAK_ALGORITHM = "weak-algorithm"
    READ_LENIENTLY = "read-leniently"


class Result(StrEnum):
    """The three words of EN 319 102-1 section 5.1.3."""

    VALID = "VALID"
    INVALID = "INVALID"
    INDETERMINATE = "INDETERMINATE"


@dataclass(frozen=True, slots=True)
class Signer:
    """Who signed, read from the certificate; NFC, empty = not named there."""

    name: str = ""
    organisation: str = ""
    serial: str = ""  #: decimal digits
    tax_code: str = ""  #: from UID `MST:...`
    email: str = ""  #: first rfc822Name of the SAN
    issuer: str = ""
    certificate_sha256: str = ""  #: hex digest of the DER certificate


@dataclass(frozen=True, slots=True)
class Relied:
    """One certificate, list or answer that the answers about a signature rest on."""

    kind: str  #: certificate, anchor, crl or ocsp
    sha256: str  #: hex digest of its DER
    name: str  #: the holder of a certificate, the issuer of a list, the responder; NFC, "" = not named
    source: str  #: file = it stands in the document, trust = of the trust directory, else the address it was got from
    since: datetime | None = None  #: notBefore, thisUpdate
    until: datetime | None = None  #: notAfter, nextUpdate


@dataclass(frozen=True, slots=True)
class Signature:
    """One signature as found and judged."""

    carrier: Carrier
    where: str  #: the field's name, the file's, ...
    sound: bool | None  #: None = could not be checked
    problems: tuple[Problem, ...]
    integrity: Integrity
    coverage: Coverage
    trust: Trust = Trust.UNKNOWN
    revocation: Revocation = Revocation.NOT_CHECKED
    authority: Authority = Authority.UNKNOWN
    signer: Signer = Signer()
    signed_at: datetime | None = None
    signed_at_source: str = "none"  #: timestamp, claimed or none
    shifted_time: bool = False  #: the claimed time was local time written as UTC; `signed_at` is mended
    countersigns: str = ""  #: `where` of the signature that it signs; "" = it signs the content
    algorithm: str = ""  #: e.g. rsa-2048/sha256
    detail: str = ""  #: a cause for the log and the explanation, English, no content of the document
    anchor_list: str = ""  #: the list of the anchor that the path ends at: government or public; "" = no path
    judged_for: datetime | None = None  #: the best proof of time, for which trust was asked; None = not asked
    relied_on: tuple[Relied, ...] = ()  #: the path from the signer up, then the words about revocation, each once
    covers: tuple[str, ...] = ()  #: what it signs by name (files, parts, elements), where that is not the whole file
    left_out: tuple[str, ...] = ()  #: what it does not vouch for, by name: left out, changed since, or not there

    @property
    def result(self) -> Result:
        """INVALID if not sound or revoked; VALID if everything agrees; else INDETERMINATE (`check --json`)."""
        if self.sound is False or self.revocation is Revocation.REVOKED:
            return Result.INVALID
        if (
            self.sound
            and self.trust is Trust.TRUSTED
            and self.revocation is Revocation.GOOD
            and self.authority is not Authority.DISAGREES
        ):
            return Result.VALID
        return Result.INDETERMINATE

    @property
    def reason(self) -> str:
        """One machine word for why the result is what it is; `ok` when VALID."""
        if self.sound is False:
            return str(self.problems[0]) if self.problems else "unsound"
        if self.revocation is Revocation.REVOKED:
            return "revoked"
        if self.sound is None:
            return str(self.problems[0]) if self.problems else "unreadable"
        if self.trust is not Trust.TRUSTED:
            return "no-certificate-chain"
        if self.authority is Authority.DISAGREES:
            return "authority-disagrees"
        if self.revocation is not Revocation.GOOD:
            return "revocation-unknown"
        return "ok"


def state_of(signatures: tuple[Signature, ...]) -> str:
    """`signature_state` of the contract: none, sound, unsound or unreadable, of one object's own signatures."""
    if not signatures:
        return "none"
    if any(signature.sound is False for signature in signatures):
        return "unsound"
    if any(signature.sound is None for signature in signatures):
        return "unreadable"
    return "sound"
