"""A service that is killed at random moments under load, and the reckoning afterwards.

Promise: the throws are seeded and the seed is printed; clients note what was answered 250, byte for byte; some send
again what got no answer, as real servers do.  What is reckoned is what docbridge promises: a 250 is a mail on disk,
once; an accepted mail is one envelope file; a letter is never forgotten, and doubled at most once a kill, under the
same Message-ID.
"""

import base64
import hashlib
import random
import re
import signal
import smtplib
import threading
import time
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta

from bridge.edxml.conform import conform
from store.delivery import Done, Queued
from store.mail import MailState
from store.registry import Correspondent
from tests.journeys.house import DOOR, House
from tests.servers.clients import SmtpSink
from tests.servers.wait import LOOPBACK, wait_until

KNOWN = "dan.example"  #: a domain of known individuals: they are sent receipts
#: Settings of a bridge in a storm: kills are no crashes of its mails, and one letter is in hand at a time.
SETTINGS = {"WORKER__CRASHES": "100000", "OUTBOUND__CONCURRENCY": "1", "SMTP_IN__STOP_TIMEOUT": "5 s"}


def minimal_pdf(mark: str, padding: int = 0) -> bytes:
    """A PDF of one empty page that no other equals, cheap to judge."""
    bodies = [
        b"<</Type/Catalog/Pages 2 0 R>>",
        b"<</Type/Pages/Kids[3 0 R]/Count 1>>",
        b"<</Type/Page/Parent 2 0 R/MediaBox[0 0 595 842]>>",
    ]
    out = bytearray(b"%PDF-1.7\n% " + mark.encode() + b"\n" + b"% padding padding padding\n" * (padding // 26))
    places = []
    for number, body in enumerate(bodies, 1):
        places.append(len(out))
        out += b"%d 0 obj%b\nendobj\n" % (number, body)
    start = len(out)
    out += b"xref\n0 4\n0000000000 65535 f \n" + b"".join(b"%010d 00000 n \n" % place for place in places)
    out += b"trailer<</Size 4/Root 1 0 R>>\nstartxref\n%d\n%%%%EOF\n" % start
    return bytes(out)


def simple_mail(mark: str, sender: str, padding: int) -> bytes:
    """A citizen's mail with a small PDF, written by hand so that each costs nothing."""
    body = base64.encodebytes(minimal_pdf(mark, padding)).replace(b"\n", b"\r\n").decode()
    return (
        f"From: {sender}\r\nTo: {DOOR}\r\nSubject: {mark}\r\nMessage-ID: <{mark}@storm.test>\r\n"
        "Date: Sun, 22 Nov 2026 09:00:00 +0700\r\nMIME-Version: 1.0\r\n"
        'Content-Type: multipart/mixed; boundary="b"\r\n\r\n--b\r\nContent-Type: text/plain\r\n\r\nkinh gui\r\n'
        f'--b\r\nContent-Type: application/pdf; name="{mark}.pdf"\r\nContent-Transfer-Encoding: base64\r\n'
        f'Content-Disposition: attachment; filename="{mark}.pdf"\r\n\r\n{body}--b--\r\n'
    ).encode()


@dataclass
class Storm:
    """The clients, what they sent, and what they were answered."""

    house: House
    seed: int
    #: Mails from elsewhere that are sent as well (signed ones), each once: reverse path and bytes.
    extra: Sequence[tuple[str, bytes]] = ()
    clients: int = 4
    most: int = 10**9  #: mails, the extra ones apart
    sent: dict[str, bytes] = field(default_factory=dict)  #: SHA-256 -> bytes that were sent, answered or not
    answered: set[str] = field(default_factory=set)  #: SHA-256 of those that got a 250
    starts: list[float] = field(default_factory=list)  #: seconds from start to ready, of lives that got so far

    def __post_init__(self) -> None:
        """Nothing was sent yet."""
        self._lock = threading.Lock()
        self._over = threading.Event()
        self._count = 0
        self._extra = list(self.extra)

    def furnish(self) -> None:
        """Makes the senders known."""
        citizens = Correspondent("dan", "individual", "Công dân", domains=(KNOWN,))
        self.house.store.registry.correspondents.add(citizens, "test", datetime.now(UTC))

    def rage(self, kills: int, longest: float) -> None:
        """Kills the service that many times, each life lasting at most `longest` seconds; starts a last one."""
        dice = random.Random(self.seed)
        threads = [threading.Thread(target=self._client, args=(dice.random(),)) for _ in range(self.clients)]
        for thread in threads:
            thread.start()
        try:
            for _ in range(kills):
                process, before = self.house.launch()
                # Most lives come to work before they end; some do not even come to be ready.
                self._live(dice.uniform(0, longest), from_ready=dice.random() < 0.75, before=before)
                assert process.poll() is None, self.house.said[-2000:]
                self.house.stop(signal.SIGKILL)
        finally:
            if kills:
                self.starts.append(self.house.start())
            self._over.set()
            for thread in threads:
                thread.join(60)
        assert not any(thread.is_alive() for thread in threads)

    def _live(self, seconds: float, *, from_ready: bool, before: int) -> None:
        began, end = time.monotonic(), 0.0 if from_ready else time.monotonic() + seconds
        ready = False
        while not end or time.monotonic() < end:
            if not ready and " ready\n" in self.house.said[before:]:
                ready = True
                self.starts.append(time.monotonic() - began)
                end = end or time.monotonic() + seconds
            assert time.monotonic() - began < 120, self.house.said[-2000:]
            self._over.wait(0.02)

    def _next(self, dice: random.Random) -> tuple[str, bytes] | None:
        with self._lock:
            if self._extra and self._count % 7 == 3:
                self._count += 1
                return self._extra.pop()
            if self._count >= self.most:
                return self._extra.pop() if self._extra else None
            self._count += 1
            number = self._count
        mark = f"storm-{self.seed}-{number}"
        sender = f"an{number}@{KNOWN if number % 3 else 'la.example'}"
        return sender, simple_mail(mark, sender, dice.choice((0, 0, 0, 40_000, 70_000, 200_000)))

    def _client(self, seed: float) -> None:
        """One peer: it sends again what got no answer, or, one time in three, gives up on it."""
        dice = random.Random(seed)
        while not self._over.is_set() and (following := self._next(dice)):
            mail_from, raw = following
            digest = hashlib.sha256(raw).hexdigest()
            with self._lock:
                self.sent[digest] = raw
            faithful = dice.random() < 0.67
            while not self._try(mail_from, raw):
                if self._over.wait(dice.uniform(0.02, 0.2)) and not faithful:
                    break
            else:
                with self._lock:
                    self.answered.add(digest)
            self._over.wait(dice.uniform(0, 0.1))

    def _try(self, mail_from: str, raw: bytes) -> bool:
        try:
            with smtplib.SMTP(LOOPBACK, self.house.port, timeout=30) as client:
                client.ehlo("storm.example")
                return client.mail(mail_from)[0] == 250 and client.rcpt(DOOR)[0] == 250 and client.data(raw)[0] == 250
        except (OSError, smtplib.SMTPException):
            return False

    def reckon(self, patience: float) -> None:
        """Everything that was promised, after the last life has finished its work."""
        store = self.house.store

        def finished() -> bool:
            # In the order in which one makes the next: a mail a notice, a notice a letter.
            return (
                not store.mails.states().get("received")
                and not store.notices.ripe(datetime.now(UTC), timedelta(0), limit=1)
                and not any(store.deliveries.list(Queued, limit=1))
            )

        wait_until(finished, patience, "all mails judged, all senders told and everything delivered")
        self.house.settled()
        assert store.journal.verify() is None
        mails = list(store.mails.list())
        there = Counter(mail.sha256 for mail in mails)
        assert self.answered <= set(there), "a mail that got a 250 is gone"
        assert set(there) <= set(self.sent), "a mail that nobody sent"
        assert set(there.values()) <= {1}, "a mail is there twice"
        for mail in mails:
            assert store.mails.body(mail.id) == self.sent[mail.sha256]
        assert {mail.state for mail in mails} == {MailState.ACCEPTED}
        self._envelopes({mail.id for mail in mails})

    def _envelopes(self, accepted: set[str]) -> None:
        """One envelope for each accepted mail, as a file that conforms, and no other file."""
        records = list(self.house.store.envelopes.list())
        assert Counter(record.mail_id for record in records) == Counter(accepted)
        out = self.house.axis / "out"
        assert {file.name for file in out.iterdir() if file.is_file()} == {f"{one.id}.edxml" for one in records}
        for record in records[:20]:
            content = (out / f"{record.id}.edxml").read_bytes()
            assert content == self.house.store.envelopes.content(record.id)
            assert conform(content) == []

    def reckon_letters(self, sink: SmtpSink, kills: int) -> None:
        """Every letter was taken by the next hop, at most one more for each kill, under its own Message-ID."""
        store = self.house.store
        deliveries = list(store.deliveries.list(kind="letter"))
        assert all(isinstance(one.state, Done) for one in deliveries)
        wanted = Counter(
            letter.message_id for one in deliveries if (letter := store.letters.get(one.content_id)) is not None
        )
        taken: Counter[str] = Counter()
        for mail in sink.mails():
            found = re.search(rb"^Message-ID: *(<[^>]+>)", mail.raw, re.MULTILINE | re.IGNORECASE)
            assert found is not None
            taken[found[1].decode()] += 1
        assert set(wanted.values()) <= {1}
        assert set(wanted) <= set(taken), "a letter was lost"
        assert set(taken) <= set(wanted), "a letter that nobody wrote"
        doubles = sum(taken.values()) - len(taken)
        assert doubles <= kills, f"{doubles} doubles"
        told = {one.recipient for one in deliveries}
        assert all(recipient.endswith((KNOWN, ".test")) for recipient in told)

    def told(self) -> str:
        """What happened, in a line."""
        quick = sorted(self.starts)
        middle = quick[len(quick) // 2] if quick else 0.0
        return (
            f"seed {self.seed}: {len(self.sent)} sent, {len(self.answered)} answered 250; "
            f"start to ready: median {middle:.2f} s, longest {quick[-1] if quick else 0:.2f} s of {len(quick)}"
        )
