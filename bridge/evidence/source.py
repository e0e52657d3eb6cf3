"""Gathers the evidence for one mail, and what the pipeline finds wanting.

The trust directory is read again when it has changed; DNS answers are asked for names that the sender chose, so only
through the configured resolver and within its time-outs.
"""

import threading
from collections.abc import Iterable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import UTC, datetime

import structlog

from bridge import truststore
from bridge.evidence.answers import Answers
from bridge.evidence.dns import Dns
from bridge.evidence.spf import check_host
from bridge.settings import Settings
from store.mail import ReceivedMail, SmtpOrigin
from validation.auth_results_trusted import is_in, networks_of
from validation.dmarc import records_wanted
from validation.domain import domain_of
from validation.evidence import Evidence, TrustStore, WantedDns, WantedHttp, WantedSpf

_log = structlog.get_logger("docbridge.evidence")
_AT_ONCE = 8  # questions; one after the other, silent servers would cost a time-out each


class EvidenceSource:
    """Where evidence comes from.  Safe for several threads."""

    def __init__(self, settings: Settings, dns: Dns, answers: Answers) -> None:
        self._directory = settings.trust.directory
        self._relays = networks_of(settings.policy.trusted_relays)
        self._dns = dns
        self._answers = answers
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
        """What every mail needs: the moment, whom the office trusts, SPF of the peer, DMARC of the reverse path.

        From is not known here, since only the sandbox reads the mail; most mails have the reverse path's domain there
        and want nothing more.  Of a relay of ours the SPF says nothing: it is the reader who tells whose to ask.
        """
        origin = mail.origin
        spf = None
        if isinstance(origin, SmtpOrigin) and not is_in(origin.peer, self._relays):
            spf = WantedSpf(origin.peer, origin.helo, origin.mail_from)
        offline = not self._answers.asks
        evidence = Evidence(datetime.now(UTC), self.trust(), offline=offline, arrived=mail.received_at)
        return self.with_answers(evidence, records_wanted(domain_of(origin.mail_from)), spf)

    def with_answers(self, evidence: Evidence, dns: Iterable[WantedDns], spf: WantedSpf | None = None) -> Evidence:
        """The evidence with the answers to what was wanted, asked for at the same time."""
        questions, ask = tuple(dns), self._dns.ask
        # Threads for this one mail: what hangs here delays no other, and silent servers cost one time-out in all.
        with ThreadPoolExecutor(_AT_ONCE) as threads:
            word = threads.submit(check_host, spf.client, spf.helo, spf.mail_from, ask) if spf else None
            answers = threads.map(lambda question: ask(question.name, question.kind), questions)
            found = {question.key: answer for question, answer in zip(questions, answers, strict=True)}
        evidence = replace(evidence, dns={**evidence.dns, **found})
        return replace(evidence, spf=word.result(), spf_of=spf.client) if spf and word else evidence

    def with_fetched(self, evidence: Evidence, wanted: Iterable[WantedHttp]) -> Evidence:
        """The evidence with what certificates point to, as far as it can be had."""
        return replace(evidence, fetched={**evidence.fetched, **self._answers.ask(wanted)})
