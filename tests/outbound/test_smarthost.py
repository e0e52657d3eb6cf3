"""One conversation with a smarthost: what each answer, silence and break becomes, and what goes over the wire."""

import asyncio
import base64
import ssl
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest
import uvloop

from outbound.content import whole
from outbound.handover import Handover
from outbound.settings import OutboundSettings
from outbound.way import smarthost
from store.delivery import Attempt, Delivered, Refused, TryLater, Unsure
from tests.outbound.scripted import DEAF, HANG_UP, OFFER, SILENCE, Scripted, scripted
from tests.servers.clients import smtp_sink
from tests.servers.postfix import PostfixSink
from tests.servers.wait import LOOPBACK, free_port

_CONTENT = b"From: <a@office.example>\r\nTo: <b@example.org>\r\n\r\nline\r\n.\r\n..two\r\n"
_LETTER = Handover("018f", "bounce+x@office.example", "b@example.org", whole(_CONTENT))


def settings(port: int, **changes: object) -> OutboundSettings:
    base = OutboundSettings(
        smarthost=f"{LOOPBACK}:{port}",
        hostname="office.example",
        tls="none",
        connect_timeout=timedelta(seconds=2),
        command_timeout=timedelta(seconds=0.5),
        data_timeout=timedelta(seconds=0.5),
        final_timeout=timedelta(seconds=0.5),
    )
    return replace(base, **changes)  # type: ignore[arg-type]


Loop = Callable[[], asyncio.AbstractEventLoop]

LOOPS = [pytest.param(asyncio.new_event_loop, id="asyncio"), pytest.param(uvloop.new_event_loop, id="uvloop")]


def send(
    config: OutboundSettings, *letters: Handover, password: str = "", loop: Loop = asyncio.new_event_loop
) -> list[Attempt]:
    async def talk() -> list[Attempt]:
        conversation = smarthost(config, password)
        attempts = [await conversation.send(letter) for letter in letters]
        await conversation.end()
        return attempts

    with asyncio.Runner(loop_factory=loop) as runner:
        return runner.run(talk())


@pytest.mark.parametrize(
    ("answers", "kind", "code", "enhanced"),
    [
        pytest.param({}, Delivered, 250, "2.0.0", id="taken"),
        pytest.param({".": "250 ok without an enhanced code"}, Delivered, 250, "2.0.0", id="taken, no enhanced code"),
        pytest.param({"GREETING": "554 5.7.1 go away"}, TryLater, 554, "5.7.1", id="turned away at the door"),
        pytest.param({"GREETING": "421 4.3.2 closing"}, TryLater, 421, "4.3.2", id="closed at the door"),
        pytest.param({"GREETING": HANG_UP}, TryLater, 451, "4.4.1", id="hangs up at the door"),
        pytest.param({"MAIL": "550 5.7.1 not you"}, Refused, 550, "5.7.1", id="reverse path refused"),
        pytest.param({"MAIL": "530 5.7.0 TLS first"}, TryLater, 530, "5.7.0", id="wants TLS: the administrator's slip"),
        pytest.param({"RCPT": "550 5.1.1 unknown"}, Refused, 550, "5.1.1", id="recipient unknown"),
        pytest.param({"RCPT": "450 4.2.0 greylisted"}, TryLater, 450, "4.2.0", id="recipient deferred"),
        pytest.param({"RCPT": "552 5.2.2 mailbox full"}, Refused, 552, "5.2.2", id="mailbox full"),
        pytest.param({"RCPT": "552 too many"}, TryLater, 552, "5.0.0", id="552 without saying the mailbox is full"),
        pytest.param({"RCPT": "251 2.1.5 will forward"}, Delivered, 250, "2.0.0", id="recipient forwarded"),
        pytest.param({"RCPT": HANG_UP}, TryLater, 451, "4.4.2", id="hangs up at RCPT"),
        pytest.param({"RCPT": SILENCE}, TryLater, 451, "4.4.2", id="silent at RCPT"),
        pytest.param({"DATA": "554 5.5.1 no valid"}, Refused, 554, "5.5.1", id="DATA refused"),
        pytest.param({".": "554 5.7.1 content"}, Refused, 554, "5.7.1", id="message refused"),
        pytest.param({".": "451 4.3.0 disk"}, TryLater, 451, "4.3.0", id="message deferred"),
        pytest.param({".": HANG_UP}, Unsure, 451, "4.4.2", id="hangs up after the last byte"),
        pytest.param({".": SILENCE}, Unsure, 451, "4.4.2", id="silent after the last byte"),
        pytest.param({".": "gibberish"}, Unsure, 451, "4.5.0", id="gibberish after the last byte"),
        pytest.param({".": "354 more"}, Unsure, 451, "4.5.0", id="an answer that means nothing there"),
        pytest.param({"RCPT": "gibberish"}, TryLater, 451, "4.5.0", id="gibberish at RCPT"),
    ],
)
def test_an_answer_becomes_an_attempt(
    answers: Mapping[str, str], kind: type[Attempt], code: int, enhanced: str
) -> None:
    with scripted(answers) as server:
        (attempt,) = send(settings(server.port), _LETTER)
    assert type(attempt) is kind
    assert (attempt.reply.code, attempt.reply.enhanced) == (code, enhanced)
    assert attempt.reply.text
    assert attempt.reply.cause


def test_nobody_listens() -> None:
    (attempt,) = send(settings(free_port()), _LETTER)
    assert isinstance(attempt, TryLater)
    assert attempt.reply.enhanced == "4.4.1"


def big() -> Handover:
    return replace(
        _LETTER, message=whole(b"Subject: big\r\n\r\n" + b"x" * 70 + b"\r\n" + (b"y" * 76 + b"\r\n") * 400_000)
    )


def test_a_refusal_in_the_middle_of_the_message_is_heard() -> None:
    with scripted({"EARLY": "552 5.3.4 enough"}, [*OFFER[:1], "DSN"]) as server:
        (attempt,) = send(settings(server.port), big())
    assert isinstance(attempt, Refused)
    assert attempt.reply.enhanced == "5.3.4"


@pytest.mark.parametrize("early", [pytest.param(HANG_UP, id="hangs up"), pytest.param(DEAF, id="takes no more")])
@pytest.mark.parametrize("loop", LOOPS)
def test_a_break_before_the_last_byte_is_never_unsure(early: str, loop: Loop) -> None:
    with scripted({"EARLY": early}, [*OFFER[:1], "DSN"]) as server:
        (attempt,) = send(settings(server.port), big(), loop=loop)
    assert isinstance(attempt, TryLater)
    assert attempt.reply.enhanced == "4.4.2"


def test_the_final_dot_has_its_own_patience() -> None:
    with scripted({".": SILENCE}) as server:
        config = settings(server.port, command_timeout=timedelta(minutes=5), final_timeout=timedelta(seconds=0.2))
        (attempt,) = send(config, _LETTER)
    assert isinstance(attempt, Unsure)


@pytest.mark.parametrize(
    ("letter", "offer", "enhanced"),
    [
        pytest.param(_LETTER, ["x", "SIZE 20"], "5.3.4", id="larger than the offer"),
        pytest.param(replace(_LETTER, recipient="người@example.org"), ["x", "8BITMIME"], "5.6.7", id="no SMTPUTF8"),
        pytest.param(
            replace(_LETTER, message=whole(b"Subject: x\r\n\r\n\xc4\x91\r\n")), ["x", "DSN"], "5.6.3", id="no 8BITMIME"
        ),
        pytest.param(replace(_LETTER, recipient='"b\r\nRSET\r\n"@y.example'), OFFER, "5.1.3", id="CR LF in an address"),
        pytest.param(
            replace(_LETTER, recipient="b@y.example> NOTIFY=NEVER"), OFFER, "5.1.3", id="an option in an address"
        ),
        pytest.param(replace(_LETTER, sender="a b@y.example"), OFFER, "5.1.3", id="an unfit reverse path"),
        pytest.param(
            replace(_LETTER, message=whole(b"a: b\r\n\r\nx\n.\nQUIT\r\n")),
            OFFER,
            "5.6.0",
            id="a bare LF in the message",
        ),
    ],
)
def test_what_cannot_go_is_refused_before_mail(letter: Handover, offer: Sequence[str], enhanced: str) -> None:
    with scripted({}, offer) as server:
        (attempt,) = send(settings(server.port), letter)
    assert isinstance(attempt, Refused)
    assert attempt.reply.enhanced == enhanced
    assert not [line for line in server.commands if line.startswith(("MAIL", "RCPT", "DATA"))]


def spoken(server: Scripted, verb: str) -> list[str]:
    return [line for line in server.commands if line.startswith(verb)]


def test_a_letter_asks_for_reports_and_a_receipt_for_none() -> None:
    receipt = replace(_LETTER, sender="", id="a+b=c")
    with scripted({}) as server:
        send(settings(server.port), _LETTER, receipt)
    size = len(_CONTENT)
    assert spoken(server, "MAIL") == [
        f"MAIL FROM:<bounce+x@office.example> SIZE={size} RET=HDRS ENVID=018f",
        f"MAIL FROM:<> SIZE={size} RET=HDRS ENVID=a+2Bb+3Dc",
    ]
    assert spoken(server, "RCPT") == [
        "RCPT TO:<b@example.org> NOTIFY=SUCCESS,FAILURE,DELAY ORCPT=rfc822;b@example.org",
        "RCPT TO:<b@example.org> NOTIFY=NEVER ORCPT=rfc822;b@example.org",
    ]


def test_an_address_beyond_ascii_goes_with_smtputf8_and_a_domain_in_its_ascii_form() -> None:
    with scripted({}) as server:
        (attempt,) = send(settings(server.port), replace(_LETTER, recipient="người@công-ty.example"))
    assert isinstance(attempt, Delivered)
    assert spoken(server, "MAIL")[0].split()[-3:] == ["SMTPUTF8", "RET=HDRS", "ENVID=018f"]
    assert spoken(server, "RCPT") == ["RCPT TO:<người@xn--cng-ty-ixa.example> NOTIFY=SUCCESS,FAILURE,DELAY"]


@pytest.mark.parametrize("loop", LOOPS)
def test_a_next_hop_that_answers_at_once_is_always_heard(loop: Loop) -> None:
    with scripted({}) as server:
        attempts = send(settings(server.port), *[_LETTER] * 200, loop=loop)
    assert {type(attempt) for attempt in attempts} == {Delivered}


def test_only_dots_are_doubled() -> None:
    with scripted({}) as server:
        send(settings(server.port), _LETTER, replace(_LETTER, message=whole(b".\r\n\r\n")))
    assert server.messages == [_CONTENT.replace(b"\r\n.", b"\r\n.."), b"..\r\n\r\n"]


def test_letters_share_a_connection_also_after_a_refusal() -> None:
    with scripted({"RCPT": ["250 2.1.5 ok", "550 5.1.1 no", "250 2.1.5 ok"]}) as server:
        attempts = send(settings(server.port), _LETTER, _LETTER, _LETTER)
    assert [type(attempt) for attempt in attempts] == [Delivered, Refused, Delivered]
    assert server.connections == 1


def test_a_connection_is_renewed_after_its_share_of_letters() -> None:
    with scripted({}) as server:
        send(settings(server.port, letters_per_connection=2), *[_LETTER] * 5)
    assert server.connections == 3


def test_a_connection_that_was_closed_while_idle_is_opened_anew() -> None:
    with scripted({"MAIL": ["250 ok", "421 4.4.2 idle too long", "250 ok"]}) as server:
        attempts = send(settings(server.port), _LETTER, _LETTER)
    assert [type(attempt) for attempt in attempts] == [Delivered, Delivered]
    assert server.connections == 2


@pytest.mark.parametrize(
    ("answers", "offer"),
    [
        pytest.param({"AUTH": "535 5.7.8 wrong"}, ["x", "AUTH PLAIN"], id="wrong password"),
        pytest.param({}, ["x", "DSN"], id="AUTH is not offered"),
    ],
)
def test_a_login_that_fails_returns_no_letter_to_its_sender(answers: Mapping[str, str], offer: Sequence[str]) -> None:
    with scripted(answers, offer) as server:
        (attempt,) = send(settings(server.port, user="bridge"), _LETTER, password="secret")
    assert isinstance(attempt, TryLater)
    assert "secret" not in repr(attempt)


def test_a_login_goes_before_the_letter() -> None:
    with scripted({"AUTH": "235 2.7.0 welcome"}, ["x", "AUTH PLAIN"]) as server:
        (attempt,) = send(settings(server.port, user="bridge"), _LETTER, password="secret")
    assert isinstance(attempt, Delivered)
    assert base64.b64decode(spoken(server, "AUTH PLAIN")[0].split()[-1]) == b"\0bridge\0secret"
    assert [line.split()[0] for line in server.commands[:3]] == ["EHLO", "AUTH", "MAIL"]


def test_a_server_that_knows_no_ehlo_is_greeted_as_in_1982() -> None:
    with scripted({"EHLO": "502 5.5.1 what"}) as server:
        (attempt,) = send(settings(server.port), _LETTER)
    assert isinstance(attempt, Delivered)
    assert spoken(server, "MAIL") == ["MAIL FROM:<bounce+x@office.example>"]


def test_a_peer_that_takes_a_letter_drop_by_drop_does_not_outlive_its_lease() -> None:
    short = timedelta(seconds=0.2)
    with scripted({"DRIP": ""}, [*OFFER[:1], "DSN"]) as server:
        config = settings(
            server.port,
            connect_timeout=short,
            command_timeout=short,
            final_timeout=short,
            data_timeout=timedelta(seconds=5),
            lease=timedelta(seconds=2),
        )
        begun = time.monotonic()
        (attempt,) = send(config, big())
    assert isinstance(attempt, TryLater)
    assert 1.5 < time.monotonic() - begun < 5


def test_tls_that_is_demanded_and_not_offered_stops_the_letter() -> None:
    with scripted({}) as server:
        (attempt,) = send(settings(server.port, tls="starttls"), _LETTER)
    assert isinstance(attempt, TryLater)
    assert not spoken(server, "MAIL")


def test_postfix_takes_a_letter_over_checked_tls(postfix_sink: PostfixSink) -> None:
    config = settings(
        postfix_sink.port,
        tls="starttls",
        ca_file=postfix_sink.certificate.certificate,
        command_timeout=timedelta(seconds=20),
        final_timeout=timedelta(seconds=20),
    )
    (attempt,) = send(config, _LETTER)
    assert isinstance(attempt, Delivered), attempt
    (letter,) = postfix_sink.wait_for("b@example.org")
    assert letter.return_path == "bounce+x@office.example"
    assert letter.raw.replace(b"\r\n", b"\n").endswith(_CONTENT.replace(b"\r\n", b"\n").partition(b"\n\n")[2])


def test_a_certificate_of_nobody_known_stops_the_letter(postfix_sink: PostfixSink) -> None:
    (attempt,) = send(settings(postfix_sink.port, tls="starttls"), _LETTER)
    assert isinstance(attempt, TryLater)
    assert attempt.reply.enhanced == "4.7.5"
    assert ssl.SSLCertVerificationError.__name__ in attempt.reply.cause


def test_smtp_sink_that_hangs_up_after_the_dot_leaves_us_unsure(tmp_path: Path) -> None:
    with smtp_sink(tmp_path / "sink.log", hang_up=["."]) as sink:
        (attempt,) = send(settings(sink.port), _LETTER)
    assert isinstance(attempt, Unsure)
