"""Gathers the evidence for one mail, and what the pipeline finds wanting.

The trust directory is read again when it has changed; DNS answers are asked for names that the sender chose, so only
through the configured resolver and within its time-outs.
"""

import threading
from collections.abc import Iterable
from dataclasses import replace
from datetime import UTC, datetime

import structlog

from bridge import truststore
from bridge.evidence.dns import Dns
from bridge.evidence.spf import check_host
from bridge.settings import Settings
from store.mail import ReceivedMail, SmtpOrigin
from validation.evidence import Evidence, TrustStore, WantedDns

_log = structlog.get_logger("docbridge.evidence")


class EvidenceSource:
    """Where evidence comes from.  Safe for several threads."""

    def __init__(self, settings: Settings, dns: Dns) -> None:
        self._directory = settings.trust.directory
        self._dns = dns
        self._lock = threading.Lock()
        self._stamp: tuple[tuple[str, int, int], ...] | None = None
        self._trust = TrustStore()

    def trust(self) -> TrustStore:
        """The trust directory as it is now.

        Raises:
            Unavailable: it cannot be read.
        """
        with self._lock:
            stamp = truststore.stamp(self._directory)
            if stamp != self._stamp:
                self._trust = truststore.read(self._directory)
                self._stamp = stamp
                _log.info("trust_read", anchors=len(self._trust.anchors), crls=len(self._trust.crls))
            return self._trust

    def for_mail(self, mail: ReceivedMail) -> Evidence:
        """The evidence that every mail needs: the moment, whom the office trusts, and SPF where there was a peer."""
        spf = "unknown"
        if isinstance(mail.origin, SmtpOrigin):
            origin = mail.origin
            spf = check_host(origin.peer, origin.helo, origin.mail_from, self._dns.ask)
        return Evidence(datetime.now(UTC), self.trust(), {}, spf)

    def with_dns(self, evidence: Evidence, wanted: Iterable[WantedDns]) -> Evidence:
        """The evidence with the answers to what was wanted."""
        answers = {question.key: self._dns.ask(question.name, question.kind) for question in wanted}
        return replace(evidence, dns={**evidence.dns, **answers})
