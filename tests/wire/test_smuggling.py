"""Look-alikes of the end of data never end it, and a mail that holds one is refused: one mail, or none, never two."""

from collections.abc import Callable
from dataclasses import replace

import pytest

from tests.wire.conftest import OpenDoor
from tests.wire.served import SETTINGS, Served
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
    pytest.param(b"\r\n.\r\r\n", id="CR LF . CR CR LF"),
    pytest.param(b"\r\n\x00.\r\n\r", id="CR LF NUL . CR LF, then CR alone"),
    pytest.param(b"\n\n.\r\n", id="LF LF . CR LF"),
]


_SMUGGLED = b"MAIL FROM:<x@bank.example>\r\nRCPT TO:<vanthu@ours.example>\r\nDATA\r\nSubject: smuggled\r\n\r\nhi\r\n"
_TRANSACTION = b"MAIL FROM:<a@evil.example>\r\nRCPT TO:<vanthu@ours.example>\r\n"


def _by_data(content: bytes) -> bytes:
    """As it stands: the look-alike is not stuffed, or it would be none."""
    return b"DATA\r\n" + content + b".\r\n"


def _by_one_chunk(content: bytes) -> bytes:
    return b"BDAT %d LAST\r\n" % len(content) + content


def _by_two_chunks(content: bytes) -> bytes:
    """Cut before the last octet of the look-alike, so that it is whole in neither."""
    at = content.index(b"Subject: smuggled") - len(_SMUGGLED.partition(b"Subject")[0]) - 1
    return b"BDAT %d\r\n" % at + content[:at] + _by_one_chunk(content[at:])


ROADS = {"DATA": _by_data, "one BDAT": _by_one_chunk, "two BDATs": _by_two_chunks}


@pytest.mark.parametrize("look_alike", LOOK_ALIKES)
@pytest.mark.parametrize("road", ROADS.values(), ids=ROADS)
def test_a_look_alike_of_the_end_carries_no_second_mail(
    door: Served, road: Callable[[bytes], bytes], look_alike: bytes
) -> None:
    with Peer(door.port) as peer:
        peer.talk(_HELLO)
        peer.send(_TRANSACTION + road(b"Subject: outer\r\n\r\nhi" + look_alike + _SMUGGLED))
        heard = [peer.reply()]
        while not heard[-1].startswith("550 5.6.0 "):
            heard.append(peer.reply())
        # Sender, recipient, what asks for the body or thanks for its first piece: no answer is the smuggled mail's.
        assert len(heard) == (3 if road is _by_one_chunk else 4), heard
        peer.talk("""
            C: NOOP
            S: 250 *
            C: QUIT
            S: 221 *
            EOF
        """)
    assert door.store.mails() == []
    assert door.store.spooled() == []


@pytest.mark.parametrize("road", ROADS.values(), ids=ROADS)
def test_a_dot_behind_a_nul_is_content_of_the_one_mail(door: Served, road: Callable[[bytes], bytes]) -> None:
    """No line end in it is bare, so that it is taken, and whole: nothing is sent on as it came."""
    content = b"Subject: outer\r\n\r\nhi\r\n\x00.\r\n" + _SMUGGLED
    with Peer(door.port) as peer:
        peer.talk(_HELLO)
        peer.send(_TRANSACTION + road(content))
        while not peer.reply().startswith("250 2.0.0 Kept "):
            assert len(peer.said) < 20, peer.said
        peer.talk("C: NOOP\nS: 250 2.0.0 OK")
    assert [mail.content for mail in door.store.mails()] == [content]


@pytest.mark.parametrize("look_alike", LOOK_ALIKES)
def test_a_look_alike_is_refused_wherever_the_stream_is_cut(open_door: OpenDoor, look_alike: bytes) -> None:
    """By DATA in two segments, by BDAT in two chunks: cut at every octet of the look-alike."""
    door = open_door(replace(SETTINGS, max_errors=1000))
    content = b"a" + look_alike + b"NOOP\r\n"
    with Peer(door.port) as peer:
        peer.talk(_HELLO)
        for begin in range(len(content) + 1):
            peer.talk(_ENVELOPE)
            peer.send(content[:begin])
            peer.send(content[begin:] + b".\r\nVRFY x\r\n")
            peer.expect("550 5.6.0 *")
            peer.expect("252 *")
            peer.talk("C: MAIL FROM:<a@b.example>\nC: RCPT TO:<x@ours.example>\nS: 250 *\nS: 250 *")
            peer.send(b"BDAT %d\r\n" % begin + content[:begin])
            peer.send(b"BDAT %d LAST\r\n" % (len(content) - begin) + content[begin:] + b"VRFY x\r\n")
            peer.expect("250 2.0.0 *")
            peer.expect("550 5.6.0 *")
            peer.expect("252 *")
    assert door.store.mails() == []


CONTENTS = [
    pytest.param(b"", id="nothing"),
    pytest.param(b"\r\n", id="an empty line"),
    pytest.param(b"a\r\n", id="a line of one character"),
    pytest.param(b".\r\n", id="a line of one dot"),
    pytest.param(b"..\r\n.\r\n", id="lines of dots"),
    pytest.param(b"\r\n.\r\n\r\n", id="a dot between empty lines"),
    pytest.param(b"a\r\n.b\r\n", id="a dot before a letter"),
    pytest.param(b"\x00\xff\r\n", id="octets that are no text"),
]


@pytest.mark.parametrize("content", CONTENTS)
def test_an_honest_mail_comes_out_as_it_was_wherever_the_stream_is_cut(door: Served, content: bytes) -> None:
    stuffed = (b"\r\n" + content).replace(b"\r\n.", b"\r\n..")[2:] + b".\r\n"
    with Peer(door.port) as peer:
        peer.talk(_HELLO)
        for cut in range(len(stuffed) + 1):
            peer.talk(_ENVELOPE)
            peer.send(stuffed[:cut])
            peer.send(stuffed[cut:] + b"VRFY x\r\n")
            peer.expect("250 2.0.0 Kept *")
            peer.expect("252 *")
        for cut in range(len(content) + 1):
            peer.send(_TRANSACTION + b"BDAT %d\r\n" % cut + content[:cut])
            peer.send(_by_one_chunk(content[cut:]))
            for reply in ("250 2.1.0 *", "250 2.1.5 *", "250 2.0.0 *", "250 2.0.0 Kept *"):
                peer.expect(reply)
    # The same octets from the same sender are one mail: any other content would be a second one.
    assert [mail.content for mail in door.store.mails()] == [content]


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
