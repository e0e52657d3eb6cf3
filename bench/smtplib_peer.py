"""The standard library as a peer, a process of its own: `python -m bench.smtplib_peer PORT SIZE COUNT`.

One reused connection, one EmailMessage a letter, `send_message`; nothing is recorded.  The messages are made before the
clock starts: what is measured is `send_message` alone.
"""

import json
import resource
import smtplib
import sys
import time
from email.message import EmailMessage

from bench.letters_ours import letter
from tests.servers.wait import LOOPBACK


def message(number: int, size: int) -> EmailMessage:
    """The same letter."""
    one = letter(number, size)
    made = EmailMessage()
    made["From"] = f"{one.sender_name} <{one.sender}>"
    made["To"] = one.recipient
    made["Subject"] = one.subject
    made["Message-ID"] = one.message_id
    made["Date"] = one.date
    made.set_content(one.text)
    for file in one.attachments:
        made.add_attachment(file.content, "application", "pdf", filename=file.name)
    return made


def main() -> None:
    """Send, and tell how long it took."""
    port, size, count = (int(word) for word in sys.argv[1:4])
    messages = [message(number, size) for number in range(count)]
    with smtplib.SMTP(LOOPBACK, port, "office.example", 60) as client:
        client.ehlo()
        before, begun = resource.getrusage(resource.RUSAGE_SELF), time.perf_counter()
        for one in messages:
            client.send_message(one, "bounce@office.example", ["nguoi@nhan.example"])
        took, after = time.perf_counter() - begun, resource.getrusage(resource.RUSAGE_SELF)
    used = after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime
    sys.stdout.write(json.dumps({"seconds": took, "cpu": used}))


if __name__ == "__main__":
    main()
