"""The trust directory: whom the office trusts, with where each anchor came from, who approved it and when.

government/ and public/ hold anchors, intermediates/ and crls/ what goes with them, PEM or DER; trust.toml says the
rest and is written by `trust add` alone.  Append-only: an anchor that is superseded stays for old signatures.
"""

import binascii
import json
import os
import tomllib
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

import structlog
from asn1crypto import crl, pem, x509

from store.errors import Unavailable
from validation.evidence import Anchor, TrustStore

_log = structlog.get_logger("docbridge.trust")
LISTS = ("government", "public")
_INTERMEDIATES, _CRLS, _NOTES = "intermediates", "crls", "trust.toml"


class UnfitCertificateError(Exception):
    """The file holds no certificate, or one that cannot be trusted as asked."""


@dataclass(frozen=True, slots=True)
class Entry:
    """One certificate of the directory, as `trust list` shows it."""

    file: str  #: relative to the directory
    list_name: str  #: government, public or intermediates
    subject: str
    issuer: str
    fingerprint: str  #: SHA-256 of the DER, hex
    not_before: datetime
    not_after: datetime
    source: str  #: where it came from, as noted in trust.toml; "" = nobody noted it
    approved_by: str
    approved_at: str


def read(directory: Path) -> TrustStore:
    """What the directory holds.  A file that is no certificate or CRL is told in the log and passed over.

    Raises:
        Unavailable: the directory or a file cannot be read.
    """
    anchors = tuple(Anchor(der, name) for name in LISTS for _, der in _ders(directory / name, "CERTIFICATE"))
    intermediates = tuple(der for _, der in _ders(directory / _INTERMEDIATES, "CERTIFICATE"))
    crls = tuple(der for _, der in _ders(directory / _CRLS, "X509 CRL"))
    return TrustStore(anchors, intermediates, crls)


def stamp(directory: Path) -> tuple[tuple[str, int, int], ...]:
    """What changes when the directory does: names, sizes and times of its files."""
    found = []
    for folder in (*LISTS, _INTERMEDIATES, _CRLS):
        for file in _files(directory / folder):
            status = file.stat()
            found.append((str(file), status.st_size, status.st_mtime_ns))
    return tuple(found)


def entries(directory: Path) -> tuple[Entry, ...]:
    """Every certificate with what trust.toml says of it."""
    notes = _notes(directory)
    found = []
    for name in (*LISTS, _INTERMEDIATES):
        for file, der in _ders(directory / name, "CERTIFICATE"):
            certificate = x509.Certificate.load(der)
            note = notes.get(certificate.sha256.hex(), {})
            validity = certificate["tbs_certificate"]["validity"]
            found.append(
                Entry(
                    str(file.relative_to(directory)),
                    name,
                    certificate.subject.human_friendly,
                    certificate.issuer.human_friendly,
                    certificate.sha256.hex(),
                    validity["not_before"].native,
                    validity["not_after"].native,
                    str(note.get("source", "")),
                    str(note.get("approved_by", "")),
                    str(note.get("approved_at", "")),
                )
            )
    return tuple(found)


def add(directory: Path, file: Path, list_name: str, source: str, operator: str, now: datetime) -> Entry:
    """Adds the certificate in `file` to a list, and notes its source, fingerprint, who and when.

    Raises:
        UnfitCertificateError: no certificate, more than one, or no CA where an anchor is asked.
        Unavailable: the directory cannot be written.
    """
    found = list(_split(_read(file), "CERTIFICATE"))
    if len(found) != 1:
        raise UnfitCertificateError(f"holds {len(found)} certificates; give one at a time")
    certificate = x509.Certificate.load(found[0])
    if list_name in LISTS and not certificate.ca:
        raise UnfitCertificateError("is not the certificate of an authority")
    fingerprint = certificate.sha256.hex()
    if any(entry.fingerprint == fingerprint and entry.list_name == list_name for entry in entries(directory)):
        raise UnfitCertificateError("is in that list already")
    target = directory / list_name / f"{fingerprint[:16]}.pem"
    note = {
        "file": str(target.relative_to(directory)),
        "list": list_name,
        "sha256": fingerprint,
        "source": source or str(file.name),
        "approved_by": operator,
        "approved_at": now.isoformat(timespec="seconds"),
    }
    block = "\n".join(
        ["[[anchor]]", *(f"{key} = {json.dumps(value, ensure_ascii=False)}" for key, value in note.items())]
    )
    try:
        target.parent.mkdir(parents=True, exist_ok=True)
        with target.open("xb") as out:
            out.write(pem.armor("CERTIFICATE", found[0]))
            os.fsync(out.fileno())
        with (directory / _NOTES).open("a", encoding="utf-8") as notes:
            notes.write(block + "\n\n")
            os.fsync(notes.fileno())
    except OSError as error:
        raise Unavailable(f"trust directory: {error.strerror}") from error
    placed = str(target.relative_to(directory))  # it may stand in another list too
    return next(entry for entry in entries(directory) if entry.file == placed)


def _notes(directory: Path) -> dict[str, dict[str, object]]:
    file = directory / _NOTES
    if not file.exists():
        return {}
    try:
        data = tomllib.loads(_read(file).decode("utf-8"))
    except (tomllib.TOMLDecodeError, UnicodeDecodeError):
        _log.error("unreadable", file=_NOTES)
        return {}
    return {str(block.get("sha256", "")).lower(): block for block in data.get("anchor", [])}


def _files(folder: Path) -> Iterator[Path]:
    try:
        yield from sorted(file for file in folder.iterdir() if file.is_file() and not file.name.startswith("."))
    except FileNotFoundError:
        return
    except OSError as error:
        raise Unavailable(f"trust directory: {error.strerror}") from error


def _ders(folder: Path, kind: str) -> Iterator[tuple[Path, bytes]]:
    for file in _files(folder):
        for der in _split(_read(file), kind):
            yield file, der


def _read(file: Path) -> bytes:
    try:
        return file.read_bytes()
    except OSError as error:
        raise Unavailable(f"{file.name}: {error.strerror}") from error


def _split(content: bytes, kind: str) -> Iterator[bytes]:
    """The DER objects of a file: all PEM blocks of that kind, or the one DER."""
    shape = crl.CertificateList if kind == "X509 CRL" else x509.Certificate
    try:
        blocks = (
            [der for name, _, der in pem.unarmor(content, multiple=True) if name == kind]
            if pem.detect(content)
            else [content]
        )
    except (ValueError, binascii.Error):
        blocks = []
    for der in blocks:
        try:
            # asn1crypto parses lazily: ask for all of it, so that a broken one is found here and not in a verdict.
            shape.load(der, strict=True).native  # noqa: B018
        except (ValueError, TypeError, KeyError):
            _log.warning("no_certificate", kind=kind)
            continue
        yield der
