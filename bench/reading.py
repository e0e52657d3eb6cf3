"""Reading a mail, tree and every attachment decoded, against `email.policy.default` in one process.

Both read the same octets, decode every leaf, and ask for From, Subject and Date.  They take turns within a round, and
the ratio of a round is of processor seconds: what else the machine does at the moment harms both alike.
"""

import email
import email.policy
import secrets
import statistics
import time
from collections.abc import Callable
from email.message import EmailMessage

from validation.message import read

Row = dict[str, str | float | int]

PEER = "email.policy.default"
#: What is read: the octets of the mail, roughly; how many PDFs share them; how often it is read in one turn of ours.
CASES = {
    "10 kB, one PDF": (10_000, 1, 40),
    "200 kB, one PDF": (200_000, 1, 20),
    "5 MB, one PDF": (5_000_000, 1, 3),
    "5 MB, ten PDFs": (5_000_000, 10, 3),
}
_ROUNDS = 7  #: at least: a turn takes milliseconds


def a_mail(octets: int, files: int) -> bytes:
    """A mail as an office's program writes it: plain text and HTML, and PDFs with Vietnamese names."""
    made = EmailMessage(policy=email.policy.SMTP)
    made["From"] = "Văn thư Sở Tài chính <vanthu@stc.example.vn>"
    made["To"] = "Ủy ban nhân dân tỉnh <vanthu@ubnd.example.vn>"
    made["Subject"] = "V/v gửi Quyết định số 35/QĐ-STC ngày 20/11/2026 về việc giao dự toán ngân sách"
    made["Date"] = "Sun, 22 Nov 2026 10:00:00 +0700"
    made["Message-ID"] = "<35@stc.example.vn>"
    words = "Kính gửi Ủy ban nhân dân tỉnh. Sở Tài chính gửi kèm theo Quyết định.\n"
    made.set_content(words * 5)
    made.add_alternative(f"<html><body><p>{words * 5}</p></body></html>", subtype="html")
    each = max((octets - 3_500) // files * 3 // 4 * 76 // 78, 1_000)
    for number in range(files):
        content = b"%PDF-1.7\n" + secrets.token_bytes(each)
        made.add_attachment(content, "application", "pdf", filename=f"Quyết định {number + 1}.pdf")
    return made.as_bytes()


def ours(raw: bytes) -> list[bytes]:
    """The decoded files."""
    message = read(raw)
    assert message.subject
    assert message.date
    assert message.mailboxes("From")
    return [file.content for file in message.attachments]


def theirs(raw: bytes) -> list[bytes]:
    """The same with the standard library's recommended policy."""
    message = email.message_from_bytes(raw, policy=email.policy.default)
    assert message["Subject"]
    assert message["Date"].datetime
    assert message["From"].addresses
    found = []
    for part in message.walk():
        if part.is_multipart():
            continue
        content = part.get_content()
        if isinstance(content, bytes):
            assert part.get_filename()
            found.append(content)
    return found


def _seconds(act: Callable[[bytes], list[bytes]], raw: bytes, times: int) -> float:
    begun = time.process_time()
    for _ in range(times):
        act(raw)
    return (time.process_time() - begun) / times


def run(rounds: int = _ROUNDS) -> list[Row]:
    """A row for each size."""
    return [
        _row(case, a_mail(octets, files), times, max(rounds, _ROUNDS)) for case, (octets, files, times) in CASES.items()
    ]


def _row(case: str, raw: bytes, times: int, rounds: int) -> Row:
    assert ours(raw) == theirs(raw)  # warms both as well
    measured = [(_seconds(ours, raw, times), _seconds(theirs, raw, max(times // 10, 1))) for _ in range(rounds)]
    mine, peer = (statistics.median(one) for one in zip(*measured, strict=True))
    return {
        "benchmark": "reading",
        "case": case,
        "peer": PEER,
        "rounds": rounds,
        "octets": len(raw),
        "ratio": round(statistics.median(theirs_ / ours_ for ours_, theirs_ in measured), 1),
        "ours_per_second": round(1 / mine, 1),
        "peer_per_second": round(1 / peer, 1),
        "ours_cpu_ms": round(1000 * mine, 3),
        "peer_cpu_ms": round(1000 * peer, 3),
        "megabytes_per_second": round(len(raw) / mine / 1e6, 1),
    }
