"""Asks who vouches for a mail: by our own checks, or by the word of a server that the office trusts.

Where a gateway of ours has judged already, its words are used (RFC 8601): behind it we see neither the client nor
always the octets that were signed.  Pure: what is missing is Wanted, all of it at once.
"""

from collections.abc import Iterator
from dataclasses import dataclass

from bridge.authentication import OURS, Authentication, Check
from bridge.job import Job, Wanted
from store.mail import ImapOrigin, SmtpOrigin
from validation.arc import ArcReading, arc_reading
from validation.auth_results_trusted import Upstream, is_in, networks_of, of_mailbox, of_relay
from validation.dmarc import Dmarc, Proven, dmarc, published, result_of
from validation.domain import domain_of, plain
from validation.evidence import Evidence, WantedSpf
from validation.message import Message
from validation.sender import DkimReading, dkim_reading


@dataclass(frozen=True, slots=True)
class _Spf:
    """SPF by whose word, and the domain that it is about."""

    word: str
    domain: str
    by: str = OURS
    client: str = ""
    wanted: WantedSpf | None = None


def authenticate(job: Job, message: Message, raw: bytes) -> Authentication | Wanted:
    """Everything that can be said of a mail's origin, or what is wanted first."""
    origin, evidence = job.mail.origin, job.evidence
    upstream = _upstream(job, message)
    spf = _spf(job, upstream)
    dkim = _dkim_by(upstream) if upstream.of("dkim") else dkim_reading(raw, evidence)
    arc = arc_reading(raw, evidence, job.snapshot.policy.arc_trusted)
    proven = Proven(spf.word, spf.domain, dkim.domains, dkim.unsure)
    domains = _from_domains(message)
    submitted = isinstance(origin, SmtpOrigin) and bool(origin.user)
    result = Dmarc("none", why="submitted by a system of ours") if submitted else dmarc(domains, proven, evidence)
    records = result if isinstance(result, tuple) else ()
    names = tuple(dict.fromkeys((*dkim.wanted, *arc.wanted, *records)))
    if (names or spf.wanted) and not job.last_round:
        return Wanted(dns=names, spf=spf.wanted)
    if isinstance(result, tuple):
        result = Dmarc("temperror", domains[0], why="DNS cannot be asked now")
    if not submitted:
        result = _by_word_of_others(result, upstream, arc, evidence, domains)
    return Authentication(
        proven, result, domains, tuple(_checks(spf, dkim, upstream, arc, result)), dkim.failed, submitted
    )


def _relayed(job: Job) -> bool:
    """Did a mail server of ours hand the mail in?"""
    origin = job.mail.origin
    return isinstance(origin, SmtpOrigin) and is_in(origin.peer, networks_of(job.snapshot.policy.trusted_relays))


def _upstream(job: Job, message: Message) -> Upstream:
    """What servers of ours wrote on top of the mail."""
    origin, policy = job.mail.origin, job.snapshot.policy
    if _relayed(job):
        return of_relay(message.headers, policy.trusted_authserv, policy.trusted_relays)
    if isinstance(origin, ImapOrigin):
        return of_mailbox(message.headers, job.snapshot.authserv.get(origin.account, ""))
    return Upstream()


def _spf(job: Job, upstream: Upstream) -> _Spf:
    """The gateway's word, else ours of the host from which the outermost server of ours took the mail."""
    origin, evidence = job.mail.origin, job.evidence
    client, helo = upstream.client, upstream.helo
    if isinstance(origin, SmtpOrigin) and not _relayed(job):
        client, helo = origin.peer, origin.helo
    # RFC 7208 section 2.4: the empty reverse path stands for the name in HELO.
    domain = domain_of(origin.mail_from) if origin.mail_from else plain(helo)
    if words := upstream.of("spf"):
        # Of HELO's result and the reverse path's the latter counts (RFC 7489 section 3.1.2).
        word = next((each for each in words if "smtp.mailfrom" in each.properties), words[0])
        return _Spf(word.result, word.domain("smtp.mailfrom", "smtp.helo") or domain, upstream.server)
    if not client:
        return _Spf("unknown", domain)
    if evidence.spf_of != client:
        return _Spf("unknown", domain, client=client, wanted=WantedSpf(client, helo, origin.mail_from))
    return _Spf(evidence.spf, domain, client=client)


def _dkim_by(upstream: Upstream) -> DkimReading:
    """The gateway's words about signatures."""

    def domains(*results: str) -> tuple[str, ...]:
        found = (word.domain("header.d", "header.i") for word in upstream.of("dkim") if word.result in results)
        return tuple(dict.fromkeys(filter(None, found)))

    return DkimReading(domains("pass"), (), domains("fail", "permerror", "policy"), domains("temperror"))


def _from_domains(message: Message) -> tuple[str, ...]:
    """Each domain that stands in From, once."""
    found = (domain_of(box.address) for box in message.mailboxes("From"))
    return tuple(dict.fromkeys(filter(None, found)))


def _by_word_of_others(
    own: Dmarc, upstream: Upstream, arc: ArcReading, evidence: Evidence, domains: tuple[str, ...]
) -> Dmarc:
    """The result in the light of what a gateway, or a trusted sealer, says of the same domain in From."""
    if len(domains) != 1:
        return own  # one word cannot speak of several domains
    (domain,) = domains
    record = published(domain, evidence)
    policy, percent = ("", 100) if isinstance(record, Dmarc) else (record.policy, record.percent)
    result = own
    for said in upstream.of("dmarc")[:1]:
        word = result_of(said.result)
        if word and said.domain("header.from") in ("", domain):
            result = Dmarc(word, domain, policy, percent, "the gateway's word")
    if result.result != "pass" and arc.result == "pass":
        for said in arc.results:
            # RFC 8617 section 7.2.1: what a trusted forwarder had found before it broke SPF and DKIM.
            if said.method == "dmarc" and said.result == "pass" and said.domain("header.from") == domain:
                return Dmarc("pass", domain, policy, percent, f"found and sealed before {arc.sealers[0]} handed it on")
    return result


def _checks(spf: _Spf, dkim: DkimReading, upstream: Upstream, arc: ArcReading, result: Dmarc) -> Iterator[Check]:
    """Each check for the explanation."""
    yield Check("spf", spf.word, f"smtp.mailfrom={spf.domain}" if spf.domain else "", spf.by, spf.client)
    by = upstream.server if upstream.of("dkim") else OURS
    for word, names in (("pass", dkim.domains), ("fail", dkim.failed), ("temperror", dkim.unsure)):
        yield from (Check("dkim", word, f"header.d={name}", by) for name in names)
    if not (dkim.domains or dkim.failed or dkim.unsure):
        yield Check("dkim", "none", by=by)
    yield Check("arc", arc.result, f"header.d={arc.sealers[0]}" if arc.sealers else "", why=arc.why)
    asked = f"asks for {result.policy} of {result.percent} %: " if result.policy else ""
    of = f"header.from={result.domain}" if result.domain else ""
    yield Check(
        "dmarc", result.result, of, by=upstream.server if upstream.of("dmarc") else OURS, why=asked + result.why
    )
