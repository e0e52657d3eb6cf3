"""DMARC over a name server of the tests: records, alignment, and what the domain asks for (RFC 7489)."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bridge.evidence.dns import Dns
from tests.servers.dns import NameServer, name_server
from validation.dmarc import Dmarc, Proven, dmarc, parse
from validation.evidence import Evidence, WantedDns

_NOTHING = Evidence(datetime(2026, 11, 22, tzinfo=UTC))
ZONE = {
    "_dmarc.so.gov.vn": {"TXT": ["v=DMARC1; p=reject; sp=quarantine; pct=40; rua=mailto:a@so.gov.vn"]},
    "_dmarc.own.so.gov.vn": {"TXT": ["v=DMARC1; p=none"]},
    "_dmarc.strict.example": {"TXT": ["v=DMARC1;p=reject;adkim=s;aspf=s"]},
    "_dmarc.two.example": {"TXT": ["v=DMARC1; p=none", "v=DMARC1; p=reject"]},
    "_dmarc.other.example": {"TXT": ["some other text", "v=DMARC1; p=quarantine"]},
    "_dmarc.wrong.example": {"TXT": ["v=DMARC1; p=perhaps"]},
    "_dmarc.report.example": {"TXT": ["v=DMARC1; p=perhaps; rua=mailto:a@report.example"]},
    "_dmarc.late.example": {"TXT": ["p=reject; v=DMARC1"]},
}


@pytest.fixture(scope="module")
def server() -> Iterator[NameServer]:
    with name_server(ZONE, {"_dmarc.broken.example": "servfail"}) as running:
        yield running


def said(server: NameServer, proven: Proven, *domains: str) -> Dmarc:
    """The result once everything that was wanted was fetched."""
    dns = Dns(server.resolver())
    first = dmarc(domains, proven, _NOTHING)
    if isinstance(first, Dmarc):
        return first
    answers = {wanted.key: dns.ask(wanted.name, wanted.kind) for wanted in first}
    second = dmarc(domains, proven, replace(_NOTHING, dns=answers))
    assert isinstance(second, Dmarc)
    return second


def spf(word: str, domain: str) -> Proven:
    return Proven(word, domain)


def dkim(*domains: str) -> Proven:
    return Proven("none", "bounce.elsewhere.example", domains)


@pytest.mark.parametrize(
    ("proven", "domain", "result", "policy"),
    [
        pytest.param(dkim("so.gov.vn"), "so.gov.vn", "pass", "reject", id="DKIM of the same domain"),
        pytest.param(dkim("mail.so.gov.vn"), "so.gov.vn", "pass", "reject", id="DKIM of the same organisation"),
        pytest.param(dkim("other.gov.vn"), "so.gov.vn", "fail", "reject", id="DKIM of another agency"),
        pytest.param(dkim("gov.vn"), "so.gov.vn", "fail", "reject", id="DKIM of the public suffix"),
        pytest.param(spf("pass", "so.gov.vn"), "so.gov.vn", "pass", "reject", id="SPF of the same domain"),
        pytest.param(spf("pass", "evil.example"), "so.gov.vn", "fail", "reject", id="SPF of another domain"),
        pytest.param(spf("softfail", "so.gov.vn"), "so.gov.vn", "fail", "reject", id="SPF softfail is no pass"),
        pytest.param(spf("fail", "so.gov.vn"), "phong.so.gov.vn", "fail", "quarantine", id="a subdomain has sp"),
        pytest.param(spf("fail", "so.gov.vn"), "own.so.gov.vn", "fail", "none", id="a subdomain's own record"),
        pytest.param(dkim("a.strict.example"), "strict.example", "fail", "reject", id="strict DKIM"),
        pytest.param(spf("pass", "a.strict.example"), "strict.example", "fail", "reject", id="strict SPF"),
        pytest.param(spf("pass", "strict.example"), "strict.example", "pass", "reject", id="strict and the same"),
        pytest.param(dkim("nothing.example"), "nothing.example", "none", "", id="no record"),
        pytest.param(dkim("two.example"), "two.example", "permerror", "", id="two records"),
        pytest.param(dkim("x.example"), "other.example", "fail", "quarantine", id="other texts beside the record"),
        pytest.param(dkim("x.example"), "wrong.example", "permerror", "", id="a policy that nobody knows"),
        pytest.param(dkim("x.example"), "report.example", "fail", "none", id="the same, with a place for reports"),
        pytest.param(dkim("x.example"), "late.example", "none", "", id="the version is not the first tag"),
        pytest.param(dkim("broken.example"), "broken.example", "temperror", "", id="the name server fails"),
        pytest.param(
            spf("temperror", "so.gov.vn"), "so.gov.vn", "temperror", "reject", id="SPF could not be asked now"
        ),
        pytest.param(spf("temperror", "x.example"), "so.gov.vn", "fail", "reject", id="nor would it have helped"),
        pytest.param(spf("unknown", "so.gov.vn"), "so.gov.vn", "none", "reject", id="nobody knows the client"),
        pytest.param(
            Proven("fail", "so.gov.vn", (), ("so.gov.vn",)), "so.gov.vn", "temperror", "reject", id="a key out of reach"
        ),
    ],
)
def test_a_domain_stands_behind_a_mail_or_does_not(
    server: NameServer, proven: Proven, domain: str, result: str, policy: str
) -> None:
    found = said(server, proven, domain)
    assert (found.result, found.policy, found.domain) == (result, policy, domain)


def test_of_several_domains_in_from_each_must_stand_behind_the_mail(server: NameServer) -> None:
    both = said(server, dkim("so.gov.vn"), "so.gov.vn", "strict.example")
    assert (both.result, both.domain) == ("fail", "strict.example")
    assert said(server, dkim("so.gov.vn"), "so.gov.vn", "phong.so.gov.vn").result == "pass"
    assert said(server, dkim("so.gov.vn"), *(f"d{n}.example" for n in range(9))).result == "permerror"


def test_without_a_domain_in_from_there_is_no_result(server: NameServer) -> None:
    assert said(server, dkim("so.gov.vn")) == Dmarc("none", why="From names no domain")


def test_both_records_are_wanted_at_once() -> None:
    wanted = dmarc(["phong.so.gov.vn"], dkim(), _NOTHING)
    assert wanted == (WantedDns("_dmarc.phong.so.gov.vn", "TXT"), WantedDns("_dmarc.so.gov.vn", "TXT"))


def test_the_share_of_mails_is_told(server: NameServer) -> None:
    assert said(server, dkim("x.example"), "so.gov.vn").percent == 40


@pytest.mark.parametrize(
    "text",
    [
        pytest.param("v=DMARC1; p=reject; pct=many; adkim=x; fo=1:d; ;;", id="wrong values fall back to defaults"),
        pytest.param("v = DMARC1 ; p = Reject ; unknown=1", id="blanks, capitals, unknown tags"),
        pytest.param("v=DMARC1; p=reject; p=none", id="the first of two"),
    ],
)
def test_a_careless_record_is_read_as_meant(text: str) -> None:
    found = parse(text)
    assert found is not None
    assert (found.policy, found.percent, found.strict_dkim) == ("reject", 100, False)


@given(st.text(max_size=200))
def test_no_record_is_too_strange(text: str) -> None:
    found = parse("v=DMARC1;" + text)
    assert found is None or 0 <= found.percent <= 100
