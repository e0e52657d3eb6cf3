"""Signed packages as targets: the parts that say what is signed, taken by themselves.

In a zip a changed octet is caught by its checksum, so the parts are what is mutated.  They are put into packages whose
documents were changed after signing: whatever the octets say, no signature may come out as sound.
"""

from collections.abc import Sequence
from datetime import UTC, datetime
from functools import cache

from tests.fuzz.mutation import mutations
from tests.fuzz.target import Target, alone
from tests.validation.package_minting import (
    Parts,
    asic_manifest,
    asice,
    detached,
    odt,
    packed,
    signing,
    token,
    word,
    xades,
)
from validation.evidence import Evidence
from validation.inspect import inspect
from validation.inspected import Attachment

_MOMENT = datetime(2026, 11, 22, 3, tzinfo=UTC)
_EVIDENCE = Evidence(_MOMENT)
_FILES = {"a.txt": b"Quy\xe1\xba\xbft", "b.txt": b"b"}


def _cades() -> Parts:
    manifest = asic_manifest("META-INF/signature.p7s", _FILES)
    stamped = asic_manifest("META-INF/timestamp.tst", _FILES)
    return asice(
        _FILES,
        {
            "ASiCManifest.xml": manifest,
            "signature.p7s": detached(signing(), manifest),
            "ASiCArchiveManifest.xml": stamped,
            "timestamp.tst": token(signing(), stamped, _MOMENT),
        },
    )


@cache
def _signed() -> tuple[tuple[str, Parts], ...]:
    """Packages, each with its document changed afterwards."""
    meta = {"signatures0.xml": xades(signing(), _FILES)}
    return (
        ("a.docx", word(signing()) | {"word/document.xml": b"<w/>"}),
        ("a.odt", odt(signing()) | {"content.xml": b"<c/>"}),
        ("a.asice", asice(_FILES, meta) | {"a.txt": b"changed"}),
        ("a.asice", _cades() | {"a.txt": b"changed"}),
    )


_TAKEN = (
    (0, "_xmlsignatures/sig1.xml"),
    (0, "_rels/.rels"),
    (0, "word/_rels/document.xml.rels"),
    (0, "[Content_Types].xml"),
    (1, "META-INF/documentsignatures.xml"),
    (1, "META-INF/manifest.xml"),
    (2, "META-INF/signatures0.xml"),
    (3, "META-INF/ASiCManifest.xml"),
    (3, "META-INF/signature.p7s"),
    (3, "META-INF/ASiCArchiveManifest.xml"),
    (3, "META-INF/timestamp.tst"),
)


def _seeds() -> Sequence[bytes]:
    """Each part behind an octet that says which it is."""
    return [bytes([number]) + _signed()[which][1][part] for number, (which, part) in enumerate(_TAKEN)]


def _judge(octets: bytes) -> None:
    which, part = _TAKEN[octets[0] % len(_TAKEN)] if octets else _TAKEN[0]
    name, parts = _signed()[which]
    file = inspect(Attachment((name,), "", packed(parts | {part: octets[1:]})), _EVIDENCE).file
    assert not any(signature.sound for signature in file.signatures), (name, part)
    assert file.signatures, "a package that claims to be signed is told as unsigned"


PACKAGES = (
    Target(
        "package", "a changed package is never sound, whatever its signature says", _seeds, alone(_judge), mutations
    ),
)
