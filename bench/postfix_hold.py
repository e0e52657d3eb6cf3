"""A Postfix that only takes in: smtpd, cleanup, fsync, hold queue. No delivery, no DNS, no delays: its best case."""

import contextlib
import os
import pwd
import subprocess
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

from bench.load import Case, Measured, Server, measure
from tests.servers.process import binary, running, scratch
from tests.servers.wait import LOOPBACK, answers, free_port

_MAIN = """\
compatibility_level = 3.6
config_directory = {folder}/etc
queue_directory = {folder}/spool
data_directory = {folder}/data
maillog_file = {folder}/maillog
maillog_file_prefixes = {folder}
myhostname = postfix.example
mydestination = ours.example
local_recipient_maps =
alias_maps =
alias_database =
inet_interfaces = {loopback}
inet_protocols = ipv4
mynetworks = 127.0.0.0/8
smtpd_client_restrictions = check_client_access static:HOLD
smtpd_client_connection_count_limit = 0
smtpd_client_connection_rate_limit = 0
in_flow_delay = 0
message_size_limit = 60000000
mailbox_size_limit = 0
import_environment = MAIL_CONFIG MAIL_DEBUG MAIL_LOGTAG TZ LANG=C LD_PRELOAD
"""

_MASTER = """\
{loopback}:{port} inet n - n - - smtpd
cleanup unix n - n - 0 cleanup
qmgr unix n - n 300 1 qmgr
rewrite unix - - n - - trivial-rewrite
bounce unix - - n - 0 bounce
defer unix - - n - 0 bounce
trace unix - - n - 0 bounce
error unix - - n - - error
retry unix - - n - - error
local unix - n n - - local
anvil unix - - n - 1 anvil
tlsmgr unix - - n 1000? 1 tlsmgr
proxymap unix - - n - - proxymap
postlog unix-dgram n - n - 1 postlogd
"""


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
    with scratch("hold") as folder:
        port = free_port()
        for name in ("etc", "spool", "data"):
            (folder / name).mkdir()
        owner = pwd.getpwnam("postfix")
        os.chown(folder / "data", owner.pw_uid, owner.pw_gid)
        (folder / "etc" / "main.cf").write_text(_MAIN.format(folder=folder, loopback=LOOPBACK))
        (folder / "etc" / "master.cf").write_text(_MASTER.format(loopback=LOOPBACK, port=port))
        etc = str(folder / "etc")
        subprocess.run([binary("postfix"), "-c", etc, "check"], check=True, capture_output=True)
        command = [binary("master", "/usr/lib/postfix/sbin"), "-c", etc, "-d"]
        whole = {**os.environ, **(env or {})}
        with running("postfix", command, folder / "out", lambda: answers(port, b"220 "), env=whole) as process:
            yield HoldingPostfix(port, process.pid, folder)
