"""Every limit has its reply, and none of them harms the peers beside it."""

import time
from collections.abc import Awaitable
from dataclasses import replace
from datetime import timedelta
from functools import partial

import pytest

from smtp_in.pace import Pace
from tests.servers.wait import wait_until
from tests.wire.conftest import OpenDoor
from tests.wire.served import SETTINGS, Served
from tests.wire.talk import Peer, talk

_HELLO = """
    S: 220 *
    C: EHLO me.example
    S: 250-*
"""
_ENVELOPE = (
    _HELLO
    + """
    C: MAIL FROM:<a@b.example>
    S: 250 *
    C: RCPT TO:<x@ours.example>
    S: 250 *
"""
)
_SHORT = timedelta(seconds=0.2)


def test_a_size_announced_beyond_the_limit_is_refused_at_once(shared_door: Served) -> None:
    talk(shared_door.port, _HELLO + "C: MAIL FROM:<a@b.example> SIZE=5000001\nS: 552 5.3.4 *")


def test_a_mail_beyond_the_limit_is_refused_when_it_ends(open_door: OpenDoor) -> None:
    door = open_door(replace(SETTINGS, max_size=200_000))
    line = "x" * 998 + r"\r\n"
    talk(
        door.port,
        _ENVELOPE
        + rf"""
        C: DATA
        S: 354 *
        R: {line * 201}.\r\n
        S: 552 5.3.4 *
        C: MAIL FROM:<a@b.example>
        S: 250 *
        C: RCPT TO:<x@ours.example>
        S: 250 *
        C: DATA
        S: 354 *
        R: {line * 200}.\r\n
        S: 250 2.0.0 *
        """,
    )
    assert [len(mail.content) for mail in door.store.mails()] == [200_000]
    assert door.store.spooled() == []


def test_a_line_of_64_kib_is_taken_and_one_octet_more_is_not(door: Served) -> None:
    for length, reply in ((65_536, "250 2.0.0 *"), (65_537, "554 5.6.0 *")):
        talk(door.port, f"{_ENVELOPE}\nC: DATA\nS: 354 *\nR: {'x' * length}\\r\\n.\\r\\n\nS: {reply}")
    assert [len(mail.content) for mail in door.store.mails()] == [65_538]


def test_recipients_beyond_the_limit_are_put_off(open_door: OpenDoor) -> None:
    door = open_door(replace(SETTINGS, max_recipients=2))
    talk(
        door.port,
        _ENVELOPE
        + """
        C: RCPT TO:<y@ours.example>
        S: 250 *
        C: RCPT TO:<z@ours.example>
        S: 452 4.5.3 *
        C: DATA
        S: 354 *
        C: .
        S: 250 *
        """,
    )
    assert [len(mail.origin.rcpt_to) for mail in door.store.mails()] == [2]


def test_recipients_in_one_connection_are_limited_and_those_taken_get_their_mail(open_door: OpenDoor) -> None:
    door = open_door(replace(SETTINGS, max_recipients_per_connection=1))
    talk(
        door.port,
        _ENVELOPE
        + """
        C: RCPT TO:<y@ours.example>
        S: 452 4.5.3 *
        C: DATA
        S: 354 *
        C: .
        S: 250 *
        C: MAIL FROM:<a@b.example>
        S: 421 4.7.0 *
        EOF
        """,
    )
    assert [len(mail.origin.rcpt_to) for mail in door.store.mails()] == [1]


def test_connections_are_limited_in_all_and_by_address(open_door: OpenDoor) -> None:
    for settings, text in (
        (replace(SETTINGS, max_connections=2), "Too many connections,*"),
        (replace(SETTINGS, max_connections_per_address=2), "*your address*"),
    ):
        door = open_door(settings)
        with Peer(door.port) as one, Peer(door.port) as two:
            one.expect("220 *")
            two.expect("220 *")
            talk(door.port, f"S: 421 4.7.0 {text}\nEOF")
            one.talk("C: QUIT\nS: 221 *\nEOF")
            one.socket.close()
            wait_until(partial(_connected, door, 1), what="the place of the one who left")
            talk(door.port, "S: 220 *")


def _connected(door: Served, count: int) -> bool:
    return door.connections() == count


def test_too_many_errors_end_the_connection(open_door: OpenDoor) -> None:
    door = open_door(replace(SETTINGS, max_errors=3))
    talk(
        door.port,
        _HELLO
        + """
        C: MAIL FROM:<a@b.example>
        C: RCPT TO:<one@theirs.example>
        C: RCPT TO:<two@theirs.example>
        C: RCPT TO:<three@theirs.example>
        C: RCPT TO:<four@theirs.example>
        S: 250 *
        S: 550 *
        S: 550 *
        S: 550 *
        S: 421 4.7.0 Too many errors*
        EOF
        """,
    )


@pytest.mark.parametrize("command", ["NOOP", "RSET", "VRFY x", "HELP", "EHLO again"])
def test_commands_that_move_nothing_on_end(open_door: OpenDoor, command: str) -> None:
    door = open_door(replace(SETTINGS, max_idle_commands=5))
    with Peer(door.port) as peer:
        peer.talk(_HELLO)
        peer.send(f"{command}\r\n".encode() * 20)
        heard = [peer.reply() for _ in range(5)]
        assert [reply[:3] for reply in heard[:4]] == [heard[0][:3]] * 4
        assert heard[4].startswith("421 4.7.0 ")
        assert peer.line() == ""


def test_mails_in_one_connection_are_limited(open_door: OpenDoor) -> None:
    door = open_door(replace(SETTINGS, max_mails_per_connection=1))
    talk(door.port, _ENVELOPE + "C: DATA\nS: 354 *\nC: .\nS: 250 *\nC: MAIL FROM:<a@b.example>\nS: 421 4.7.0 *\nEOF")


def test_a_silent_peer_is_told_and_cut_off(open_door: OpenDoor) -> None:
    door = open_door(replace(SETTINGS, command_timeout=_SHORT, data_timeout=_SHORT))
    talk(door.port, "S: 220 *\nS: 421 4.4.2 *\nEOF")
    talk(door.port, _ENVELOPE + "C: DATA\nS: 354 *\nR: Subject: half\nS: 421 4.4.2 *\nEOF")
    assert door.store.mails() == []


def test_a_mail_below_the_lowest_rate_is_cut_off_though_it_never_pauses(open_door: OpenDoor) -> None:
    door = open_door(replace(SETTINGS, min_rate=1000, data_grace=_SHORT))
    with Peer(door.port, deadline=0.05) as peer:
        peer.socket.settimeout(20)
        peer.talk(_ENVELOPE + "C: DATA\nS: 354 *")
        peer.socket.settimeout(0.05)

        def cut() -> str:
            peer.send(b"x\r\n")
            try:
                return peer.reply()
            except TimeoutError:
                return ""

        assert wait_until(cut, what="the slow sender's end").startswith("421 4.4.2 ")


def test_a_slow_but_steady_mail_outlives_every_timer(open_door: OpenDoor) -> None:
    """aiosmtpd's one timer for the whole of DATA would cut it; here what has come buys time."""
    door = open_door(replace(SETTINGS, data_timeout=timedelta(seconds=1.5), data_grace=_SHORT, min_rate=100))
    with Peer(door.port) as peer:
        peer.talk(_ENVELOPE + "C: DATA\nS: 354 *")
        end = time.monotonic() + 2.5
        while time.monotonic() < end:
            peer.send(b"x" * 98 + b"\r\n")
            time.sleep(0.1)  # the sender's pace is what is tested
        peer.talk("C: .\nS: 250 2.0.0 *")


def test_pace_reckons_with_silence_and_with_slowness() -> None:
    pace = Pace(command=300, data=180, grace=60, rate=500)
    assert pace.next_command(1000) == 1300
    assert pace.next_block(1000, 1000, 0) == 1060
    assert pace.next_block(1030, 1000, 50_000) == 1160
    assert pace.next_block(1100, 1000, 5_000_000) == 1280


def test_three_hundred_idle_connections_do_not_stop_a_mail(open_door: OpenDoor) -> None:
    door = open_door(replace(SETTINGS, max_connections_per_address=1000))
    idle = [Peer(door.port) for _ in range(300)]
    try:
        talk(door.port, _ENVELOPE + "C: DATA\nS: 354 *\nC: .\nS: 250 2.0.0 *")
    finally:
        for peer in idle:
            peer.socket.close()
    assert len(door.store.mails()) == 1


def test_a_peer_that_never_reads_is_let_go(open_door: OpenDoor) -> None:
    door = open_door(replace(SETTINGS, command_timeout=_SHORT, max_idle_commands=10_000_000))
    with Peer(door.port) as peer:
        peer.socket.settimeout(0.5)
        with pytest.raises(OSError, match=r"timed out|reset|pipe"):
            peer.socket.sendall(b"HELP\r\n" * 10_000_000)  # until all buffers between us are full
        wait_until(lambda: door.connections() == 0, what="the end of the connection")


def test_recipients_are_asked_of_a_coroutine_too(open_door: OpenDoor) -> None:
    async def only_a(address: str) -> bool:
        return address == "a@ours.example"

    def asked(address: str) -> Awaitable[bool]:
        return only_a(address)

    door = open_door(may_receive=asked)
    talk(
        door.port,
        _HELLO
        + """
        C: MAIL FROM:<>
        S: 250 *
        C: RCPT TO:<a@ours.example>
        S: 250 2.1.5 *
        C: RCPT TO:<b@ours.example>
        S: 550 5.1.1 *
        """,
    )
