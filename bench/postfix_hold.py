"""A Postfix that only takes in: smtpd, cleanup, fsync, hold queue. No delivery, no DNS, no delays: its best case."""

import contextlib
import subprocess
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

from bench.load import Case, Measured, Server, measure
from bench.postfix_private import private_postfix
from tests.servers.process import binary

_MAIN = """\
mydestination = ours.example
smtpd_client_restrictions = check_client_access static:HOLD
smtpd_client_connection_count_limit = 0
smtpd_client_connection_rate_limit = 0
"""
_MASTER = "local unix - n n - - local\n"


@dataclass(frozen=True, slots=True)
class HoldingPostfix:
    """A running instance."""

    port: int  #: SMTP, on loopback
    pid: int  #: its master; the others are its children
    folder: Path

    def measured(self, case: Case) -> Measured:
        """With an empty queue at the start, and all mails in it at the end."""
        self.clear()
        found = measure(Server(self.port, self.pid), case)
        assert self.held() >= case.mails, "Postfix lost some"
        return found

    def held(self) -> int:
        """How many mails it has taken."""
        return sum(1 for file in (self.folder / "spool" / "hold").rglob("*") if file.is_file())

    def clear(self) -> None:
        """Empty the queue."""
        words = [binary("postsuper"), "-c", str(self.folder / "etc"), "-d", "ALL"]
        subprocess.run(words, check=True, capture_output=True)


@contextlib.contextmanager
def holding_postfix(env: Mapping[str, str] | None = None) -> Iterator[HoldingPostfix]:
    """Serve until the block ends; of `env`, which is added to the environment, LD_PRELOAD reaches the servers."""
    with private_postfix("hold", _MAIN, _MASTER, env) as server:
        yield HoldingPostfix(server.port, server.pid, server.folder)
