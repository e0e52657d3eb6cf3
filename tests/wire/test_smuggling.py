"""Look-alikes of the end of data never end it, and a mail that holds one is refused: one mail, or none, never two."""

import pytest

from tests.wire.served import Served
from tests.wire.talk import Peer, talk

_HELLO = """
    S: 220 *
    C: EHLO evil.example
    S: 250-*
"""

_ENVELOPE = """
    C: MAIL FROM:<a@evil.example>
    S: 250 *
    C: RCPT TO:<vanthu@ours.example>
    S: 250 *
    C: DATA
    S: 354 *
"""

LOOK_ALIKES = [
    pytest.param(b"\n.\n", id="LF . LF"),
    pytest.param(b"\n.\r\n", id="LF . CR LF"),
    pytest.param(b"\r\n.\n", id="CR LF . LF"),
    pytest.param(b"\r.\r", id="CR . CR"),
    pytest.param(b"\r.\r\n", id="CR . CR LF"),
    pytest.param(b"\r\n.\r", id="CR LF . CR"),
    pytest.param(b"\n.\r", id="LF . CR"),
    pytest.param(b"\r.\n", id="CR . LF"),
    pytest.param(b"\r\r\n.\r\r\n", id="CR CR LF . CR CR LF"),
    pytest.param(b"\r\n\x00.\r\n\r", id="CR LF NUL . CR LF, then CR alone"),
    pytest.param(b"\n\n.\r\n", id="LF LF . CR LF"),
]


@pytest.mark.parametrize("look_alike", LOOK_ALIKES)
def test_a_look_alike_of_the_end_carries_no_second_mail(door: Served, look_alike: bytes) -> None:
    smuggled = b"MAIL FROM:<x@bank.example>\r\nRCPT TO:<vanthu@ours.example>\r\nDATA\r\nSubject: smuggled\r\n\r\nhi"
    with Peer(door.port) as peer:
        peer.talk(_HELLO + _ENVELOPE)
        peer.send(b"Subject: outer\r\n\r\nhi" + look_alike + smuggled + b"\r\n.\r\n")
        peer.expect("550 5.6.0 *")
        peer.talk("""
            C: NOOP
            S: 250 *
            C: QUIT
            S: 221 *
            EOF
        """)
    assert door.store.mails() == []
    assert door.store.spooled() == []


def test_a_refused_mail_does_not_harm_the_next(door: Served) -> None:
    with Peer(door.port) as peer:
        peer.talk(_HELLO + _ENVELOPE)
        peer.send(b"a\nb\r\n.\r\n")
        peer.expect("550 5.6.0 *")
        peer.talk(_ENVELOPE)
        peer.send(b"a\r\nb\r\n.\r\n")
        peer.expect("250 2.0.0 *")
    assert [mail.content for mail in door.store.mails()] == [b"a\r\nb\r\n"]


@pytest.mark.parametrize(
    "command",
    [
        pytest.param(r"NOOP\n", id="LF alone"),
        pytest.param(r"NOOP\rNOOP\r\n", id="CR inside"),
        pytest.param(r"NOOP\r\r\n", id="CR doubled"),
        pytest.param(r"NOOP \x00\r\n", id="NUL"),
        pytest.param(r"MAIL FROM:<a\x1b@b.example>\r\n", id="escape in an address"),
        pytest.param(r"NOOP \x7f\r\n", id="delete"),
    ],
)
def test_a_command_with_a_bare_line_end_or_a_control_is_refused(shared_door: Served, command: str) -> None:
    talk(
        shared_door.port,
        f"""
        S: 220 *
        R: {command}
        S: 500 5.5.2 *
        C: NOOP
        S: 250 *
        """,
    )


def test_each_line_that_ends_in_lf_is_answered_once(door: Served) -> None:
    talk(
        door.port,
        r"""
        S: 220 *
        R: EHLO a\nMAIL FROM:<a@b.example>\n
        S: 500 5.5.2 *
        S: 500 5.5.2 *
        """,
    )
