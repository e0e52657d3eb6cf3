"""Reading costs in proportion to a mail's size, and what lies behind a cap is told: hostile shapes at two sizes.

No stopwatch: four times the octets may cost eight times the processor time, which nothing quadratic does (it would be
sixteen times).  `test_message_hostile` holds the absolute walls.
"""

import time
from collections.abc import Callable
from datetime import UTC, datetime

import pytest

from validation.bounce import bounces
from validation.classify import classify
from validation.codes import Code
from validation.evidence import Evidence
from validation.finding import Observation
from validation.inspect import inspect
from validation.message import Message, read

MIXED = b"Content-Type: multipart/mixed; boundary=b\r\n\r\n"
EVIDENCE = Evidence(datetime(2026, 11, 22, tzinfo=UTC))


def multiparts(depth: int) -> bytes:
    """Inside each other."""
    heads = (b"Content-Type: multipart/mixed; boundary=b%d\r\n\r\n--b%d\r\n" % (n, n) for n in range(depth))
    return b"".join(heads)


#: A mail of n things, n for the small one, and the limit that the large one, four times as large, breaks.
SHAPES: dict[str, tuple[Callable[[int], bytes], int, str]] = {
    "addresses": (lambda n: b"To: " + b", ".join(b"u%d@a.vn" % i for i in range(n)) + b"\r\n\r\n", 5_000, "addresses"),
    "parameters": (
        lambda n: b"Content-Type: text/plain" + b"".join(b"; p%d=v" % i for i in range(n)) + b"\r\n\r\n",
        12_500,
        "parameters",
    ),
    "pieces of one name": (
        lambda n: b"Content-Disposition: attachment" + b"".join(b"; filename*%d=v" % i for i in range(n)) + b"\r\n\r\n",
        12_500,
        "parameters",
    ),
    "encoded words": (lambda n: b"Subject: " + b"=?utf-8?Q?a?= " * n + b"\r\n\r\n", 12_500, "header_bytes"),
    "empty parts": (lambda n: MIXED + b"--b\r\n\r\n\r\n" * n, 25_000, "parts"),
    "Received fields": (lambda n: b"Received: from a by b; Mon, 1 Jan 2026\r\n" * n + b"\r\n", 25_000, "headers"),
    "one field": (lambda n: b"Subject: " + b"x" * n + b"\r\n\r\n", 2_500_000, "header_bytes"),
    "multiparts inside each other": (multiparts, 1_500, "depth"),
    "comments inside each other": (
        lambda n: b"To: " + b"(" * n + b")" * n + b" a@b.vn\r\n\r\n",
        250_000,
        "header_bytes",
    ),
    "a text": (lambda n: b"Subject: x\r\n\r\n" + b"word " * n, 1_000_000, "text_bytes"),
    "uuencoded files": (lambda n: b"\r\n" + b"begin 644 a\r\n#0V%T\r\nend\r\n" * n, 10_000, "parts"),
    "a boundary as long as its body": (
        lambda n: b"Content-Type: multipart/mixed; boundary=" + b"b" * n + b"\r\n\r\n--" + b"b" * n,
        50_000,
        "boundary",
    ),
}


def used(raw: bytes) -> float:
    """Seconds of the processor for reading a mail as the pipeline does, the least of three."""
    taken = []
    for _ in range(3):
        begun = time.process_time()
        everything(read(raw))
        taken.append(time.process_time() - begun)
    return min(taken)


def everything(message: Message) -> None:
    """What is asked of a mail."""
    for name in ("To", "From", "Subject"):
        message.header(name), message.mailboxes(name)
    classify(message, ""), bounces(message), message.references, message.date


@pytest.mark.parametrize(("shape", "count", "limit"), SHAPES.values(), ids=SHAPES.keys())
def test_four_times_as_much_costs_no_more_than_eight_times(
    shape: Callable[[int], bytes], count: int, limit: str
) -> None:
    """A hundredth of a second is forgiven: below it the clock says little."""
    assert used(shape(4 * count)) <= 8 * used(shape(count)) + 0.01


@pytest.mark.parametrize(("shape", "count", "limit"), SHAPES.values(), ids=SHAPES.keys())
def test_what_lies_behind_a_cap_is_told(shape: Callable[[int], bytes], count: int, limit: str) -> None:
    """By name and value, and how many octets were not read."""
    observed = read(shape(4 * count)).observations
    told = {seen.evidence["limit"]: seen.evidence for seen in observed if seen.code is Code.MAIL_LIMIT}
    assert limit in told
    assert told[limit]["value"].isdigit()
    assert told[limit]["unread"].isdigit()


def test_no_octet_behind_the_cap_on_parts_goes_uncounted() -> None:
    part = b"--b\r\n\r\nx\r\n"
    (seen,) = (each for each in read(MIXED + part * 3_000).observations if each.code is Code.MAIL_LIMIT)
    assert int(seen.evidence["unread"]) == 1_000 * len(part) - len(b"--b\r\n")


def test_mails_inside_each_other_end_with_a_finding() -> None:
    """Three hundred deep; each is a file of the one around it."""
    message = read(b"Content-Type: message/rfc822\r\n\r\n" * 300 + b"From: a@b.vn\r\nSubject: x\r\nDate: x\r\n\r\n")

    def seen_in(raw: Message) -> list[Observation]:
        return [
            seen
            for file in raw.attachments
            for each in inspect(file, EVIDENCE).file.walk()
            for seen in each.observations
        ]

    limits = [seen.evidence["limit"] for seen in seen_in(message) if seen.code is Code.ARCHIVE_LIMIT]
    assert limits == ["archive_depth"]
