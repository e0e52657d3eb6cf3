"""The trust directory: whom the office trusts, with where each anchor came from, who approved it and when.

government/ and public/ hold anchors, intermediates/ and crls/ what goes with them: PEM, DER, or a bundle of several
(.p7b).  `trustbook` says the rest.  Append-only: an anchor that is superseded stays for old signatures, and one that is
ended is trusted for what was provably signed before.
"""

import os
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from asn1crypto import cms, crl, pem, x509

from bridge import trustbook
from bridge.late_log import late_log
from bridge.trustbook import Ended
from store.errors import Unavailable
from validation.evidence import Anchor, TrustStore

LISTS = ("government", "public")
_INTERMEDIATES, _CRLS = "intermediates", "crls"
_BUNDLES = frozenset({"PKCS7", "PKCS #7 SIGNED DATA", "CMS"})  #: PEM labels of a bundle


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
    ended: Ended | None = None  #: None = it is trusted


def read(directory: Path) -> TrustStore:
    """What the directory holds.  A file that is no certificate or CRL is told in the log and passed over.

    Raises:
        Unavailable: the directory or a file cannot be read.
    """
    book = trustbook.read(directory)

    def since(der: bytes, list_name: str) -> datetime | None:
        ended = book.ended(_fingerprint(der), list_name) if book.endings else None
        return None if ended is None else ended.since

    anchors = tuple(
        Anchor(der, name, since(der, name)) for name in LISTS for _, der in _ders(directory / name, "CERTIFICATE")
    )
    intermediates = tuple(
        der for _, der in _ders(directory / _INTERMEDIATES, "CERTIFICATE") if since(der, _INTERMEDIATES) is None
    )
    crls = tuple(der for _, der in _ders(directory / _CRLS, "X509 CRL"))
    return TrustStore(anchors, intermediates, crls)


def stamp(directory: Path) -> tuple[tuple[str, int, int], ...]:
    """What changes when the directory does: names, sizes and times of its files."""
    found = []
    book = [file for file in _files(directory) if file.name == trustbook.FILE]
    for files in (book, *(_files(directory / folder) for folder in (*LISTS, _INTERMEDIATES, _CRLS))):
        for file in files:
            status = file.stat()
            found.append((str(file), status.st_size, status.st_mtime_ns))
    return tuple(found)


def entries(directory: Path) -> tuple[Entry, ...]:
    """Every certificate with what trust.toml says of it.

    Raises:
        Unavailable: the directory or a file cannot be read.
    """
    book = trustbook.read(directory)
    found = []
    for name in (*LISTS, _INTERMEDIATES):
        for file, der in _ders(directory / name, "CERTIFICATE"):
            certificate = x509.Certificate.load(der)
            fingerprint = _fingerprint(der)
            approved = book.approved(fingerprint, name)
            validity = certificate["tbs_certificate"]["validity"]
            found.append(
                Entry(
                    str(file.relative_to(directory)),
                    name,
                    certificate.subject.human_friendly,
                    certificate.issuer.human_friendly,
                    fingerprint,
                    validity["not_before"].native,
                    validity["not_after"].native,
                    approved.source,
                    approved.by,
                    approved.at,
                    book.ended(fingerprint, name),
                )
            )
    return tuple(found)


def add(directory: Path, file: Path, list_name: str, source: str, operator: str, now: datetime) -> Entry:
    """Adds the certificate in `file` to a list, and notes its source, fingerprint, who and when.

    Raises:
        UnfitCertificateError: no certificate, more than one, or no CA where an anchor is asked.
        Unavailable: the directory cannot be written.
    """
    found = certificates_in(file)
    if len(found) != 1:
        raise UnfitCertificateError(f"holds {len(found)} certificates; give one at a time")
    certificate = x509.Certificate.load(found[0])
    if list_name in LISTS and not certificate.ca:
        raise UnfitCertificateError("is not the certificate of an authority")
    fingerprint = _fingerprint(found[0])
    present = [one for one in entries(directory) if one.fingerprint == fingerprint and one.list_name == list_name]
    if any(one.ended is None for one in present):
        raise UnfitCertificateError("is in that list already")
    placed = present[0].file if present else f"{list_name}/{fingerprint[:16]}.pem"
    if not present:
        _place(directory / placed, found[0])
    note = {
        "file": placed,
        "list": list_name,
        "sha256": fingerprint,
        "source": source or str(file.name),
        "approved_by": operator,
        "approved_at": now.isoformat(),
    }
    trustbook.write(directory, "anchor", note)
    return next(entry for entry in entries(directory) if entry.file == placed and entry.fingerprint == fingerprint)


def end(directory: Path, entry: Entry, since: datetime, reason: str, operator: str, now: datetime) -> Entry:
    """Ends the trust in `entry` from `since` on: a row says so, and the file stays for what was signed before.

    Raises:
        UnfitCertificateError: it was ended before.
        Unavailable: the directory cannot be written.
    """
    if entry.ended is not None:
        raise UnfitCertificateError("was ended before")
    row = {
        "sha256": entry.fingerprint,
        "list": entry.list_name,
        "since": since.isoformat(),
        "reason": reason,
        "ended_by": operator,
        "ended_at": now.isoformat(),
    }
    trustbook.write(directory, "ended", row)
    same = (entry.file, entry.fingerprint)
    return next(one for one in entries(directory) if (one.file, one.fingerprint) == same)


def certificates_in(file: Path) -> tuple[bytes, ...]:
    """The certificates in a file of any kind that the directory may hold.

    Raises:
        Unavailable: it cannot be read.
    """
    return tuple(_split(_read(file), "CERTIFICATE"))


def _fingerprint(der: bytes) -> str:
    found: str = x509.Certificate.load(der).sha256.hex()
    return found


def _place(target: Path, der: bytes) -> None:
    try:
        target.parent.mkdir(parents=True, exist_ok=True)
        with target.open("xb") as out:
            out.write(pem.armor("CERTIFICATE", der))
            out.flush()
            os.fsync(out.fileno())
    except OSError as error:
        raise Unavailable(f"trust directory: {error.strerror}") from error


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
    """The DER objects of a file: all PEM blocks of that kind, those of a bundle, or the one DER."""
    shape = crl.CertificateList if kind == "X509 CRL" else x509.Certificate
    for der in _blocks(content, kind):
        try:
            # asn1crypto parses lazily: ask for all of it, so that a broken one is found here and not in a verdict.
            shape.load(der, strict=True).native  # noqa: B018
        except (ValueError, TypeError, KeyError):
            late_log("docbridge.trust").warning("no_certificate", kind=kind)
            continue
        yield der


def _blocks(content: bytes, kind: str) -> list[bytes]:
    try:
        if not pem.detect(content):
            bundled = _bundled(content) if kind == "CERTIFICATE" else None
            return [content] if bundled is None else bundled
        found: list[bytes] = []
        for name, _, der in pem.unarmor(content, multiple=True):
            if name == kind:
                found.append(der)
            elif name in _BUNDLES and kind == "CERTIFICATE":
                found += _bundled(der) or []
    except ValueError:  # binascii's is one, too
        return []
    return found


def _bundled(der: bytes) -> list[bytes] | None:
    """The certificates of a CMS without signers (.p7b, RFC 5652 section 5.1); None = it is none."""
    try:
        info = cms.ContentInfo.load(der)
        if info["content_type"].native != "signed_data":
            return None
        return [one.chosen.dump() for one in info["content"]["certificates"] or () if one.name == "certificate"]
    except (ValueError, TypeError, KeyError):
        return None
