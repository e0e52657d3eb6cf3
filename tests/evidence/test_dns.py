"""DNS answers as values: there, not there, not to be had; and asked once while they last."""

from datetime import timedelta

import pytest

from bridge.evidence.dns import FAILED, NONE, Dns, open_dns
from tests.servers.dns import name_server
from tests.servers.wait import LOOPBACK, free_port
from validation.evidence import DnsAnswer

ZONE = {
    "text.example": {"TXT": ["v=spf1 -all", "x" * 600]},
    "mail.example": {"MX": ["10 MX.Mail.example."], "A": ["192.0.2.1"], "AAAA": ["2001:db8::1"]},
    "alias.example": {"CNAME": ["text.example."]},
}


@pytest.mark.parametrize(
    ("name", "kind", "answer"),
    [
        pytest.param("text.example", "TXT", DnsAnswer("ok", ("v=spf1 -all", "x" * 600)), id="whole texts"),
        pytest.param("alias.example", "TXT", DnsAnswer("ok", ("v=spf1 -all", "x" * 600)), id="through an alias"),
        pytest.param("mail.example", "MX", DnsAnswer("ok", ("10 mx.mail.example",)), id="MX"),
        pytest.param("mail.example", "A", DnsAnswer("ok", ("192.0.2.1",)), id="A"),
        pytest.param("mail.example", "AAAA", DnsAnswer("ok", ("2001:db8::1",)), id="AAAA"),
        pytest.param("mail.example", "TXT", NONE, id="no such record"),
        pytest.param("absent.example", "TXT", NONE, id="no such name"),
        pytest.param("a..b", "TXT", NONE, id="a name that cannot be"),
        pytest.param("a" * 64 + ".example", "TXT", NONE, id="a label too long"),
        pytest.param("broken.example", "TXT", FAILED, id="the server fails"),
        pytest.param("silent.example", "TXT", FAILED, id="the server is silent"),
    ],
)
def test_a_question_has_one_answer(name: str, kind: str, answer: DnsAnswer) -> None:
    with name_server(ZONE, {"broken.example": "servfail", "silent.example": "timeout"}) as server:
        found = Dns(server.resolver(0.5)).ask(name, kind)
    assert (found.status, sorted(found.values)) == (answer.status, sorted(answer.values))


def test_an_answer_is_asked_for_once_while_it_lasts() -> None:
    with name_server(ZONE) as server:
        dns = Dns(server.resolver())
        assert dns.ask("text.example", "TXT") == dns.ask("text.example", "TXT")
        assert server.asked == [("text.example", "TXT")]


def test_what_failed_is_asked_for_again_after_a_while_and_not_at_once() -> None:
    now = [100.0]
    with name_server(ZONE, {"text.example": "servfail"}) as server:
        dns = Dns(server.resolver(), lambda: now[0])
        assert dns.ask("text.example", "TXT") == FAILED
        asked = len(server.asked)
        server.failures.clear()
        assert dns.ask("text.example", "TXT") == FAILED
        assert len(server.asked) == asked
        now[0] += 30
        assert dns.ask("text.example", "TXT").status == "ok"


def test_the_configured_name_server_is_asked() -> None:
    with name_server(ZONE) as server:
        dns = open_dns([f"{LOOPBACK}:{server.port}"], timedelta(seconds=2))
        assert dns.ask("mail.example", "A").values == ("192.0.2.1",)


def test_a_name_server_that_is_not_there_is_a_failure_within_its_time() -> None:
    dns = open_dns([f"{LOOPBACK}:{free_port()}"], timedelta(seconds=0.5))
    assert dns.ask("mail.example", "A") == FAILED


def test_what_is_no_address_is_refused_at_the_start() -> None:
    with pytest.raises(ValueError, match="IPv4 or IPv6"):
        open_dns(["resolver.example"], timedelta(seconds=1))
