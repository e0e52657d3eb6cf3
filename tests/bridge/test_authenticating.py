"""Who vouches for a mail, all checks together: our own, a gateway's words, a trusted forwarder's seal."""

from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from pathlib import Path

import pytest

from bridge.authenticating import authenticate
from bridge.authentication import Authentication
from bridge.evidence.dns import Dns
from bridge.evidence.spf import check_host
from bridge.job import Job, Snapshot, Wanted
from bridge.policy import Policy
from bridge.sending import Sender, sender_of
from bridge.settings.build import BadSetting, build
from bridge.settings.sections import Office
from store.mail import ForwardPath, ImapOrigin, MailState, Origin, ReceivedMail, SmtpOrigin
from store.registry import Correspondent, Organ
from tests.evidence.keys import Key, minted
from tests.servers.dns import NameServer, name_server
from validation.evidence import Evidence
from validation.message import read
from validation.settings import ReadingCaps

_NOW = datetime(2026, 11, 22, tzinfo=UTC)
MX = "mx.office.example"
SENDER, STRANGER, RELAY = "192.0.2.7", "203.0.113.9", "10.0.0.5"
RECEIVED = b"Received: from m (m [%s]) by mx.office.example (Postfix) with ESMTP id 1\r\n"
PLAIN = (
    b"From: An <an@so.gov.vn>\r\nTo: vanthu@office.example\r\nSubject: Van ban\r\n"
    b"Date: Fri, 20 Nov 2026 09:00:00 +0700\r\nMessage-ID: <1@so.gov.vn>\r\n\r\nKinh gui\r\n"
)
POLICY = Policy(trusted_relays=("10.0.0.0/8",), trusted_authserv=(MX,), arc_trusted=("list.example",))


@dataclass(frozen=True)
class Case:
    """One mail and how it came."""

    raw: bytes = PLAIN
    peer: str = SENDER
    mail_from: str = "an@so.gov.vn"
    user: str = ""
    policy: Policy = POLICY
    mailbox: bool = False
    more: tuple[Correspondent, ...] = field(default=())

    @property
    def origin(self) -> Origin:
        if self.mailbox:
            return ImapOrigin("vanthu", "INBOX", 1, 1, self.mail_from)
        paths = (ForwardPath("vanthu@office.example"),)
        return SmtpOrigin(self.mail_from, paths, self.peer, "m.so.gov.vn", user=self.user)


@pytest.fixture(scope="module")
def key() -> Key:
    return minted()


@pytest.fixture(scope="module")
def server(key: Key) -> Iterator[NameServer]:
    zone = {
        "so.gov.vn": {"TXT": [f"v=spf1 ip4:{SENDER} -all"]},
        "_dmarc.so.gov.vn": {"TXT": ["v=DMARC1; p=reject"]},
        "evil.example": {"TXT": [f"v=spf1 ip4:{STRANGER} -all"]},
        "s1._domainkey.so.gov.vn": {"TXT": [key.record]},
        "s1._domainkey.list.example": {"TXT": [key.record]},
    }
    with name_server(zone) as running:
        yield running


def job_of(case: Case, *, last_round: bool = False) -> Job:
    mail = ReceivedMail("1", case.origin, _NOW, "", len(case.raw), MailState.RECEIVED)
    snapshot = Snapshot(
        office=Office("H99", "Văn phòng"),
        policy=case.policy,
        caps=ReadingCaps(),
        axes=(),
        routes=(),
        organs=(Organ("so", "Sở Mẫu", addresses=("vanthu@so.gov.vn",)),),
        correspondents=(Correspondent("so", "agency", "Sở Mẫu", domains=("so.gov.vn",)), *case.more),
        our_addresses=(),
        sender="vanthu@office.example",
        authserv={"vanthu": MX},
    )
    return Job(mail, Evidence(_NOW), snapshot, last_round=last_round)


def asked(case: Case, server: NameServer) -> tuple[Authentication, Sender]:
    """The answer after the one round that it may take; whatever is wanted is wanted at once."""
    dns, job, message = Dns(server.resolver()), job_of(case), read(case.raw)
    wanted = authenticate(job, message, case.raw)
    if isinstance(wanted, Wanted):
        answers = {one.key: dns.ask(one.name, one.kind) for one in wanted.dns}
        evidence = replace(job.evidence, dns=answers)
        if wanted.spf:
            word = check_host(wanted.spf.client, wanted.spf.helo, wanted.spf.mail_from, dns.ask)
            evidence = replace(evidence, spf=word, spf_of=wanted.spf.client)
        job = replace(job, evidence=evidence)
    found, sender = authenticate(job, message, case.raw), sender_of(job, message, case.raw)
    assert isinstance(found, Authentication)
    assert isinstance(sender, Sender)
    return found, sender


def said(results: bytes, received: bytes = RECEIVED % SENDER.encode()) -> bytes:
    """A mail with a gateway's results on top."""
    return b"Authentication-Results: " + results + b"\r\n" + received + PLAIN


GATEWAY = MX.encode()
FORGED = {"sender.dmarc-fail", "sender.impersonates", "mail.unauthenticated"}
CASES = [
    pytest.param(Case(), "pass", "pass", {"mail.authentic"}, id="from where the domain says"),
    pytest.param(Case(peer=STRANGER), "fail", "fail", {*FORGED, "sender.spf-fail"}, id="from elsewhere"),
    pytest.param(
        Case(peer=STRANGER, mail_from="x@evil.example"),
        "pass",
        "fail",
        FORGED,
        id="an agency's From in an envelope of one's own",
    ),
    pytest.param(
        Case(RECEIVED % SENDER.encode() + PLAIN, RELAY),
        "pass",
        "pass",
        {"mail.authentic"},
        id="through our relay, which says from where",
    ),
    pytest.param(
        Case(RECEIVED % STRANGER.encode() + PLAIN, RELAY),
        "fail",
        "fail",
        {*FORGED, "sender.spf-fail"},
        id="through our relay, from elsewhere",
    ),
    pytest.param(
        Case(PLAIN, RELAY),
        "unknown",
        "none",
        {"sender.unverified", "mail.unauthenticated"},
        id="through our relay, which does not say from where",
    ),
    pytest.param(
        Case(RECEIVED % SENDER.encode() + PLAIN, STRANGER),
        "fail",
        "fail",
        {*FORGED, "sender.spf-fail"},
        id="a Received of somebody else's",
    ),
    pytest.param(
        Case(said(GATEWAY + b"; spf=pass smtp.mailfrom=so.gov.vn; dmarc=pass header.from=so.gov.vn"), RELAY),
        "pass",
        "pass",
        {"mail.authentic"},
        id="our gateway's word that all is well",
    ),
    pytest.param(
        Case(said(GATEWAY + b"; spf=pass smtp.mailfrom=evil.example; dmarc=fail header.from=so.gov.vn"), RELAY),
        "pass",
        "fail",
        FORGED,
        id="our gateway's word that it is not",
    ),
    pytest.param(
        Case(said(GATEWAY + b"; dkim=pass header.d=so.gov.vn", RECEIVED % STRANGER.encode()), RELAY),
        "fail",
        "pass",
        {"mail.authentic", "sender.spf-fail"},
        id="our gateway's word about a signature, and our own DMARC",
    ),
    pytest.param(
        Case(said(GATEWAY + b"; dmarc=pass header.from=evil.example", RECEIVED % STRANGER.encode()), RELAY),
        "fail",
        "fail",
        {*FORGED, "sender.spf-fail"},
        id="our gateway's word about another From",
    ),
    pytest.param(
        Case(said(GATEWAY + b"; spf=pass; dmarc=pass header.from=so.gov.vn"), STRANGER),
        "fail",
        "fail",
        {*FORGED, "sender.spf-fail"},
        id="our gateway's name in a stranger's mouth",
    ),
    pytest.param(
        Case(said(b"mx.evil.example; dmarc=pass header.from=so.gov.vn", RECEIVED % STRANGER.encode()), RELAY),
        "fail",
        "fail",
        {*FORGED, "sender.spf-fail"},
        id="a name that we do not know",
    ),
    pytest.param(
        Case(said(GATEWAY + b"; spf=pass smtp.mailfrom=so.gov.vn; dmarc=pass"), mailbox=True),
        "pass",
        "pass",
        {"mail.authentic"},
        id="the word of our mailbox's server",
    ),
    pytest.param(
        Case(mailbox=True),
        "unknown",
        "none",
        {"sender.unverified", "mail.unauthenticated"},
        id="a mailbox whose server says nothing",
    ),
    pytest.param(
        Case(mailbox=True, mail_from="x@evil.example"),
        "unknown",
        "fail",
        FORGED,
        id="a mailbox, and an envelope that cannot help",
    ),
    pytest.param(
        Case(peer="10.1.1.1", user="dvc", policy=Policy()),
        "fail",
        "none",
        {"mail.unauthenticated"},
        id="submitted by a system of ours",
    ),
    pytest.param(
        Case(PLAIN.replace(b"An <an@so.gov.vn>", b"an@so.gov.vn, b@evil.example")),
        "pass",
        "none",
        {"mail.authentic", "sender.ambiguous", "sender.unverified"},
        id="two domains in From",
    ),
    pytest.param(
        Case(PLAIN.replace(b"An <an@so.gov.vn>", b"undisclosed:;")),
        "pass",
        "none",
        {"mail.authentic", "sender.ambiguous"},
        id="nobody in From",
    ),
]


@pytest.mark.parametrize(("case", "spf", "dmarc", "codes"), CASES)
def test_a_mail_has_one_answer(server: NameServer, case: Case, spf: str, dmarc: str, codes: set[str]) -> None:
    found, sender = asked(case, server)
    assert (found.proven.spf, found.dmarc.result) == (spf, dmarc)
    assert {str(observation.code) for observation in sender.observations} - {"sender.unknown"} == codes
    assert found.field.startswith("docbridge; spf=")


def test_two_domains_of_whom_one_disowns_the_mail(server: NameServer) -> None:
    raw = PLAIN.replace(b"An <an@so.gov.vn>", b"b@evil.example, an@so.gov.vn")
    found, _ = asked(Case(raw, STRANGER, "x@evil.example"), server)
    assert (found.dmarc.result, found.dmarc.domain, found.forged) == ("fail", "so.gov.vn", True)


def test_a_signature_vouches_through_any_way(server: NameServer, key: Key) -> None:
    found, sender = asked(Case(key.sign(PLAIN, "so.gov.vn"), STRANGER), server)
    assert (found.dmarc.result, found.dmarc.why, sender.authentic) == ("pass", "DKIM of so.gov.vn", True)


def test_a_broken_signature_of_the_domain_is_told(server: NameServer, key: Key) -> None:
    raw = key.sign(PLAIN, "so.gov.vn").replace(b"Kinh gui", b"Kinh bao")
    _, sender = asked(Case(raw, STRANGER), server)
    assert "sender.dkim-fail" in {str(observation.code) for observation in sender.observations}


def test_what_a_trusted_list_found_before_it_changed_the_mail_counts(server: NameServer, key: Key) -> None:
    changed = key.sign(PLAIN, "so.gov.vn").replace(b"Kinh gui", b"Kinh bao")
    results = "mx.list.example; dkim=pass header.d=so.gov.vn; dmarc=pass header.from=so.gov.vn"
    sealed = Case(key.seal(changed, "list.example", results), STRANGER, "bounce@list.example")
    found, sender = asked(sealed, server)
    assert (found.dmarc.result, found.forged) == ("pass", False)
    # The seal speaks for From; a receipt would go to the list's return path, for which nobody speaks.
    assert not sender.authentic
    untrusted, _ = asked(replace(sealed, policy=Policy()), server)
    assert (untrusted.dmarc.result, untrusted.forged) == ("fail", True)


def test_without_any_answer_of_the_dns_nobody_is_accused() -> None:
    case = Case(peer=STRANGER)
    found = authenticate(job_of(case, last_round=True), read(case.raw), case.raw)
    assert isinstance(found, Authentication)
    assert (found.proven.spf, found.dmarc.result) == ("unknown", "temperror")


def test_a_relay_that_is_no_network_is_refused_with_its_setting() -> None:
    with pytest.raises(BadSetting, match=r"policy: .*relay\.example"):
        build(Policy, {"trusted_relays": ["relay.example"]}, Path(), ("policy",))
