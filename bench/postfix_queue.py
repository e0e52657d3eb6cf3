"""A Postfix that sends: sendmail, its queue manager, its SMTP client, all to one next hop; no DNS, no delays: its best.

`sendmail` is called once a letter, four at a time, as programs on a machine do.
"""

import contextlib
import os
import pwd
import subprocess
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path

from bench import cpu
from tests.servers.process import binary, running, scratch
from tests.servers.wait import LOOPBACK, answers, free_port, wait_until

_MAIN = """\
compatibility_level = 3.6
config_directory = {folder}/etc
queue_directory = {folder}/spool
data_directory = {folder}/data
maillog_file = {folder}/maillog
maillog_file_prefixes = {folder}
myhostname = postfix.example
mydestination =
local_recipient_maps =
alias_maps =
alias_database =
inet_interfaces = {loopback}
inet_protocols = ipv4
mynetworks = 127.0.0.0/8
relayhost = [{loopback}]:{sink}
disable_dns_lookups = yes
smtp_tls_security_level = none
in_flow_delay = 0
message_size_limit = 60000000
mailbox_size_limit = 0
import_environment = MAIL_CONFIG MAIL_DEBUG MAIL_LOGTAG TZ LANG=C
"""

_MASTER = """\
{loopback}:{port} inet n - n - - smtpd
pickup unix n - n 1 1 pickup
cleanup unix n - n - 0 cleanup
qmgr unix n - n 300 1 qmgr
rewrite unix - - n - - trivial-rewrite
bounce unix - - n - 0 bounce
defer unix - - n - 0 bounce
trace unix - - n - 0 bounce
smtp unix - - n - - smtp
error unix - - n - - error
retry unix - - n - - error
scache unix - - n - 1 scache
anvil unix - - n - 1 anvil
tlsmgr unix - - n 1000? 1 tlsmgr
proxymap unix - - n - - proxymap
postlog unix-dgram n - n - 1 postlogd
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
    with scratch("queue") as folder:
        port = free_port()
        for name in ("etc", "spool", "data"):
            (folder / name).mkdir()
        os.chown(folder / "data", pwd.getpwnam("postfix").pw_uid, pwd.getpwnam("postfix").pw_gid)
        (folder / "etc" / "main.cf").write_text(_MAIN.format(folder=folder, loopback=LOOPBACK, sink=sink))
        (folder / "etc" / "master.cf").write_text(_MASTER.format(loopback=LOOPBACK, port=port))
        etc = str(folder / "etc")
        subprocess.run([binary("postfix"), "-c", etc, "check"], check=True, capture_output=True)
        command = [binary("master", "/usr/lib/postfix/sbin"), "-c", etc, "-d"]
        with running("postfix", command, folder / "out", lambda: answers(port, b"220 ")) as process:
            yield SendingPostfix(folder, process.pid)
