"""A message in pieces: cut anywhere it is checked, and written, as if it were whole."""

import itertools

import pytest

from outbound.content import BadMessageError, Message, is_ascii, on_the_wire, whole

GOOD = [
    pytest.param(b"", id="no body"),
    pytest.param(b"a\r\n", id="one line"),
    pytest.param(b"\r\n\r\n", id="empty lines"),
    pytest.param(b".\r\n..\r\n.a\r\n", id="dots"),
    pytest.param(b"a\r\n\r\n.\r\nb\r\n", id="a lone dot"),
]
BAD = [
    pytest.param(b"a\nb\r\n", id="a bare LF"),
    pytest.param(b"a\rb\r\n", id="a bare CR"),
    pytest.param(b"a\rb\nc\r\n", id="a CR and a LF that are not together"),
    pytest.param(b"a\r\r\n", id="two CR"),
    pytest.param(b"a\n\r\n", id="a LF before the end"),
    pytest.param(b"a\r\nb", id="no end"),
    pytest.param(b"a\r\nb\r", id="half an end"),
]


def cuts(body: bytes) -> list[Message]:
    """The message with its body cut in two, at every place, and in single octets."""
    head = b"Subject: a\r\n"
    halves = [Message(head, (body[:at], body[at:])) for at in range(len(body) + 1)]
    return [*halves, Message(head, tuple(bytes([octet]) for octet in body))]


@pytest.mark.parametrize("body", GOOD)
def test_what_is_sent_is_the_same_wherever_it_is_cut(body: bytes) -> None:
    stuffed = b"".join(b"." + line if line[:1] == b"." else line for line in body.splitlines(keepends=True))
    for message in cuts(body):
        assert is_ascii(message)
        assert b"".join(on_the_wire(message)) == b"Subject: a\r\n\r\n" + stuffed + b".\r\n"


@pytest.mark.parametrize("body", BAD)
def test_a_line_that_ends_otherwise_is_found_wherever_it_is_cut(body: bytes) -> None:
    for message in cuts(body):
        with pytest.raises(BadMessageError):
            is_ascii(message)


def test_what_is_beyond_ascii_is_told() -> None:
    assert not is_ascii(whole("Subject: đ\r\n\r\na\r\n".encode()))


def test_a_message_without_a_header_is_none() -> None:
    with pytest.raises(BadMessageError):
        whole(b"Subject: a\r\n")


def test_large_ones_come_in_blocks() -> None:
    line = b"x" * 76 + b"\r\n"
    message = whole(b"Subject: a\r\n\r\n" + line * 20_000)
    blocks = list(on_the_wire(message))
    assert max(map(len, blocks)) < 600_000
    assert len(blocks) > 3
    assert b"".join(itertools.chain(blocks)).endswith(line + b".\r\n")
