"""Messages a second from a real Dovecot to the disk: our IMAP door against mbsync and getmail6; latency of one mail.

All fetch the same mailbox in the same run, turn and turn about; each ratio is of one round, the median of the rounds is
told.  All three flush what they write: our store commits, mbsync as it does unless told otherwise (FSync), getmail6
flushes each file.  Ours also sets \\Seen, which the others do not.
"""

import os
import shutil
import statistics
import subprocess
import sys
import threading
import time
from collections.abc import Callable
from concurrent.futures import Future
from datetime import datetime, timedelta
from pathlib import Path

from bench.imap_ours import opened
from bench.load import Row
from imap_poll.credentials import credentials_of
from imap_poll.port import StorePort
from imap_poll.settings import Account
from imap_poll.watcher import Watcher
from store.arrival import Kept
from store.incoming import Incoming
from store.mail import ImapOrigin
from tests.servers.dovecot import Dovecot, ImapUser, dovecot
from tests.servers.process import binary, scratch
from tests.servers.wait import LOOPBACK, wait_until

_ROOT = Path(__file__).parents[1]
_COUNT, _OCTETS = 2000, 50_000
_SLOW = 300  # messages that getmail6 fetches: it needs a process and seconds for what the others do in one
_LEAST = 50  # and of which its rate can be told; it gives up where a process of its own is slow to begin
_SINGLE = 40  # mails whose way is timed one by one

_MBSYNC = """\
IMAPAccount bench
Host {host}
Port {port}
User {user}
Pass {password}
SSLType None
AuthMechs LOGIN

IMAPStore far
Account bench

MaildirStore near
Path {folder}/
Inbox {folder}/INBOX

Channel bench
Far :far:
Near :near:
Patterns INBOX
Sync PullNew
Create Near
SyncState *
"""

_GETMAIL = """\
[retriever]
type = SimpleIMAPRetriever
server = {host}
port = {port}
username = {user}
password = {password}
mailboxes = ("INBOX",)

[destination]
type = Maildir
path = {folder}/maildir/
{owner}

[options]
read_all = true
delete = false
verbose = 0
max_messages_per_session = {most}
"""


def _mail(number: int, octets: int) -> bytes:
    head = f"From: a@b.example\r\nSubject: {number}\r\nMessage-ID: <{number}@b.example>\r\n\r\n".encode()
    return head + b"x" * 74 + b"\r\n" + (b"0123456789" * 7 + b"\r\n") * (octets // 72)


def _unseen(server: Dovecot, user: ImapUser) -> None:
    with server.login(user) as client:
        client.select("INBOX")
        client.store("1:*", "-FLAGS.SILENT", "\\Seen")


def _ours(server: Dovecot, user: ImapUser, folder: Path) -> float:
    password = folder.with_suffix(".password")
    password.write_text(user.password)
    words = [str(folder), LOOPBACK, str(server.port), user.name, str(password), str(_COUNT)]
    command = [sys.executable, "-m", "bench.imap_ours", *words]
    done = subprocess.run(command, capture_output=True, text=True, check=False, cwd=_ROOT, timeout=300)
    if done.returncode:
        raise RuntimeError(f"ours: {done.stderr.strip()[-500:]}")
    return _COUNT / float(done.stdout)


def _timed(command: list[str], maildir: Path, least: int, most: int) -> float:
    begun = time.perf_counter()
    done = subprocess.run(command, capture_output=True, text=True, check=False, timeout=600)
    took = time.perf_counter() - begun
    found = sum(1 for place in ("new", "cur") for _ in (maildir / place).glob("*"))
    if not least <= found <= most:
        raise RuntimeError(f"{command[0]} fetched {found} of {most}: {done.stderr.strip()[-500:]}")
    return found / took


def _mbsync(server: Dovecot, user: ImapUser, folder: Path) -> float:
    folder.mkdir()
    settings = folder / "mbsyncrc"
    settings.write_text(
        _MBSYNC.format(host=LOOPBACK, port=server.port, user=user.name, password=user.password, folder=folder)
    )
    return _timed([binary("mbsync"), "-q", "-c", str(settings), "bench"], folder / "INBOX", _COUNT, _COUNT)


def _getmail(server: Dovecot, user: ImapUser, folder: Path) -> float:
    maildir = folder / "maildir"
    root = os.getuid() == 0  # as whom it does not deliver
    for place in ("", "new", "cur", "tmp"):
        (maildir / place).mkdir(parents=True)
        if root:
            shutil.chown(maildir / place, "mail")
    settings = folder / "getmailrc"
    facts = {"host": LOOPBACK, "port": server.port, "user": user.name, "password": user.password, "folder": folder}
    settings.write_text(_GETMAIL.format(**facts, owner="user = mail" if root else "", most=_SLOW))
    return _timed([binary("getmail"), f"--getmaildir={folder}", f"--rcfile={settings}"], maildir, _LEAST, _SLOW)


def _latencies(server: Dovecot, user: ImapUser, folder: Path) -> list[float]:
    """Milliseconds from Dovecot's OK to APPEND until the mail is on our disk."""
    store = opened(folder)
    password = folder.with_suffix(".password")
    password.write_text(user.password)
    kept: list[float] = []

    def keep(incoming: Incoming, origin: ImapOrigin, at: datetime) -> Future[Kept]:
        future = store.intake.submit(incoming, origin, at)
        future.add_done_callback(lambda _: kept.append(time.perf_counter()))
        return future

    marks = store.bookmarks
    account = Account("bench", LOOPBACK, user.name, password, server.port, "none", poll=timedelta(seconds=60))
    into = StorePort(store.incoming, keep, store.mails.uids, marks.get, marks.put)
    watcher = Watcher(account, "INBOX", credentials_of(account), into)
    watcher.start()
    told: list[float] = []
    pause = threading.Event()
    try:
        with server.login(user) as client:
            for number in range(_SINGLE):
                wait_until(lambda: watcher.health.doing == "idle", what="IDLE")
                pause.wait(0.05)  # the command is on its way; mails rarely come at that very moment
                client.append("INBOX", "", "", _mail(number, 10_000))
                sent = time.perf_counter()
                wait_until(lambda due=number: len(kept) > due, what="the mail")  # type: ignore[misc]
                told.append(1000 * max(0.0, kept[-1] - sent))
    finally:
        watcher.stop()
        watcher.join(20)
        store.close()
    return told


def run(rounds: int = 3) -> list[Row]:
    """Both peers and the latency."""
    peers: dict[str, Callable[[Dovecot, ImapUser, Path], float]] = {"mbsync with fsync": _mbsync, "getmail6": _getmail}
    pairs: dict[str, list[tuple[float, float]]] = {peer: [] for peer in peers}
    with scratch("bench") as folder, dovecot(folder / "log") as server:
        user = server.add_user()
        with server.login(user) as client:
            for number in range(_COUNT):
                client.append("INBOX", "", "", _mail(number, _OCTETS))
        for number in range(rounds):
            for peer, fetch in peers.items():
                _unseen(server, user)
                ours = _ours(server, user, folder / f"ours-{number}-{peer[:3]}")
                theirs = fetch(server, user, folder / f"{peer[:3]}-{number}")
                pairs[peer].append((ours, theirs))
        latencies = _latencies(server, server.add_user(), folder / "single")
    return [*(_row(peer, found) for peer, found in pairs.items()), _latency(latencies)]


def _row(peer: str, pairs: list[tuple[float, float]]) -> Row:
    return {
        "benchmark": "imap",
        "case": "2,000 x 50 kB, durable",
        "peer": peer,
        "rounds": len(pairs),
        "ours_per_second": round(statistics.median(ours for ours, _ in pairs), 1),
        "peer_per_second": round(statistics.median(theirs for _, theirs in pairs), 1),
        "ratio": round(statistics.median(ours / theirs for ours, theirs in pairs), 3),
    }


def _latency(found: list[float]) -> Row:
    return {
        "benchmark": "imap",
        "case": "10 kB, one at a time: Dovecot's OK to our commit",
        "peer": "(Dovecot itself waits 500 ms before it tells)",
        "rounds": len(found),
        "ours_ms": round(statistics.median(found), 1),
        "worst_ms": round(max(found), 1),
    }
