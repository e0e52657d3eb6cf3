"""The office signs its letters: S/MIME inside, DKIM over all, whichever is configured, just before they are sent.

Promise: a letter that should be signed and cannot be waits with the reason; it never goes out unsigned.  Keys are read
from their files when those change, so that a renewed certificate needs no restart, and nothing else ever sees them.
"""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from pathlib import Path
from typing import Any, Generic, TypeVar

from cryptography import x509
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import ec, rsa

from outbound import domainkeys, fields, smime
from outbound.content import Message
from outbound.settings import OutboundSettings
from store.delivery import TryLater
from store.reply import Reply

T = TypeVar("T")
Fresh = tuple[tuple[int, int, int], ...]


class UnsignableError(Exception):
    """A key or certificate cannot be used; says which setting and why, never what is in the file."""


@dataclass(slots=True)
class _FromFiles(Generic[T]):
    """Something that is read from files, again when they change."""

    paths: tuple[Path, ...]
    read: Callable[[tuple[Path, ...]], T]
    fresh: Fresh = ()
    kept: T | None = None

    def get(self) -> T:
        try:
            found = [path.stat() for path in self.paths]
            fresh = tuple((one.st_mtime_ns, one.st_size, one.st_ino) for one in found)
            if self.kept is None or fresh != self.fresh:
                self.kept, self.fresh = self.read(self.paths), fresh
        except OSError as error:
            raise UnsignableError(f"{error.filename or 'a file'}: {error.strerror}") from error
        return self.kept


class Signing:
    """What the settings ask for.  Thread-safe: reading a file twice does no harm."""

    def __init__(self, settings: OutboundSettings) -> None:
        self._settings = settings
        self._identity: _FromFiles[smime.Identity] | None = None
        self._dkim: _FromFiles[Any] | None = None
        if settings.smime_certificate and settings.smime_key:
            self._identity = _FromFiles((settings.smime_certificate, settings.smime_key), identity_of)
        if settings.dkim_key:
            self._dkim = _FromFiles((settings.dkim_key,), _domain_key)

    @property
    def wanted(self) -> bool:
        """Is anything to be signed at all?"""
        return self._identity is not None or self._dkim is not None

    def sign(self, message: Message, now: datetime) -> Message | TryLater:
        """The letter as it is to go out, or why it waits."""
        address = fields.sender(message.head)
        moment = _date(message.head) or now
        try:
            if self._identity is not None:
                identity = self._identity.get()
                if problem := smime.unusable(identity.certificate, identity.key, address, now):
                    raise UnsignableError(f"smime_certificate: {problem}")
                message = smime.signed(message, identity, moment)
            if self._dkim is not None:
                domain = self._settings.dkim_domain or address.rpartition("@")[2]
                message = domainkeys.signed(message, self._dkim.get(), domain, self._settings.dkim_selector, moment)
        except UnsignableError as problem:
            return TryLater(Reply(451, "4.7.0", "the office's own signature cannot be made now", str(problem)))
        return message

    def problem(self, address: str, now: datetime) -> str:
        """Why letters of `address` could not be signed at `now`; "" = they can, or none is to be."""
        try:
            if self._dkim is not None:
                self._dkim.get()
            if self._identity is not None:
                identity = self._identity.get()
                if problem := smime.unusable(identity.certificate, identity.key, address, now):
                    return f"smime_certificate: {problem}"
        except UnsignableError as problem:
            return str(problem)
        return ""

    def ends(self) -> datetime | None:
        """When the certificate ends; None = there is none, or it cannot be read."""
        try:
            return self._identity.get().certificate.not_valid_after_utc if self._identity is not None else None
        except UnsignableError:
            return None


def identity_of(paths: tuple[Path, ...]) -> smime.Identity:
    """Certificate, intermediates and key, of two PEM files.

    Raises:
        UnsignableError: one of them is not what it should be.
        OSError: one of them cannot be read.
    """
    chain, secret = (path.read_bytes() for path in paths)
    try:
        certificates = x509.load_pem_x509_certificates(chain)
    except ValueError as error:
        raise UnsignableError("smime_certificate: no certificate in PEM") from error
    try:
        key = serialization.load_pem_private_key(secret, password=None)
    except (ValueError, TypeError) as error:
        raise UnsignableError("smime_key: no private key in PEM, or an encrypted one") from error
    if not isinstance(key, rsa.RSAPrivateKey | ec.EllipticCurvePrivateKey):
        raise UnsignableError("smime_key: neither RSA nor an elliptic curve")
    return smime.Identity(certificates[0], key, tuple(certificates[1:]))


def _domain_key(paths: tuple[Path, ...]) -> Any:  # noqa: ANN401  dkimpy's own form
    try:
        return domainkeys.loaded(paths[0].read_bytes())
    except (ValueError, TypeError) as error:
        raise UnsignableError("dkim_key: no RSA private key in PEM, or an encrypted one") from error


def _date(head: bytes) -> datetime | None:
    try:
        found = parsedate_to_datetime(fields.value(head, "Date"))
    except ValueError:
        return None
    return found if found.tzinfo is not None else found.replace(tzinfo=UTC)
