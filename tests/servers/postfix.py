"""A private Postfix: the tests' smarthost, which keeps, refuses or defers each letter; or a relay to us."""

import contextlib
import os
import pwd
import re
import subprocess
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from email import message_from_bytes
from email.message import Message
from pathlib import Path
from typing import Literal

from tests.servers.certificate import ServerCertificate, mint
from tests.servers.process import binary, running, scratch
from tests.servers.wait import LOOPBACK, answers, free_port, wait_until

#: Letters for these domains, and all below them, end in the maildir. All are reserved for tests (RFC 2606).
DOMAINS = ("example", "example.com", "example.net", "example.org", "test", "localhost")

_MAIN = """\
compatibility_level = 3.6
config_directory = {folder}/etc
queue_directory = {folder}/spool
data_directory = {folder}/data
maillog_file = {log}
maillog_file_prefixes = {log}
myhostname = smarthost.example
mydestination =
local_recipient_maps =
alias_maps =
alias_database =
inet_interfaces = {loopback}
inet_protocols = ipv4
mynetworks = 127.0.0.0/8
smtputf8_enable = yes
message_size_limit = {size_limit}
virtual_mailbox_limit = 0
mailbox_size_limit = 0
smtpd_tls_security_level = may
smtpd_tls_cert_file = {certificate.certificate}
smtpd_tls_key_file = {certificate.key}
smtpd_recipient_restrictions = check_recipient_access texthash:{folder}/etc/answers, permit_mynetworks, reject
smtpd_client_connection_rate_limit = 0
transport_maps = texthash:{folder}/etc/transport
virtual_transport = virtual
virtual_mailbox_domains = regexp:{folder}/etc/domains
virtual_mailbox_base = {folder}/mail
virtual_mailbox_maps = static:inbox/
virtual_minimum_uid = 1
virtual_uid_maps = static:{uid}
virtual_gid_maps = static:{gid}
minimal_backoff_time = 2s
maximal_backoff_time = 5s
queue_run_delay = 2s
notify_classes =
"""

# service type private unpriv chroot wakeup maxproc command. smtpd serves one connection per process
# (max_use), so that it reads the table of answers anew for each.
_MASTER = """\
{loopback}:{port} inet n - n - - smtpd -o max_use=1
cleanup unix n - n - 0 cleanup
qmgr unix n - n 1 1 qmgr
rewrite unix - - n - - trivial-rewrite
bounce unix - - n - 0 bounce
defer unix - - n - 0 bounce
trace unix - - n - 0 bounce
verify unix - - n - 1 verify
smtp unix - - n - - smtp
relay unix - - n - - smtp
lmtp unix - - n - - lmtp
error unix - - n - - error
retry unix - - n - - error
discard unix - - n - - discard
virtual unix - n n - - virtual
anvil unix - - n - 1 anvil
scache unix - - n - 1 scache
tlsmgr unix - - n 1000? 1 tlsmgr
proxymap unix - - n - - proxymap
postlog unix-dgram n - n - 1 postlogd
"""


@dataclass(frozen=True, slots=True)
class Letter:
    """One letter as Postfix delivered it to one recipient."""

    #: The recipient of the SMTP envelope.
    recipient: str
    #: The reverse path; empty for the null one.
    return_path: str
    #: The file, with the Return-Path, X-Original-To, Delivered-To and Received lines that Postfix put on top.
    raw: bytes

    @property
    def message(self) -> Message:
        """The letter parsed by the standard library."""
        return message_from_bytes(self.raw)


@dataclass(frozen=True, slots=True)
class PostfixSink:
    """A running instance."""

    #: SMTP port on loopback.
    port: int
    #: The instance's folder: `etc`, `spool`, `data`, `mail/inbox`.
    folder: Path
    #: What it shows on STARTTLS.
    certificate: ServerCertificate

    def letters(self, recipient: str = "") -> list[Letter]:
        """What was delivered so far (for one recipient), oldest first."""
        inbox = self.folder / "mail" / "inbox"
        files = sorted((inbox / "new").glob("*"), key=lambda file: (file.stat().st_mtime_ns, file.name))
        found = [_letter(file.read_bytes()) for file in files]
        return [letter for letter in found if not recipient or letter.recipient == recipient]

    def wait_for(
        self,
        recipient: str = "",
        count: int = 1,
        deadline: float = 30.0,
        where: Callable[[Letter], bool] | None = None,
    ) -> list[Letter]:
        """The letters (for one recipient, of one kind) once there are at least `count`."""

        def enough() -> list[Letter]:
            found = [letter for letter in self.letters(recipient) if where is None or where(letter)]
            return found if len(found) >= count else []

        return wait_until(enough, deadline, f"{count} letter(s) for {recipient or 'anyone'}")

    def refuse(self, address: str, reply: str = "550 5.1.1 no such mailbox") -> None:
        """Answer RCPT for this address, or for a whole domain, 5yz from the next connection on."""
        self._answer(address, reply)

    def defer(self, address: str, reply: str = "450 4.2.0 mailbox busy, come again") -> None:
        """Answer RCPT for this address, or for a whole domain, 4yz from the next connection on."""
        self._answer(address, reply)

    def accept(self, address: str) -> None:
        """Take the address again."""
        self._answer(address, "")

    def clear(self) -> None:
        """Empty the inbox and the table of answers; mail still in the queue is dropped."""
        subprocess.run(
            [binary("postsuper"), "-c", str(self.folder / "etc"), "-d", "ALL"],
            check=True,
            capture_output=True,
        )
        for file in (self.folder / "mail" / "inbox").glob("*/*"):
            file.unlink(missing_ok=True)
        _replace(self.folder / "etc" / "answers", "")

    def queued(self) -> int:
        """How many messages wait in the queue."""
        waiting = ("incoming", "active", "deferred", "maildrop", "hold")
        return sum(1 for name in waiting for file in (self.folder / "spool" / name).rglob("*") if file.is_file())

    def _answer(self, address: str, reply: str) -> None:
        table = self.folder / "etc" / "answers"
        rows = [row for row in table.read_text().splitlines() if row.split(None, 1)[0] != address]
        _replace(table, "\n".join([*rows, *([f"{address} {reply}"] if reply else []), ""]))


def _letter(raw: bytes) -> Letter:
    head = message_from_bytes(raw)
    return Letter(
        recipient=str(head.get("X-Original-To") or head["Delivered-To"]),
        return_path=str(head["Return-Path"]).strip("<>"),
        raw=raw,
    )


def _replace(table: Path, text: str) -> None:
    """Put a table in place whole, so that no process reads half of it.

    Dated back: Postfix takes a table changed within the last second for half-written, and sleeps.
    """
    new = table.with_suffix(".new")
    new.write_text(text)
    os.utime(new, (1, 1))
    new.rename(table)


@contextlib.contextmanager
def postfix(
    log: Path,
    *,
    relay: Mapping[str, int] | None = None,
    relay_by: Literal["smtp", "lmtp"] = "smtp",
    size_limit: int = 120_000_000,
    port: int | None = None,
    furnish: Callable[[Path], None] | None = None,
) -> Iterator[PostfixSink]:
    """Serve until the block ends.

    `relay` names domains whose mail is passed on, by `relay_by`, to a loopback port: Postfix in front of docbridge.
    `furnish` may change the files of the folder that it is given, main.cf and master.cf among them, before the start.
    """
    with scratch("mta") as folder:
        sink = PostfixSink(port or free_port(), folder, mint(folder))
        for name in ("etc", "spool", "data", "mail"):
            (folder / name).mkdir()
        owner = pwd.getpwnam("postfix")
        reader = pwd.getpwnam("mail")
        os.chown(folder / "data", owner.pw_uid, owner.pw_gid)
        os.chown(folder / "mail", reader.pw_uid, reader.pw_gid)
        main = _MAIN.format(
            folder=folder,
            log=folder / "maillog",
            loopback=LOOPBACK,
            size_limit=size_limit,
            certificate=sink.certificate,
            uid=reader.pw_uid,
            gid=reader.pw_gid,
        )
        etc = folder / "etc"
        _replace(etc / "main.cf", main)
        _replace(etc / "master.cf", _MASTER.format(loopback=LOOPBACK, port=sink.port))
        names = "|".join(map(re.escape, DOMAINS))
        _replace(etc / "domains", f"/(^|\\.)({names})$/ ours\n")
        nexthop = "lmtp:inet:" if relay_by == "lmtp" else "smtp:"
        routes = [f"{domain} {nexthop}[{LOOPBACK}]:{port}\n" for domain, port in (relay or {}).items()]
        _replace(etc / "transport", "".join(routes))
        _replace(etc / "answers", "")
        if furnish is not None:
            furnish(etc)
        # `check` makes the queue's folders with their owners.
        subprocess.run([binary("postfix"), "-c", str(etc), "check"], check=True, capture_output=True)
        maillog = folder / "maillog"
        log.parent.mkdir(parents=True, exist_ok=True)
        maillog.touch()
        command = [binary("master", "/usr/lib/postfix/sbin"), "-c", str(etc), "-d"]
        try:
            with running("postfix", command, maillog, lambda: answers(sink.port, b"220 ")):
                yield sink
        finally:
            log.write_bytes(maillog.read_bytes())
