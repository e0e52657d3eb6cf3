"""Nothing that a mail carries is passed over: files in odd places come out whole, or the mail says why not."""

import base64
import binascii

import pytest

from validation.codes import Code
from validation.message import read
from validation.settings import ReadingCaps

PDF = b"%PDF-1.7\n" + bytes(range(256)) * 3
HEAD = b"From: a@b.vn\r\nSubject: x\r\nMIME-Version: 1.0\r\n"
MIXED = HEAD + b"Content-Type: multipart/mixed; boundary=b\r\n\r\n"
FILE = b"Content-Type: application/pdf; name=a.pdf\r\nContent-Transfer-Encoding: base64\r\n\r\n" + base64.encodebytes(
    PDF
).replace(b"\n", b"\r\n")


def uu(content: bytes, begin: bytes = b"begin 644 a.pdf\r\n", end: bytes = b"`\r\nend\r\n") -> bytes:
    """`content` as uuencode writes it."""
    lines = (binascii.b2a_uu(content[at : at + 45]).rstrip(b"\n") for at in range(0, len(content), 45))
    return begin + b"".join(line + b"\r\n" for line in lines) + end


def posix(content: bytes) -> bytes:
    """`content` as `uuencode -m` writes it."""
    return b"begin-base64 644 a.pdf\r\n" + base64.encodebytes(content).replace(b"\n", b"\r\n") + b"====\r\n"


PLACES = {
    "behind the last delimiter": MIXED + b"--b\r\n\r\nhi\r\n--b--\r\n\r\n--b\r\n" + FILE + b"--b--\r\n",
    "in a part that is never closed": MIXED + b"--b\r\n\r\nhi\r\n--b\r\n" + FILE,
    "behind a boundary that is not the declared one": MIXED.replace(b"=b", b"=z")
    + b"--real-one\r\nContent-Type: text/plain\r\n\r\nhi\r\n--real-one\r\n"
    + FILE
    + b"--real-one--\r\n",
    "behind a boundary that nobody declared": HEAD
    + b"Content-Type: multipart/mixed\r\n\r\n--real-one\r\nContent-Type: text/plain\r\n\r\nhi\r\n--real-one\r\n"
    + FILE
    + b"--real-one--\r\n",
    "uuencoded in the text": HEAD + b"\r\nhi\r\n" + uu(PDF) + b"bye\r\n",
    "uuencoded without an end": HEAD + b"\r\nhi\r\n" + uu(PDF, end=b""),
    "uuencoded as POSIX has it": HEAD + b"\r\nhi\r\n" + posix(PDF),
    "base64 without its padding": MIXED + b"--b\r\n" + FILE.rstrip(b"=\r\n") + b"\r\n--b--\r\n",
    "in a text of a kind of its own": MIXED
    + b"--b\r\n\r\nhi\r\n--b\r\nContent-Type: text/x-patch\r\nContent-Transfer-Encoding: base64\r\n\r\n"
    + base64.b64encode(PDF)
    + b"\r\n--b--\r\n",
    "in mail with the line ends of an old Mac": (MIXED + b"--b\r\n\r\nhi\r\n--b\r\n" + FILE + b"--b--\r\n").replace(
        b"\r\n", b"\r"
    ),
    "in mail with bare line feeds": (MIXED + b"--b\r\n\r\nhi\r\n--b\r\n" + FILE + b"--b--\r\n").replace(b"\r\n", b"\n"),
}


@pytest.mark.parametrize("raw", PLACES.values(), ids=PLACES.keys())
def test_a_file_is_found(raw: bytes) -> None:
    message = read(raw)
    assert [file.content for file in message.attachments] == [PDF]


def test_a_file_behind_the_part_of_a_text_that_is_read_is_found() -> None:
    raw = HEAD + b"\r\n" + b"word\r\n" * 1_000 + uu(PDF)
    message = read(raw, caps=ReadingCaps(text_bytes=500))
    assert [file.content for file in message.attachments] == [PDF]


def test_two_thousand_files_of_one_name_have_as_many_paths() -> None:
    message = read(HEAD + b"\r\n" + uu(b"x") * 2_000)
    assert len({file.path for file in message.attachments}) == 2_000


def test_an_epilogue_is_no_part() -> None:
    message = read(MIXED + b"--b\r\n\r\nhi\r\n--b--\r\n--b\r\nnobody declares this\r\n")
    assert [part.path for part in message.parts] == ["1"]


TOLD = {
    "more addresses than are read": (
        b"To: " + b"a@b.vn, " * 30 + b"\r\n\r\n",
        ReadingCaps(addresses=10),
        {"limit": "addresses", "value": "10", "unread": "0"},
    ),
    "uuencoded files beyond the cap": (
        HEAD + b"\r\n" + uu(b"x") * 5,
        ReadingCaps(parts=3),
        {"limit": "parts", "value": "3", "unread": str(2 * len(uu(b"x")))},
    ),
    "a header longer than its cap": (
        b"Subject: " + b"x" * 500 + b"\r\n\r\n",
        ReadingCaps(header_bytes=100),
        {"limit": "header_bytes", "value": "100", "unread": "400"},
    ),
}


@pytest.mark.parametrize(("raw", "caps", "expected"), TOLD.values(), ids=TOLD.keys())
def test_what_is_not_read_is_told(raw: bytes, caps: ReadingCaps, expected: dict[str, str]) -> None:
    told = [dict(seen.evidence) for seen in read(raw, caps=caps).observations if seen.code is Code.MAIL_LIMIT]
    assert told == [expected]
