"""What certificates point to, asked for once and kept for as long as it holds.

Promise: `ask` has an answer for every question within a bounded time, and raises for nothing that a peer does; what
cannot be had is empty octets, and is not asked for again for a little while.  Kept in a folder where there is one,
else in memory.  Thread-safe.
"""

import hashlib
import os
import threading
import time
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from urllib.parse import urlsplit

import structlog

from bridge.evidence.holding import until
from bridge.evidence.http import NotHadError, egress_of, get
from bridge.settings.sections import Fetching
from validation.evidence import MOST_WANTED, WantedHttp

_log = structlog.get_logger("docbridge.evidence")
_MOST_KEPT = 5_000
_MOST_FAILED = 10_000


@dataclass(slots=True)
class _Asking:
    """One round: who still runs when its time is up is not waited for."""

    found: dict[str, bytes] = field(default_factory=dict)
    done: threading.Semaphore = field(default_factory=lambda: threading.Semaphore(0))


class Answers:
    """Where the answers come from."""

    def __init__(self, settings: Fetching, folder: Path | None) -> None:
        """`folder` is where answers are kept; None = in memory."""
        self._settings = settings
        self._egress = egress_of(settings.allow_hosts, settings.proxy, settings.timeout.total_seconds())
        self._folder = folder
        self._memory: dict[str, tuple[bytes, datetime]] = {}
        self._failed: dict[str, float] = {}
        self._hosts: dict[str, threading.Semaphore] = {}
        self._lock = threading.Lock()

    @property
    def asks(self) -> bool:
        """Is anybody asked at all?"""
        return self._settings.fetch

    def ask(self, wanted: Iterable[WantedHttp]) -> Mapping[str, bytes]:
        """The answer to each, by its key; empty octets = it cannot be had now."""
        questions = tuple(dict.fromkeys(wanted))[:MOST_WANTED]
        asking = _Asking()
        for want in questions:
            # Daemons: a resolver that hangs must not keep the program from ending.
            threading.Thread(target=self._answer, args=(want, asking), name="evidence", daemon=True).start()
        deadline = time.monotonic() + 2 * self._egress.seconds
        for _ in questions:
            if not asking.done.acquire(timeout=max(0.0, deadline - time.monotonic())):
                break
        return {want.key: asking.found.get(want.key, b"") for want in questions}

    def fetch(self, want: WantedHttp) -> bytes:
        """The answer from the net itself, whatever is kept.

        Raises:
            NotHadError: it cannot be had.
        """
        settings = self._settings
        if not settings.fetch:
            raise NotHadError("nothing is asked for: [evidence] fetch is false")
        with self._turn(want.url):
            most = settings.list_size if want.kind == "crl" else settings.answer_size
            return get(want.url, self._egress, most, want.request)

    def _answer(self, want: WantedHttp, asking: _Asking) -> None:
        try:
            octets = self._kept(want.key)
            if not octets and self._settings.fetch and not self._failing(want.key, _host(want.url)):
                octets = self.fetch(want)
                self._keep(want, octets)
            asking.found[want.key] = octets
        except NotHadError as error:
            # One host that is away costs one time-out, and not one for each of its certificates.
            self._failed_now(_host(want.url) if error.away else want.key)
            _log.warning("not_had", kind=want.kind, host=_host(want.url), cause=str(error))
        finally:
            asking.done.release()

    def _turn(self, url: str) -> threading.Semaphore:
        host = _host(url)
        with self._lock:
            if len(self._hosts) > _MOST_FAILED:
                self._hosts.clear()
            return self._hosts.setdefault(host, threading.Semaphore(self._settings.per_host))

    def _failing(self, *keys: str) -> bool:
        with self._lock:
            return any(time.monotonic() < self._failed.get(key, 0.0) for key in keys)

    def _failed_now(self, key: str) -> None:
        with self._lock:
            if len(self._failed) >= _MOST_FAILED:
                self._failed.clear()
            self._failed[key] = time.monotonic() + self._settings.failed_for.total_seconds()

    def _file(self, key: str) -> Path | None:
        return self._folder / hashlib.sha256(key.encode()).hexdigest() if self._folder else None

    def _kept(self, key: str) -> bytes:
        """What is kept and still holds; empty = nothing."""
        now = datetime.now(UTC)
        octets, end = self._memory.get(key, (b"", now))
        if end > now:
            return octets
        file = self._file(key)
        try:
            # The time of the file is the end of what it holds.
            if file and file.stat().st_mtime > now.timestamp():
                return file.read_bytes()
        except OSError:
            return b""
        return b""

    def _keep(self, want: WantedHttp, octets: bytes) -> None:
        end = until(want.kind, octets, datetime.now(UTC))
        if end is None:
            self._failed_now(want.key)  # read by whoever asked, and no reason to ask again at once
            return
        file = self._file(want.key)
        if file is None:
            with self._lock:
                if len(self._memory) >= _MOST_KEPT // 10:
                    self._memory.clear()
                self._memory[want.key] = octets, end
            return
        fresh = file.with_name(f".{file.name}-{os.getpid()}-{threading.get_ident()}")
        try:
            file.parent.mkdir(parents=True, exist_ok=True)
            self._sweep(file.parent)
            fresh.write_bytes(octets)
            os.utime(fresh, (end.timestamp(), end.timestamp()))
            fresh.replace(file)
        except OSError as error:
            _log.warning("not_kept", cause=error.strerror)

    def _sweep(self, folder: Path) -> None:
        """What has run out goes when there is much of it."""
        files = list(folder.iterdir())
        if len(files) < _MOST_KEPT:
            return
        now = datetime.now(UTC).timestamp()
        by_end = sorted((file.stat().st_mtime, file) for file in files)
        for number, (end, file) in enumerate(by_end):
            if end <= now or number < _MOST_KEPT // 10:
                file.unlink(missing_ok=True)


def _host(url: str) -> str:
    """The host and port of an address; "" = it has none."""
    try:
        return urlsplit(url).netloc.lower()
    except ValueError:
        return ""
