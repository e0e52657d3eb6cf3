"""Whom a mail of a mailbox is answered to: only the field that the delivering server wrote counts."""

import pytest

from imap_poll.return_path import return_path

TABLE = {
    "the first field is the server's": (
        b"Return-Path: <a@b.example>\r\nReceived: x\r\nFrom: c@d\r\n\r\n",
        "a@b.example",
    ),
    "the empty path is nobody": (b"Return-Path: <>\r\nReceived: x\r\n\r\n", ""),
    "a folded field is read whole": (b"Return-Path:\r\n <a@b.example>\r\nReceived: x\r\n\r\n", "a@b.example"),
    "letter case does not matter": (b"RETURN-PATH: <a@b.example>\r\n\r\n", "a@b.example"),
    "line ends of one octet are read too": (b"Return-Path: <a@b.example>\nReceived: x\n\n", "a@b.example"),
    "the server's other fields may stand before it": (
        b"Delivered-To: x@y\r\nReturn-Path: <a@b.example>\r\nReceived: x\r\n\r\n",
        "a@b.example",
    ),
    "one below Received came with the mail": (b"Received: x\r\nReturn-Path: <forged@b.example>\r\n\r\n", ""),
    "the topmost of two counts": (b"Return-Path: <a@b.example>\r\nReturn-Path: <c@d.example>\r\n\r\n", "a@b.example"),
    "one in the body is text": (b"From: c@d\r\n\r\nReturn-Path: <a@b.example>\r\n", ""),
    "none is nobody": (b"From: c@d.example\r\n\r\n", ""),
    "nothing at all is nobody": (b"", ""),
}


@pytest.mark.parametrize(("head", "expected"), TABLE.values(), ids=TABLE)
def test_the_return_path_of_the_trusted_server(head: bytes, expected: str) -> None:
    assert return_path(head) == expected
