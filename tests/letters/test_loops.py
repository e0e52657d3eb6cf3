"""When a mail is thought to go in a circle."""

import pytest

from bridge.letters.loops import HOPS, loop
from validation.headers import Headers

OURS = "vanthu@office.example"
Fields = tuple[tuple[str, str], ...]


def told(fields: Fields) -> str:
    """The reason, for a mail with these fields."""
    return loop(Headers(tuple((name, value.encode()) for name, value in fields)), lambda address: address == OURS)


@pytest.mark.parametrize(
    "fields",
    [
        pytest.param((("Received", "from a by b"),) * HOPS, id="as many servers as mail may pass"),
        pytest.param((("Delivered-To", OURS),), id="delivered to our mailbox once, as all mail in it is"),
        pytest.param((("Delivered-To", "x@else.example"),) * 2, id="twice in somebody else's mailbox"),
        pytest.param((), id="no such field"),
    ],
)
def test_an_ordinary_mail_does_not_loop(fields: Fields) -> None:
    assert told(fields) == ""


@pytest.mark.parametrize(
    ("fields", "word"),
    [
        pytest.param((("Received", "from a by b"),) * (HOPS + 1), "mail servers", id="one server more"),
        pytest.param((("X-Loop", "somebody@else.example"),), "X-Loop", id="handled by a machine that marks its mail"),
        pytest.param((("Delivered-To", f"<{OURS}>"), ("delivered-to", OURS.upper())), "Delivered-To", id="twice here"),
    ],
)
def test_a_mail_that_loops_is_told_why_it_is_not_answered(fields: Fields, word: str) -> None:
    assert word in told(fields)
