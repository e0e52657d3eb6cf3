"""Mirrors lists of revocation into the trust directory, so that mails are judged without waiting for the network.

Promise: a list takes the place of another only if one of our own authorities signed it, it holds, and it is newer; so
a site that is away or hostile leaves what is there.  What became of each address is written down for `doctor`.
"""

import contextlib
import hashlib
import json
import os
from collections.abc import Iterable, Iterator
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from pathlib import Path

import structlog
from cryptography import x509
from cryptography.exceptions import UnsupportedAlgorithm
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import dsa, ec, ed448, ed25519, rsa

from bridge import truststore
from bridge.evidence.answers import Answers
from bridge.evidence.http import NotHadError
from bridge.settings import Settings
from store.errors import Unavailable
from validation.evidence import TrustStore, WantedHttp

_log = structlog.get_logger("docbridge.evidence")
_BOOK = "mirror.json"


@dataclass(frozen=True, slots=True)
class Mirrored:
    """What became of one address."""

    url: str
    state: str  #: new, same or failed
    cause: str = ""  #: why it failed
    until: str = ""  #: nextUpdate of the list that is there now; "" = none
    at: str = ""  #: when it was asked


class Mirror:
    """The mirror of one trust directory."""

    def __init__(self, settings: Settings, answers: Answers) -> None:
        self._settings = settings
        self._answers = answers

    def once(self) -> bool:
        """One round, as a part of the service.  Always False: the next is due after the usual time.

        Raises:
            Unavailable: the trust directory cannot be read or written.
        """
        done = self.refresh(datetime.now(UTC))
        if done:
            failed = sum(one.state == "failed" for one in done)
            _log.info("mirrored", lists=len(done), new=sum(one.state == "new" for one in done), failed=failed)
        return False

    def refresh(self, now: datetime) -> tuple[Mirrored, ...]:
        """Every address once.

        Raises:
            Unavailable: the trust directory cannot be read or written.
        """
        trust = truststore.read(self._settings.trust.directory)
        urls = tuple(dict.fromkeys((*_named(trust), *self._settings.evidence.mirror)))
        done = tuple(self._one(url, trust, now) for url in urls)
        _write(self._settings.store.data / _BOOK, json.dumps([asdict(one) for one in done], indent=1).encode())
        return done

    def _one(self, url: str, trust: TrustStore, now: datetime) -> Mirrored:
        file = self._settings.trust.directory / "crls" / f"{hashlib.sha256(url.encode()).hexdigest()[:16]}.crl"
        present, asked = _present(file), now.isoformat(timespec="seconds")
        until = "" if present is None else _end(present).isoformat()
        try:
            octets = self._answers.fetch(WantedHttp("crl", url))
            fresh = _proven(octets, trust, now)
        except NotHadError as error:
            return Mirrored(url, "failed", str(error), until, asked)
        # "is not None": a list that names nobody is false.
        if present is not None and present.last_update_utc >= fresh.last_update_utc:
            return Mirrored(url, "same", "", until, asked)
        _write(file, fresh.public_bytes(serialization.Encoding.DER))
        return Mirrored(url, "new", "", _end(fresh).isoformat(), asked)


def last(settings: Settings) -> tuple[Mirrored, ...]:
    """What became of each address the last time; empty = it was never done."""
    try:
        return tuple(Mirrored(**one) for one in json.loads((settings.store.data / _BOOK).read_bytes()))
    except (OSError, ValueError, TypeError):
        return ()


def _named(trust: TrustStore) -> Iterator[str]:
    """The distribution points that our own certificates name."""
    for certificate in _certificates(trust):
        try:
            points = certificate.extensions.get_extension_for_class(x509.CRLDistributionPoints).value
        except (x509.ExtensionNotFound, ValueError, x509.DuplicateExtension):
            continue
        for point in points:
            for name in point.full_name or ():
                if isinstance(name, x509.UniformResourceIdentifier) and name.value.startswith(("http://", "https://")):
                    yield name.value


def _certificates(trust: TrustStore) -> Iterator[x509.Certificate]:
    for der in (*(anchor.certificate for anchor in trust.anchors), *trust.intermediates):
        with contextlib.suppress(ValueError):  # an encoding that the library refuses: its lists are put there by hand
            yield x509.load_der_x509_certificate(der)


def _proven(octets: bytes, trust: TrustStore, now: datetime) -> x509.CertificateRevocationList:
    """The list, when one of our authorities signed it and it holds.

    Raises:
        NotHadError: it is no such list.
    """
    found = _loaded(octets)
    if found is None:
        raise NotHadError("it is no list of revocation")
    issuers = [one.public_key() for one in _certificates(trust) if one.subject == found.issuer]
    if not _is_signed(found, issuers):
        raise NotHadError("none of our authorities signed it")
    if _end(found) <= now:
        raise NotHadError("it has ended")
    return found


def _is_signed(found: x509.CertificateRevocationList, keys: Iterable[object]) -> bool:
    kinds = (rsa.RSAPublicKey, ec.EllipticCurvePublicKey, dsa.DSAPublicKey)
    for key in keys:
        if isinstance(key, (*kinds, ed25519.Ed25519PublicKey, ed448.Ed448PublicKey)):
            with contextlib.suppress(UnsupportedAlgorithm, ValueError, TypeError):
                if found.is_signature_valid(key):
                    return True
    return False


def _loaded(octets: bytes) -> x509.CertificateRevocationList | None:
    with contextlib.suppress(ValueError):
        pem = octets.lstrip().startswith(b"-----BEGIN")
        return x509.load_pem_x509_crl(octets) if pem else x509.load_der_x509_crl(octets)
    return None


def _end(found: x509.CertificateRevocationList) -> datetime:
    """nextUpdate; a list without one ends as it begins (RFC 5280 section 5.1.2.5 demands it)."""
    return found.next_update_utc or found.last_update_utc


def _present(file: Path) -> x509.CertificateRevocationList | None:
    try:
        return _loaded(file.read_bytes())
    except OSError:
        return None


def _write(file: Path, octets: bytes) -> None:
    """Complete or not at all: the trust directory is read while we write."""
    fresh = file.with_name(f".{file.name}-{os.getpid()}")
    try:
        file.parent.mkdir(parents=True, exist_ok=True)
        with fresh.open("wb") as out:
            out.write(octets)
            os.fsync(out.fileno())
        fresh.replace(file)
    except OSError as error:
        raise Unavailable(f"{file.parent.name}: {error.strerror}") from error
