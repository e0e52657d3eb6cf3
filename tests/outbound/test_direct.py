"""Straight to the mail servers of a domain: a real zone, a Postfix of many faces, and peers that fail on purpose."""

import asyncio
from collections.abc import Iterator, Sequence
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from outbound.content import whole
from outbound.handover import Handover
from outbound.policies import Policies
from outbound.refusal import Kind, refusal_of
from outbound.settings import OutboundSettings
from outbound.way import Direct, atlas_of
from store.delivery import Attempt, Delivered, Refused, TryLater, Unsure
from tests.outbound.exchange import FACES, NOBODY, POLICED, SCRIPTED, World, world
from tests.outbound.scripted import HANG_UP, OFFER, SILENCE, scripted
from tests.servers.dns import name_server

_CONTENT = b"From: <a@office.example>\r\nTo: <b@example.org>\r\n\r\nline\r\n"
_LETTER = Handover("018f", "bounce+x@office.example", "", whole(_CONTENT))

ZONE = {
    **{f"{name}.mx.example": {"A": [address]} for name, (address, _) in FACES.items()},
    "nobody.mx.example": {"A": [NOBODY]},
    "scripted.mx.example": {"A": [SCRIPTED]},
    "both.mx.example": {"AAAA": ["::1"], "A": [FACES["plain"][0]]},
    "aliased.example": {"CNAME": ["second.example."]},
    "second.example": {"MX": ["20 plain.mx.example.", "10 nobody.mx.example."]},
    "xn--cng-ty-ixa.example": {"MX": ["10 plain.mx.example."]},
    "both.example": {"MX": ["10 both.mx.example."]},
    "implicit.example": {"A": [FACES["plain"][0]]},
    "null.example": {"MX": ["0 ."]},
    "nowhere.example": {"MX": ["10 gone.mx.example."]},
    "ours.example": {"MX": ["10 office.example.", "20 plain.mx.example."]},
    "backup.example": {"MX": ["20 office.example.", "10 plain.mx.example."]},
    "greylisted.example": {"MX": ["10 defers.mx.example.", "20 plain.mx.example."]},
    "deferred.example": {"MX": ["10 defers.mx.example."]},
    "refused.example": {"MX": ["10 refuses.mx.example.", "20 plain.mx.example."]},
    "tls.example": {"MX": ["10 tls.mx.example."]},
    "ascii.example": {"MX": ["10 no-utf8.mx.example."]},
    "small.example": {"MX": ["10 small.mx.example."]},
    "faulty.example": {"MX": ["10 scripted.mx.example.", "20 plain.mx.example."]},
    POLICED: {"A": [FACES["tls"][0]]},
    **{f"mta-sts.{name}.example": {"A": ["127.0.0.1"]} for name in ("policed", "elsewhere", "testing")},
    **{f"_mta-sts.{name}.example": {"TXT": ["v=STSv1; id=20261122;"]} for name in ("policed", "elsewhere", "testing")},
    "policed.example": {"MX": ["5 plain.mx.example.", f"10 {POLICED}."]},
    "elsewhere.example": {"MX": ["10 plain.mx.example."]},
    "testing.example": {"MX": ["10 plain.mx.example."]},
}


@pytest.fixture(scope="module")
def mail_world(tmp_path_factory: pytest.TempPathFactory) -> Iterator[World]:
    """One for all tests here: they write to addresses of their own."""
    with name_server(ZONE) as names, world(tmp_path_factory.mktemp("world"), names) as made:
        yield made


def send(
    at: World,
    *letters: Handover | str,
    settings: OutboundSettings | None = None,
    folder: Path | None = None,
    now: datetime | None = None,
) -> list[Attempt]:
    """Letters to one domain, over one way; an address alone stands for a small letter to it."""
    config = settings or at.settings()
    given = [replace(_LETTER, recipient=one) if isinstance(one, str) else one for one in letters]

    async def main() -> list[Attempt]:
        names = at.resolver()
        moment = now or datetime.now(UTC)
        policies = Policies(names, folder, at.authorities, at.site.port, lambda: moment)
        way = Direct(config, given[0].recipient.rpartition("@")[2], atlas_of(config, names, policies, lambda: 0.5))
        attempts = [await way.send(letter) for letter in given]
        await way.end()
        return attempts

    return asyncio.run(main())


@pytest.mark.parametrize(
    ("recipient", "encrypted"),
    [
        pytest.param("mx@second.example", False, id="the second server, where nobody answers at the first"),
        pytest.param("alias@aliased.example", False, id="the servers of the name that an alias stands for"),
        pytest.param("four@both.example", False, id="IPv4, where nobody answers by IPv6"),
        pytest.param("implicit@implicit.example", False, id="the domain itself, where it names no server"),
        pytest.param("[literal]@[127.0.0.2]", False, id="an address in place of a domain"),
        pytest.param("backup@backup.example", False, id="the server before us, where we are one of them"),
        pytest.param("grey@greylisted.example", False, id="the second server, where the first says not now"),
        pytest.param("tls@tls.example", True, id="encrypted, where it is offered"),
    ],
)
def test_a_letter_arrives(mail_world: World, recipient: str, encrypted: bool) -> None:
    recipient = recipient.replace("[literal]", "literal")
    (attempt,) = send(mail_world, recipient)
    assert isinstance(attempt, Delivered), attempt
    if "[" not in recipient:
        (letter,) = mail_world.postfix.wait_for(recipient)
        assert (b"ESMTPS" in letter.raw) is encrypted


@pytest.mark.parametrize(
    ("recipient", "kind", "enhanced"),
    [
        pytest.param("a@null.example", Refused, "5.1.10", id="a domain that takes no mail"),
        pytest.param("a@no-such-name.example", Refused, "5.1.2", id="no such domain"),
        pytest.param("a@nowhere.example", Refused, "5.4.4", id="a server without address"),
        pytest.param("a@ours.example", Refused, "5.4.6", id="a domain whose best server we are"),
        pytest.param("a@refused.example", Refused, "5.7.1", id="refused: no other server is asked"),
        pytest.param("a@deferred.example", TryLater, "4.3.2", id="every server says not now"),
        pytest.param("người@ascii.example", Refused, "5.6.7", id="no SMTPUTF8"),
    ],
)
def test_a_letter_does_not_arrive(mail_world: World, recipient: str, kind: type[Attempt], enhanced: str) -> None:
    (attempt,) = send(mail_world, recipient)
    assert type(attempt) is kind
    assert attempt.reply.enhanced == enhanced
    assert attempt.reply.cause


def test_a_domain_beyond_ascii_is_asked_for_in_its_ascii_form(mail_world: World) -> None:
    (attempt,) = send(mail_world, "idn@công-ty.example")
    assert isinstance(attempt, Delivered), attempt
    mail_world.postfix.wait_for("idn@xn--cng-ty-ixa.example")


def test_a_name_server_that_is_away_ends_no_letter(mail_world: World) -> None:
    mail_world.names.failures["away.example"] = "servfail"
    (attempt,) = send(mail_world, "a@away.example")
    assert isinstance(attempt, TryLater)
    assert attempt.reply.enhanced == "4.4.3"


def test_an_ascii_address_needs_no_smtputf8(mail_world: World) -> None:
    (attempt,) = send(mail_world, "plain@ascii.example")
    assert isinstance(attempt, Delivered)


def test_what_is_larger_than_announced_is_not_even_begun(mail_world: World) -> None:
    large = replace(_LETTER, recipient="large@small.example", message=whole(_CONTENT + (b"x" * 76 + b"\r\n") * 500))
    attempt, small = send(mail_world, large, "small@small.example")
    assert isinstance(attempt, Refused)
    assert refusal_of(attempt.reply).kind is Kind.POLICY
    assert isinstance(small, Delivered)


@pytest.mark.parametrize(
    ("answers", "offer"),
    [
        pytest.param({"GREETING": SILENCE}, OFFER, id="says nothing"),
        pytest.param({"GREETING": "554 5.3.2 not here"}, OFFER, id="turns everybody away"),
        pytest.param({"RCPT": HANG_UP}, OFFER, id="hangs up in the middle"),
        pytest.param({"DATA": "451 4.3.0 disk"}, [*OFFER, "PIPELINING"], id="cannot take data, and hears all at once"),
    ],
)
def test_a_faulty_server_leaves_the_letter_to_the_next(
    mail_world: World, answers: dict[str, str], offer: Sequence[str], request: pytest.FixtureRequest
) -> None:
    config = mail_world.settings(connect_timeout=timedelta(seconds=0.5), command_timeout=timedelta(seconds=0.5))
    recipient = f"faulty{abs(hash(request.node.callspec.id))}@faulty.example"
    with scripted(answers, offer, place=(SCRIPTED, mail_world.postfix.port)) as server:
        (attempt,) = send(mail_world, recipient, settings=config)
        assert server.connections == 1
    assert isinstance(attempt, Delivered)
    mail_world.postfix.wait_for(recipient)


def test_a_server_that_may_have_the_letter_is_the_last_that_is_asked(mail_world: World) -> None:
    with scripted({".": HANG_UP}, place=(SCRIPTED, mail_world.postfix.port)) as server:
        (attempt,) = send(mail_world, "unsure@faulty.example")
        assert len(server.messages) == 1
    assert isinstance(attempt, Unsure)
    assert mail_world.postfix.letters("unsure@faulty.example") == []


def test_encryption_that_fails_is_no_reason_not_to_send(mail_world: World) -> None:
    with scripted(
        {"STARTTLS": "454 4.7.0 not now"}, [*OFFER, "STARTTLS"], place=(SCRIPTED, mail_world.postfix.port)
    ) as s:
        (attempt,) = send(mail_world, "tls@faulty.example")
        assert (isinstance(attempt, Delivered), s.connections, len(s.messages)) == (True, 2, 1)


def test_letters_to_one_domain_share_a_connection(mail_world: World) -> None:
    with scripted({}, [*OFFER, "PIPELINING"], place=(SCRIPTED, mail_world.postfix.port)) as server:
        attempts = send(mail_world, *["a@faulty.example"] * 3)
        assert {type(one) for one in attempts} == {Delivered}
        assert server.connections == 1


def test_a_refusal_in_a_pipeline_is_that_of_its_command(mail_world: World) -> None:
    answers = {"RCPT": ["550 5.1.1 unknown", "250 2.1.5 ok"], "DATA": ["354 nonetheless", "354 go on"]}
    with scripted(answers, [*OFFER, "PIPELINING"], place=(SCRIPTED, mail_world.postfix.port)) as server:
        first, second = send(mail_world, "a@faulty.example", "b@faulty.example")
        assert server.messages == [b"", _CONTENT]
        assert server.connections == 1
    assert isinstance(first, Refused)
    assert first.reply.enhanced == "5.1.1"
    assert isinstance(second, Delivered)


def test_a_policy_is_kept_to(mail_world: World) -> None:
    mail_world.site.publish("policed.example", "enforce", POLICED)
    (attempt,) = send(mail_world, "a@policed.example")
    assert isinstance(attempt, Delivered), attempt
    # The better server is not in the policy: it was passed over.
    (letter,) = mail_world.postfix.wait_for("a@policed.example")
    assert b"ESMTPS" in letter.raw


@pytest.mark.parametrize(
    ("domain", "mode", "mx", "kind"),
    [
        pytest.param("elsewhere.example", "enforce", "other.mx.example", TryLater, id="no server of the policy"),
        pytest.param("elsewhere.example", "enforce", "*.mx.example", TryLater, id="a server that does not encrypt"),
        pytest.param("testing.example", "testing", "other.mx.example", Delivered, id="a policy that is only tried"),
        pytest.param("elsewhere.example", "none", "other.mx.example", Delivered, id="a policy given up"),
    ],
)
def test_what_a_policy_demands(mail_world: World, domain: str, mode: str, mx: str, kind: type[Attempt]) -> None:
    mail_world.site.publish(domain, mode, mx)
    (attempt,) = send(mail_world, f"a@{domain}")
    assert type(attempt) is kind
    if kind is TryLater:
        assert attempt.reply.enhanced.startswith("4.7")


def test_a_policy_that_was_seen_holds_though_dns_and_host_are_silent(mail_world: World, tmp_path: Path) -> None:
    mail_world.site.publish("elsewhere.example", "enforce", "other.mx.example", age=3600)
    assert isinstance(send(mail_world, "a@elsewhere.example", folder=tmp_path)[0], TryLater)
    mail_world.names.failures["_mta-sts.elsewhere.example"] = "servfail"
    try:
        asked = len(mail_world.site.asked)
        assert isinstance(send(mail_world, "a@elsewhere.example", folder=tmp_path)[0], TryLater)
        assert len(mail_world.site.asked) == asked
        later = datetime.now(UTC) + timedelta(hours=2)
        assert isinstance(send(mail_world, "a@elsewhere.example", folder=tmp_path, now=later)[0], Delivered)
    finally:
        del mail_world.names.failures["_mta-sts.elsewhere.example"]


@pytest.mark.parametrize(
    "said",
    [
        pytest.param((301, "text/plain", "https://evil.example/"), id="leads elsewhere"),
        pytest.param((200, "text/html", "version: STSv1"), id="a page"),
        pytest.param((200, "text/plain", "version: STSv2\nmode: enforce\n"), id="another version"),
        pytest.param((404, "text/plain", ""), id="nothing"),
    ],
)
def test_what_is_no_policy_demands_nothing(mail_world: World, said: tuple[int, str, str]) -> None:
    mail_world.site.said["mta-sts.elsewhere.example"] = said
    assert isinstance(send(mail_world, "b@elsewhere.example")[0], Delivered)


def test_a_policy_host_whose_certificate_is_anothers_is_not_believed(mail_world: World) -> None:
    mail_world.site.publish("null.example", "enforce", "other.mx.example")
    mail_world.names.zone["_mta-sts.implicit.example"] = {"TXT": ["v=STSv1; id=1"]}
    mail_world.names.zone["mta-sts.implicit.example"] = {"A": ["127.0.0.1"]}
    mail_world.site.publish("implicit.example", "enforce", "other.mx.example")
    assert isinstance(send(mail_world, "policy@implicit.example")[0], Delivered)
