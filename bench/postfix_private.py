"""A Postfix of the benchmark's own in a scratch folder: what those that take in and those that send have in common.

No delivery of its own, no DNS, no delays: its best case.
"""

import contextlib
import os
import pwd
import subprocess
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

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
local_recipient_maps =
alias_maps =
alias_database =
inet_interfaces = {loopback}
inet_protocols = ipv4
mynetworks = 127.0.0.0/8
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
anvil unix - - n - 1 anvil
tlsmgr unix - - n 1000? 1 tlsmgr
proxymap unix - - n - - proxymap
postlog unix-dgram n - n - 1 postlogd
"""


@dataclass(frozen=True, slots=True)
class PrivatePostfix:
    """A running instance."""

    port: int  #: SMTP, on loopback
    pid: int  #: its master; the others are its children
    folder: Path


@contextlib.contextmanager
def private_postfix(
    name: str, main: str, master: str, env: Mapping[str, str] | None = None
) -> Iterator[PrivatePostfix]:
    """Serve until the block ends; `main` and `master` are lines of main.cf and master.cf besides the common ones.

    Of `env`, which is added to the environment, LD_PRELOAD reaches the servers.
    """
    with scratch(name) as folder:
        port = free_port()
        for part in ("etc", "spool", "data"):
            (folder / part).mkdir()
        owner = pwd.getpwnam("postfix")
        os.chown(folder / "data", owner.pw_uid, owner.pw_gid)
        (folder / "etc" / "main.cf").write_text(_MAIN.format(folder=folder, loopback=LOOPBACK) + main)
        (folder / "etc" / "master.cf").write_text(_MASTER.format(loopback=LOOPBACK, port=port) + master)
        etc = str(folder / "etc")
        subprocess.run([binary("postfix"), "-c", etc, "check"], check=True, capture_output=True)
        command = [binary("master", "/usr/lib/postfix/sbin"), "-c", etc, "-d"]
        whole = {**os.environ, **(env or {})}
        with running("postfix", command, folder / "out", lambda: answers(port, b"220 "), env=whole) as process:
            yield PrivatePostfix(port, process.pid, folder)
