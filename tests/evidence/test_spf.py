"""check_host over a real resolver and a name server of the tests: the cases of RFC 7208 as a table."""

from collections.abc import Iterator

import pytest

from bridge.evidence.dns import Dns
from bridge.evidence.spf import check_host
from tests.servers.dns import NameServer, name_server

ZONE = {
    "ip.example": {"TXT": ["v=spf1 ip4:192.0.2.0/24 ip6:2001:db8::/32 -all"], "MX": ["10 mx.ip.example."]},
    "soft.example": {"TXT": ["v=spf1 ~all"]},
    "neutral.example": {"TXT": ["v=spf1 ?all"]},
    "open.example": {"TXT": ["v=spf1 ip4:198.51.100.1"]},
    "all.example": {"TXT": ["v=spf1 +all"]},
    "nothing.example": {"TXT": ["some other text", "v=spf10 -all"]},
    "two.example": {"TXT": ["v=spf1 -all", "v=spf1 +all"]},
    "case.example": {"TXT": ["V=SPF1 IP4:192.0.2.1 -ALL"]},
    "a.example": {"TXT": ["v=spf1 a -all"], "A": ["192.0.2.1"], "AAAA": ["2001:db8::1"]},
    "a24.example": {"TXT": ["v=spf1 a/24//64 -all"], "A": ["192.0.2.200"], "AAAA": ["2001:db8::ffff"]},
    "aelse.example": {"TXT": ["v=spf1 a:a.example -all"]},
    "mx.example": {"TXT": ["v=spf1 mx -all"], "MX": ["10 a.example.", "20 none.example."]},
    "manymx.example": {"TXT": ["v=spf1 mx -all"], "MX": [f"{n} h{n}.example." for n in range(11)]},
    "include.example": {"TXT": ["v=spf1 include:ip.example ~all"]},
    "includefail.example": {"TXT": ["v=spf1 include:soft.example ?all"]},
    "includenone.example": {"TXT": ["v=spf1 include:nothing.example -all"]},
    "redirect.example": {"TXT": ["v=spf1 redirect=ip.example"]},
    "redirectnone.example": {"TXT": ["v=spf1 redirect=nothing.example"]},
    "redirectlate.example": {"TXT": ["v=spf1 redirect=all.example ip4:198.51.100.7 -all"]},
    "exists.example": {"TXT": ["v=spf1 exists:%{ir}.%{l1r-}.sp.%{d2} -all"]},
    "1.2.0.192.an.sp.exists.example": {"A": ["127.0.0.2"]},
    "helo.example": {"TXT": ["v=spf1 exists:%{h}.ok.example -all"]},
    "mta.client.example.ok.example": {"A": ["127.0.0.2"]},
    "ptr.example": {"TXT": ["v=spf1 ptr -all"]},
    "1.2.0.192.in-addr.arpa": {"PTR": ["host.ptr.example."]},
    "host.ptr.example": {"A": ["192.0.2.1"]},
    "voids.example": {"TXT": ["v=spf1 a:v1.example a:v2.example a:v3.example +all"]},
    "fewvoids.example": {"TXT": ["v=spf1 a:v1.example a:v2.example +all"]},
    "loop.example": {"TXT": ["v=spf1 include:loop.example -all"]},
    "bad.example": {"TXT": ["v=spf1 ipv4:192.0.2.1 -all"]},
    "badlate.example": {"TXT": ["v=spf1 +all bogus"]},
    "badmacro.example": {"TXT": ["v=spf1 exists:%{x}.example -all"]},
    "unknown.example": {"TXT": ["v=spf1 moo=cow ip4:192.0.2.1 -all"]},
    "twice.example": {"TXT": ["v=spf1 redirect=a.example redirect=a.example"]},
    "temp.example": {"TXT": ["v=spf1 include:servfail.example -all"]},
    "long.example": {"TXT": ["v=spf1 " + "ip4:203.0.113.1 " * 30 + "ip4:192.0.2.1 -all"]},
    **{f"d{n}.example": {"TXT": [f"v=spf1 include:d{n + 1}.example -all"]} for n in range(1, 12)},
    "d12.example": {"TXT": ["v=spf1 +all"]},
}


@pytest.fixture(scope="module")
def server() -> Iterator[NameServer]:
    with name_server(ZONE, {"servfail.example": "servfail", "silent.example": "timeout"}) as running:
        yield running


@pytest.mark.parametrize(
    ("domain", "ip", "result"),
    [
        pytest.param("ip.example", "192.0.2.77", "pass", id="an address in a network"),
        pytest.param("ip.example", "198.51.100.1", "fail", id="an address outside it"),
        pytest.param("ip.example", "2001:db8::77", "pass", id="an IPv6 address"),
        pytest.param("ip.example", "::ffff:192.0.2.77", "pass", id="an IPv4 address mapped into IPv6"),
        pytest.param("soft.example", "192.0.2.1", "softfail", id="softfail"),
        pytest.param("neutral.example", "192.0.2.1", "neutral", id="neutral"),
        pytest.param("open.example", "192.0.2.1", "neutral", id="no mechanism matches, nothing said of the rest"),
        pytest.param("nothing.example", "192.0.2.1", "none", id="no record of version 1"),
        pytest.param("absent.example", "192.0.2.1", "none", id="no such domain"),
        pytest.param("localhost", "192.0.2.1", "none", id="a name of one label"),
        pytest.param("a..example", "192.0.2.1", "none", id="a name with an empty label"),
        pytest.param("ip.example", "no address", "none", id="a client without an address"),
        pytest.param("two.example", "192.0.2.1", "permerror", id="two records"),
        pytest.param("case.example", "192.0.2.1", "pass", id="capitals"),
        pytest.param("a.example", "192.0.2.1", "pass", id="a"),
        pytest.param("a.example", "2001:db8::1", "pass", id="a, IPv6"),
        pytest.param("a.example", "192.0.2.2", "fail", id="not a"),
        pytest.param("a24.example", "192.0.2.3", "pass", id="a with a prefix"),
        pytest.param("a24.example", "2001:db8::3", "pass", id="a with an IPv6 prefix"),
        pytest.param("a24.example", "192.0.3.3", "fail", id="outside the prefix"),
        pytest.param("aelse.example", "192.0.2.1", "pass", id="a of another name"),
        pytest.param("mx.example", "192.0.2.1", "pass", id="mx"),
        pytest.param("mx.example", "192.0.2.9", "fail", id="not mx"),
        pytest.param("manymx.example", "192.0.2.1", "permerror", id="eleven mx"),
        pytest.param("include.example", "192.0.2.1", "pass", id="include passes"),
        pytest.param("include.example", "198.51.100.1", "softfail", id="a fail of an include is no match"),
        pytest.param("includefail.example", "192.0.2.1", "neutral", id="a softfail of an include is no match"),
        pytest.param("includenone.example", "192.0.2.1", "permerror", id="include of a name without record"),
        pytest.param("redirect.example", "192.0.2.1", "pass", id="redirect"),
        pytest.param("redirect.example", "198.51.100.1", "fail", id="redirect fails"),
        pytest.param("redirectnone.example", "192.0.2.1", "permerror", id="redirect to a name without record"),
        pytest.param("redirectlate.example", "192.0.2.1", "fail", id="redirect counts after all mechanisms"),
        pytest.param("exists.example", "192.0.2.1", "pass", id="exists with macros"),
        pytest.param("exists.example", "192.0.2.2", "fail", id="exists with macros, another address"),
        pytest.param("helo.example", "192.0.2.1", "pass", id="the HELO macro"),
        pytest.param("ptr.example", "192.0.2.1", "pass", id="ptr that leads back"),
        pytest.param("ptr.example", "192.0.2.2", "fail", id="no ptr"),
        pytest.param("voids.example", "192.0.2.1", "permerror", id="three empty answers"),
        pytest.param("fewvoids.example", "192.0.2.1", "pass", id="two empty answers"),
        pytest.param("loop.example", "192.0.2.1", "permerror", id="an endless include"),
        pytest.param("d1.example", "192.0.2.1", "permerror", id="eleven look-ups"),
        pytest.param("d2.example", "192.0.2.1", "pass", id="ten look-ups"),
        pytest.param("bad.example", "192.0.2.1", "permerror", id="an unknown mechanism"),
        pytest.param("badlate.example", "192.0.2.1", "permerror", id="a fault behind a match"),
        pytest.param("badmacro.example", "192.0.2.1", "permerror", id="an unknown macro"),
        pytest.param("unknown.example", "192.0.2.1", "pass", id="an unknown modifier"),
        pytest.param("twice.example", "192.0.2.1", "permerror", id="redirect twice"),
        pytest.param("servfail.example", "192.0.2.1", "temperror", id="the name server fails"),
        pytest.param("temp.example", "192.0.2.1", "temperror", id="the name server of an include fails"),
        pytest.param("long.example", "192.0.2.1", "pass", id="a record of more than 255 octets"),
    ],
)
def test_a_host_and_a_domain_have_one_result(server: NameServer, domain: str, ip: str, result: str) -> None:
    dns = Dns(server.resolver())
    assert check_host(ip, "mta.client.example", f"an@{domain}", dns.ask) == result


def test_the_empty_reverse_path_stands_for_the_name_in_helo(server: NameServer) -> None:
    dns = Dns(server.resolver())
    assert check_host("192.0.2.1", "ip.example", "", dns.ask) == "pass"
    assert check_host("198.51.100.1", "ip.example", "", dns.ask) == "fail"


def test_a_hostile_record_cannot_make_us_ask_for_long(server: NameServer) -> None:
    server.asked.clear()
    assert check_host("192.0.2.1", "h.example", "a@loop.example", Dns(server.resolver()).ask) == "permerror"
    assert len(server.asked) <= 12


FURTHER = {
    "exp.example": {"TXT": ["v=spf1 ip4:192.0.2.1 -all exp=explain.%{d}"]},
    "badexp.example": {"TXT": ["v=spf1 +all exp=a.example exp=b.example"]},
    "zero.example": {"TXT": ["v=spf1 ip4:0.0.0.0/0 -all"]},
    "cidr.example": {"TXT": ["v=spf1 ip4:192.0.2.0/33 +all"]},
    "cidrleft.example": {"TXT": ["v=spf1 ip4:192.0.2.0/024 +all"]},
    "cidr6.example": {"TXT": ["v=spf1 ip6:2001:db8::/129 +all"]},
    "v6.example": {"TXT": ["v=spf1 exists:%{ir}.%{v}.ok.example -all"]},
    f"{'.'.join(reversed('20010db8000000000000000000000001'))}.ip6.ok.example": {"A": ["127.0.0.2"]},
    "urlescape.example": {"TXT": ["v=spf1 exists:%{L}.ok.example -all"]},
    "an%2bmuc.ok.example": {"A": ["127.0.0.2"]},
    "letters.example": {"TXT": ["v=spf1 exists:%{s}.%{o}.%{d}.%%.%_.%-.example -all"]},
    "p.example": {"TXT": ["v=spf1 exists:%{p}.ok.example -all"]},
    "7.2.0.192.in-addr.arpa": {"PTR": [*(f"h{n}.other.example." for n in range(12)), "host.p.example."]},
    "unknown.ok.example": {"A": ["127.0.0.2"]},
    "ptrtemp.example": {"TXT": ["v=spf1 ptr -all"]},
    "deep.example": {"TXT": ["v=spf1 redirect=deeper.example"]},
    "deeper.example": {"TXT": ["v=spf1 include:ip4.example redirect=last.example"]},
    "ip4.example": {"TXT": ["v=spf1 ip4:198.51.100.1"]},
    "last.example": {"TXT": ["v=spf1 ?all"]},
    "includebad.example": {"TXT": ["v=spf1 include:badexp.example +all"]},
    "slash.example": {"TXT": ["v=spf1 a:host.slash.example/24 -all"]},
    "host.slash.example": {"A": ["192.0.2.200"]},
    "emptyword.example": {"TXT": ["v=spf1  ip4:192.0.2.1   -all  "]},
}


@pytest.fixture(scope="module")
def further() -> Iterator[NameServer]:
    with name_server(FURTHER, {"8.2.0.192.in-addr.arpa": "servfail"}) as running:
        yield running


@pytest.mark.parametrize(
    ("domain", "ip", "result"),
    [
        pytest.param("exp.example", "198.51.100.1", "fail", id="an explanation is not asked for"),
        pytest.param("badexp.example", "192.0.2.1", "permerror", id="two explanations"),
        pytest.param("zero.example", "203.0.113.9", "pass", id="the whole of IPv4"),
        pytest.param("cidr.example", "192.0.2.1", "permerror", id="a prefix longer than an address"),
        pytest.param("cidrleft.example", "192.0.2.1", "permerror", id="a prefix that begins with zero"),
        pytest.param("cidr6.example", "2001:db8::1", "permerror", id="a prefix longer than an IPv6 address"),
        pytest.param("v6.example", "2001:db8::1", "pass", id="an IPv6 address in nibbles"),
        pytest.param("urlescape.example", "192.0.2.1", "pass", id="capital macros are escaped as in a URL"),
        pytest.param("letters.example", "192.0.2.1", "fail", id="a name that cannot be is no match"),
        pytest.param("p.example", "192.0.2.7", "pass", id="of many names of the client the first ten are looked at"),
        pytest.param("ptrtemp.example", "192.0.2.8", "fail", id="a failing PTR is no match and no error"),
        pytest.param("deep.example", "192.0.2.1", "neutral", id="include inside redirect inside redirect"),
        pytest.param("includebad.example", "192.0.2.1", "permerror", id="an include of a broken record"),
        pytest.param("slash.example", "192.0.2.1", "pass", id="a prefix behind a domain"),
        pytest.param("emptyword.example", "192.0.2.1", "pass", id="more blanks than one"),
    ],
)
def test_the_corners_of_the_grammar(further: NameServer, domain: str, ip: str, result: str) -> None:
    assert check_host(ip, "mta.client.example", f"an+muc@{domain}", Dns(further.resolver()).ask) == result
