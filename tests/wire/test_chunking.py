"""BDAT: counted octets are content whatever they look like; a piece that is refused is read, never obeyed."""

from dataclasses import replace

from tests.wire.conftest import OpenDoor
from tests.wire.served import SETTINGS, Served
from tests.wire.talk import talk

_ENVELOPE = """
    S: 220 *
    C: EHLO me.example
    S: 250-*
    C: MAIL FROM:<a@b.example>
    S: 250 *
    C: RCPT TO:<x@ours.example>
    S: 250 *
"""


def test_pieces_make_one_mail_and_dots_are_only_dots(door: Served) -> None:
    talk(
        door.port,
        _ENVELOPE
        + r"""
        R: BDAT 9\r\na\r\n.\r\n..\r
        S: 250 2.0.0 9 octets received
        R: bdat 3 last\r\n\nb!
        S: 250 2.0.0 Kept *
        C: QUIT
        S: 221 *
        """,
    )
    assert [mail.content for mail in door.store.mails()] == [b"a\r\n.\r\n..\r\nb!"]


def test_an_empty_last_piece_ends_the_mail(door: Served) -> None:
    talk(
        door.port,
        _ENVELOPE
        + r"""
        R: BDAT 3\r\nx\r\nBDAT 0 LAST\r\n
        S: 250 *
        S: 250 2.0.0 Kept *
        """,
    )
    assert [mail.content for mail in door.store.mails()] == [b"x\r\n"]


def test_a_bare_line_end_is_refused_at_the_end(door: Served) -> None:
    talk(
        door.port,
        _ENVELOPE
        + r"""
        R: BDAT 3\r\na\r\rBDAT 1 LAST\r\nb
        S: 250 *
        S: 550 5.6.0 *
        C: NOOP
        S: 250 *
        """,
    )
    assert door.store.mails() == []


def test_octets_of_a_refused_piece_are_not_commands(door: Served) -> None:
    talk(
        door.port,
        r"""
        S: 220 *
        C: EHLO me.example
        S: 250-*
        R: BDAT 8 LAST\r\nEXPN a\r\nNOOP\r\n
        S: 503 5.5.1 *
        S: 250 *
        C: MAIL FROM:<a@b.example>
        S: 250 *
        R: BDAT 8 LAST\r\nEXPN a\r\nNOOP\r\n
        S: 554 5.5.1 *
        S: 250 *
        """,
    )


def test_data_and_recipients_may_not_follow_a_piece_but_a_reset_may(door: Served) -> None:
    talk(
        door.port,
        _ENVELOPE
        + r"""
        R: BDAT 1\r\nx
        S: 250 *
        C: DATA
        S: 503 5.5.1 *
        C: RCPT TO:<y@ours.example>
        S: 503 5.5.1 *
        C: RSET
        S: 250 *
        C: MAIL FROM:<a@b.example>
        S: 250 *
        """,
    )
    assert door.store.mails() == []
    assert door.store.spooled() == []


def test_a_piece_without_a_size_ends_the_connection(door: Served) -> None:
    for argument in ("", "x", "-1", "5 FIRST", "5 LAST NOW", "٣", "5 LA\u017fT", "5\u00a0LAST"):
        talk(door.port, f"{_ENVELOPE}\nC: BDAT {argument}\nS: 501 5.5.4 *\nEOF")


def test_pieces_beyond_the_size_are_refused_and_nothing_stays(open_door: OpenDoor) -> None:
    door = open_door(replace(SETTINGS, max_size=100_000))
    body = "x" * 60_000
    talk(
        door.port,
        _ENVELOPE
        + rf"""
        R: BDAT 60000\r\n{body}
        S: 250 *
        R: BDAT 60000\r\n{body}
        S: 552 5.3.4 *
        R: BDAT 60000 LAST\r\n{body}
        S: 503 5.5.1 *
        C: NOOP
        S: 250 *
        """,
    )
    assert door.store.mails() == []
    assert door.store.spooled() == []


def test_a_piece_of_a_size_beyond_reason_is_not_read_to_its_end(open_door: OpenDoor) -> None:
    door = open_door(replace(SETTINGS, max_size=1_000))
    talk(
        door.port,
        _ENVELOPE
        + rf"""
        R: BDAT 999999999999\r\n{"x" * 20_000}
        S: 552 5.3.4 *
        EOF
        """,
    )
