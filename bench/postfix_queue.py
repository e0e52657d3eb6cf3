"""A Postfix that sends: sendmail, its queue manager, its SMTP client, all to one next hop; no DNS, no delays: its best.

`sendmail` is called once a letter, four at a time, as programs on a machine do.
"""

import contextlib
import os
import subprocess
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path

from bench import cpu
from bench.postfix_private import private_postfix
from tests.servers.process import binary
from tests.servers.wait import LOOPBACK, wait_until

_MAIN = """\
mydestination =
relayhost = [{loopback}]:{sink}
disable_dns_lookups = yes
smtp_tls_security_level = none
"""
_MASTER = """\
pickup unix n - n 1 1 pickup
smtp unix - - n - - smtp
scache unix - - n - 1 scache
"""
_FEEDERS = 4
_QUEUES = ("maildrop", "incoming", "active", "deferred", "hold")


@dataclass(frozen=True, slots=True)
class SendingPostfix:
    """A running instance."""

    folder: Path
    pid: int

    def sent(self, letter: Path, count: int) -> tuple[float, float]:
        """Seconds from the first letter handed to sendmail to the last one taken by the next hop; CPU seconds of its
        servers and of sendmail."""
        etc = str(self.folder / "etc")
        words = [binary("sendmail"), "-C", etc, "-i", "-f", "bounce@office.example", "a@nhan.example"]

        def one(_: int) -> None:
            with letter.open("rb") as content:
                subprocess.run(words, stdin=content, check=True, capture_output=True)

        before, children = cpu.seconds(self.pid), os.times()
        begun = time.perf_counter()
        with ThreadPoolExecutor(_FEEDERS) as pool:
            list(pool.map(one, range(count)))
        wait_until(lambda: not self._queued(), 300, "Postfix having sent all")
        took = time.perf_counter() - begun
        after = os.times()
        fed = after.children_user + after.children_system - children.children_user - children.children_system
        if (sent := self._log().count("status=sent")) < count:
            raise RuntimeError(f"Postfix sent {sent} of {count}")
        return took, cpu.seconds(self.pid) - before + fed

    def _queued(self) -> bool:
        places = (self.folder / "spool" / name for name in _QUEUES)
        return any(file.is_file() for place in places for file in place.rglob("*"))

    def _log(self) -> str:
        return (self.folder / "maillog").read_text("utf-8", "replace")


@contextlib.contextmanager
def sending_postfix(sink: int) -> Iterator[SendingPostfix]:
    """Serve until the block ends; everything goes to the loopback port `sink`."""
    with private_postfix("queue", _MAIN.format(loopback=LOOPBACK, sink=sink), _MASTER) as server:
        yield SendingPostfix(server.folder, server.pid)
