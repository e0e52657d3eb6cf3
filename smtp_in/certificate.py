"""The door's certificate: read at the start, read again when a file has changed, kept when the new one is broken.

Promise: `context` is always whole. Renewal writes two files, one after the other: in between they do not fit, and the
old pair serves on.
"""

import ssl
from pathlib import Path

import structlog

from smtp_in import tls
from smtp_in.settings import SmtpSettings
from smtp_in.stamp import stamp

_log = structlog.get_logger("docbridge.smtp_in")


class Certificate:
    """What a TLS handshake needs, as the files have it now."""

    def __init__(self, certificate: Path, key: Path, client_ca: Path | None) -> None:
        """Read the files.

        Raises:
            OSError: one is missing, or holds no certificate, or not its key.
        """
        self._certificate, self._key, self._client_ca = certificate, key, client_ca
        self._files = [file for file in (certificate, key, client_ca) if file is not None]
        self._seen = stamp(self._files)
        self.context: ssl.SSLContext = self._made()  #: for the next handshake

    @classmethod
    def of(cls, settings: SmtpSettings) -> "Certificate | None":
        """As the settings say; None = the door speaks no TLS.

        Raises:
            OSError: as above.
        """
        if settings.tls_certificate is None or settings.tls_key is None:
            return None
        return cls(settings.tls_certificate, settings.tls_key, settings.client_ca_file)

    def look(self) -> None:
        """Take over what has changed. Reads files: not for the event loop."""
        try:
            now = stamp(self._files)
            if now == self._seen:
                return
            self._seen = now  # a broken pair is told of once, and tried again when it changes again
            self.context = self._made()
        except OSError as broken:  # ssl.SSLError is one
            _log.warning("smtp.certificate_kept", cause=type(broken).__name__)
        else:
            _log.info("smtp.certificate_changed")

    def _made(self) -> ssl.SSLContext:
        return tls.context(self._certificate, self._key, self._client_ca)
