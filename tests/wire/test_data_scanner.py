"""The scanner and the line rule, cut at every octet, against a reference that sees everything at once."""

import itertools
from collections.abc import Iterator

import pytest
from hypothesis import given
from hypothesis import strategies as st

from smtp_in.data import DataScanner
from smtp_in.lines import LineRule

_LIMIT = 7


def reference(stream: bytes) -> tuple[bytes, bytes]:
    """The mail and what follows it, as RFC 5321 section 4.5.2 says; simple, on the whole stream."""
    end = (b"\r\n" + stream).index(b"\r\n.\r\n")
    mail = (b"\r\n" + stream)[: end + 2]
    return mail.replace(b"\r\n.", b"\r\n")[2:], stream[end + 3 :]


def scan(pieces: list[bytes]) -> tuple[bytes, bytes, LineRule]:
    """The same by the scanner."""
    scanner, rule, mail = DataScanner(), LineRule(_LIMIT), b""
    for number, piece in enumerate(pieces):
        content = scanner.feed(piece)
        rule.feed(content)
        mail += content
        if scanner.ended:
            return mail, scanner.rest + b"".join(pieces[number + 1 :]), rule
    raise AssertionError(f"no end of data in {pieces!r}")


def cuts(stream: bytes, count: int) -> Iterator[list[bytes]]:
    """The stream in `count` + 1 pieces, in every way."""
    for places in itertools.combinations_with_replacement(range(len(stream) + 1), count):
        edges = [0, *places, len(stream)]
        yield [stream[begin:end] for begin, end in itertools.pairwise(edges)]


def check(stream: bytes, pieces: list[bytes]) -> None:
    """Both see the same, and the line rule says what a look at the whole mail says."""
    mail, rest, rule = scan(pieces)
    assert (mail, rest) == reference(stream), pieces
    loose = mail.replace(b"\r\n", b"")
    bare = b"\r" in loose or b"\n" in loose
    assert rule.bare() == bare, pieces
    if not bare:
        assert rule.too_long == any(len(line) > _LIMIT for line in mail.split(b"\r\n")), pieces


@pytest.mark.parametrize(
    "stream",
    [
        pytest.param(b".\r\n", id="an empty body"),
        pytest.param(b"a\r\n.\r\n", id="one line of one character"),
        pytest.param(b"\r\n.\r\n", id="one empty line"),
        pytest.param(b"..\r\n.\r\n", id="a stuffed dot in the first column of the first line"),
        pytest.param(b"..\r\n..\r\n.\r\n", id="two lines of one dot"),
        pytest.param(b"...\r\n.\r\n", id="two dots"),
        pytest.param(b".a\r\n.\r\n", id="a dot that was not stuffed"),
        pytest.param(b"a\r\n.\r\nMAIL\r\n.\r\n", id="commands sent ahead"),
        pytest.param(b"a\r.\r\n.\r\n", id="CR before a dot"),
        pytest.param(b"a\n.\r\n.\r\n", id="LF before a dot"),
        pytest.param(b".\r\r\n.\r\n", id="CR doubled after a dot"),
        pytest.param(b"a\r\n.\rb\r\n.\r\n", id="CR alone after a dot"),
        pytest.param(b"a\r\r\n.\r\n", id="CR doubled"),
        pytest.param(b"12345678\r\n.\r\n", id="a line over the limit"),
        pytest.param(b"1234567\r\n.\r\n", id="a line at the limit"),
        pytest.param(b"\x00\xff\r\n.\r\n", id="NUL and octets beyond ASCII"),
    ],
)
def test_every_way_of_cutting_reads_the_same(stream: bytes) -> None:
    for count in (0, 1, 2, 3):
        for pieces in cuts(stream, count):
            check(stream, pieces)
    check(stream, [bytes([octet]) for octet in stream])


@given(
    st.lists(st.sampled_from([b"\r", b"\n", b".", b"a", b"\r\n", b"\r\n.", b"1234567", b"\0"]), max_size=12),
    st.lists(st.integers(0, 60), max_size=6),
)
def test_any_octets_in_any_blocks_read_the_same(tokens: list[bytes], places: list[int]) -> None:
    stream = b"".join(tokens) + b"\r\n.\r\nQUIT\r\n"
    edges = [0, *sorted(min(place, len(stream)) for place in places), len(stream)]
    check(stream, [stream[begin:end] for begin, end in itertools.pairwise(edges)])


@given(st.binary(max_size=200), st.integers(1, 50))
def test_what_a_client_stuffs_comes_out_as_it_was(lines: bytes, size: int) -> None:
    mail = b"".join(line + b"\r\n" for line in lines.replace(b"\r", b"").split(b"\n"))
    stuffed = (b"\r\n" + mail).replace(b"\r\n.", b"\r\n..")[2:] + b".\r\n"
    found, rest, rule = scan([stuffed[at : at + size] for at in range(0, len(stuffed), size)])
    assert found == mail
    assert rest == b""
    assert not rule.bare()


def test_a_large_block_without_dots_is_not_copied() -> None:
    block = (b"QUJD" * 19 + b"\r\n") * 1000 + b"Q"
    scanner = DataScanner()
    scanner.feed(b"Subject: a.b\r\n\r\nx")
    assert scanner.feed(block) is block
