"""Mails built to cost the reader its time: each is read within two seconds of processor time, in a process of its own.

The limit is the kernel's (RLIMIT_CPU), not a stopwatch's: a busy machine fails nobody.  The same inputs take
`email.policy.default` between 5 and 48 seconds, or end it with a RecursionError.
"""

import struct
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]

# One process reads the inputs and forks for each, so that the imports are paid for once.
READER = """
import os, resource, struct, sys
from validation.bounce import bounces, original_message_id
from validation.classify import classify
from validation.message import read

def work(raw):
    message = read(raw)
    for name in ("To", "From", "Subject", "Received", "Content-Type"):
        message.header(name), message.headers.all(name)[:3]
    message.mailboxes("To"), message.date, message.references, [part.text(1000) for part in message.parts]
    classify(message, ""), bounces(message), original_message_id(message)
    assert len(message.parts) <= 2000

while size := sys.stdin.buffer.read(8):
    raw = sys.stdin.buffer.read(struct.unpack(">Q", size)[0])
    child = os.fork()
    if not child:
        used = resource.getrusage(resource.RUSAGE_SELF)
        limit = int(used.ru_utime + used.ru_stime) + 2
        resource.setrlimit(resource.RLIMIT_CPU, (limit, limit))
        resource.setrlimit(resource.RLIMIT_AS, (1_000_000_000, 1_000_000_000))
        work(raw)
        os._exit(0)
    print(os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]), flush=True)
"""

MIXED = b"Content-Type: multipart/mixed; boundary=b\r\n\r\n"
DAEMON = b"From: MAILER-DAEMON@a.b\r\nSubject: Undelivered Mail Returned to Sender\r\n"


def nested(depth: int) -> bytes:
    """Multiparts inside each other."""
    heads = (b"Content-Type: multipart/mixed; boundary=b%d\r\n\r\n--b%d\r\n" % (n, n) for n in range(depth))
    return b"".join(heads)


INPUTS = {
    "20,000 addresses": b"To: " + b", ".join(b"user%d@example.vn" % n for n in range(20_000)) + b"\r\n\r\n",
    "50,000 parameters": b"Content-Type: text/plain" + b"".join(b"; p%d=v" % n for n in range(50_000)) + b"\r\n\r\n",
    "50,000 pieces of one name": b"Content-Disposition: attachment"
    + b"".join(b"; filename*%d=v" % n for n in range(50_000))
    + b"\r\n\r\n",
    "50,000 encoded words": b"Subject: " + b" ".join([b"=?utf-8?Q?a?="] * 50_000) + b"\r\n\r\n",
    "encoded words that never end": b"Subject: " + b"=?utf-8?B?" * 100_000 + b"\r\n\r\n",
    "100,000 empty parts": MIXED + b"--b\r\n\r\n\r\n" * 100_000,
    "100,000 header fields": b"Received: from a by b; Mon, 1 Jan 2026 00:00:00 +0000\r\n" * 100_000 + b"\r\n",
    "one header of 30 megabytes": b"Subject: " + b"x" * 30_000_000 + b"\r\n\r\n",
    "a header of semicolons": b"Content-Type: text/plain" + b";" * 1_000_000 + b"\r\n\r\n",
    "a header of quotes": b'Content-Type: text/plain; a="' + b'\\"' * 500_000 + b"\r\n\r\n",
    "a header of backslashes": b'Content-Type: text/plain; a="' + b"\\" * 1_000_000 + b"\r\n\r\n",
    "1,000 nested comments": b"To: " + b"(" * 1_000 + b")" * 1_000 + b" a@b.c\r\n\r\n",
    "a million open comments": b"To: " + b"(" * 1_000_000 + b"\r\n\r\n",
    "multiparts 1,500 deep": nested(1_500),
    "multiparts 100,000 deep": nested(100_000),
    "mails in mails 300 deep": b"Content-Type: message/rfc822\r\n\r\n" * 300,
    "a boundary that is everywhere": b"Content-Type: multipart/mixed; boundary=-\r\n\r\n" + b"-" * 3_000_000,
    "almost delimiters": MIXED + b"--bx\r\n" * 500_000,
    "almost delimiters that end in carriage returns": MIXED.replace(b"\n", b"") + b"--bx\r" * 500_000,
    "almost delimiters far from a line feed": MIXED + b"--b \r--bx\r" * 200_000 + b"\n",
    "base64 of nothing but padding": b"Content-Type: a/b\r\nContent-Transfer-Encoding: base64\r\n\r\n"
    + b"=" * 5_000_000,
    "quoted-printable of nothing but equal signs": b"Content-Transfer-Encoding: quoted-printable\r\n\r\n"
    + b"=" * 5_000_000,
    "uuencode that begins again and again": b"\r\n" + b"begin 644 a\r\n" * 200_000,
    "html of opening brackets": b"Content-Type: text/html\r\n\r\n" + b"<" * 1_000_000,
    "html of comments": b"Content-Type: text/html\r\n\r\n" + b"<!--" * 250_000,
    "html of scripts": b"Content-Type: text/html\r\n\r\n" + b"<script>" * 125_000,
    "references without end": b"References: " + b"<a@b> " * 100_000 + b"\r\n\r\n",
    "lines without end": b"\r\n" + b"a" * 20_000_000,
    "carriage returns alone": b"\r" * 5_000_000,
    "blank lines alone": b"X: y\r\n" + b" \r\n" * 1_000_000,
    "a report of 100,000 recipients": b"Content-Type: multipart/report; report-type=delivery-status; boundary=b\r\n\r\n"
    b"--b\r\nContent-Type: message/delivery-status\r\n\r\n"
    + b"Final-Recipient: rfc822; a@b.c\r\nAction: failed\r\n\r\n" * 100_000
    + b"--b--\r\n",
    "a report of blank lines": b"Content-Type: message/delivery-status\r\n\r\n" + b"\r\n" * 2_000_000,
    "a bounce of addresses": DAEMON + b"\r\nThis is the mail system\r\n" + b"<a@b.c>: user unknown\r\n" * 200_000,
    "a bounce of at signs": DAEMON + b"\r\ncould not be delivered " + b"a@" * 500_000,
    "a bounce of dashes": DAEMON + b"\r\ncould not be delivered\r\n" + b"-" * 1_000_000,
    "a bounce of blanks": DAEMON + b"\r\ncould not be delivered\r\n" + b" \t>" * 300_000,
    "utf-7 and idna labels": b"Subject: " + b"=?idna?Q?" + b"xn--" * 900 + b"?= " * 10 + b"\r\n\r\n",
    "a date of digits": b"Date: " + b"9" * 200_000 + b"\r\n\r\n",
}


@pytest.fixture(scope="module")
def reader() -> Iterator[subprocess.Popen[bytes]]:
    """The process that forks for each mail."""
    command = [sys.executable, "-c", READER]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, cwd=ROOT) as process:
        yield process
        assert process.stdin
        process.stdin.close()


@pytest.mark.parametrize("raw", INPUTS.values(), ids=INPUTS.keys())
def test_a_hostile_mail_is_read_within_two_seconds_of_processor_time(
    reader: subprocess.Popen[bytes], raw: bytes
) -> None:
    """And within a gigabyte; -9 would be the kernel's word."""
    assert reader.stdin
    assert reader.stdout
    reader.stdin.write(struct.pack(">Q", len(raw)) + raw)
    reader.stdin.flush()
    assert int(reader.stdout.readline()) == 0
