"""A private Dovecot: IMAP on loopback, plain with STARTTLS and implicit TLS, users added while it runs."""

import contextlib
import imaplib
import os
import pwd
import secrets
import ssl
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from tests.servers.certificate import ServerCertificate, mint
from tests.servers.process import binary, running, scratch
from tests.servers.wait import LOOPBACK, answers, free_port

Storage = Literal["maildir", "sdbox"]

_SETTINGS = """\
base_dir = {folder}/run
state_dir = {folder}/state
log_path = /dev/stderr
protocols = imap
listen = {loopback}
ssl = yes
ssl_cert = <{certificate.certificate}
ssl_key = <{certificate.key}
disable_plaintext_auth = no
auth_failure_delay = 0
auth_mechanisms = plain login {mechanisms}
mail_location = {storage}:{folder}/mail/%u
mail_max_userip_connections = 100
first_valid_uid = 1
{more}
passdb {{
  driver = passwd-file
  args = scheme=PLAIN username_format=%u {folder}/users/%u
}}
userdb {{
  driver = static
  args = uid={uid} gid={gid} home={folder}/mail/%u
}}
namespace inbox {{
  inbox = yes
  separator = /
}}
service imap-login {{
  inet_listener imap {{
    port = {port}
  }}
  inet_listener imaps {{
    port = {tls_port}
    ssl = yes
  }}
  {rootless_chroot}
}}
service anvil {{
  # No penalty: a login that failed would delay every other one from loopback, by up to 15 seconds.
  unix_listener anvil-auth-penalty {{
    mode = 0
  }}
  {rootless_chroot}
}}
service stats {{
  {rootless_chroot}
}}
{rootless_users}
"""


@dataclass(frozen=True, slots=True)
class ImapUser:
    """An account of its own for one test."""

    #: Login name; a whole address.
    name: str
    #: Its password.
    password: str


@dataclass(frozen=True, slots=True)
class Dovecot:
    """A running server."""

    #: IMAP port, plain; STARTTLS is offered, and needed by nobody.
    port: int
    #: IMAP port with implicit TLS.
    tls_port: int
    #: What the server shows on TLS; `certificate.certificate` is the file that clients trust.
    certificate: ServerCertificate
    #: Folder of the instance: `users`, `mail/<user>`.
    folder: Path

    def add_user(self, name: str = "", password: str = "") -> ImapUser:
        """A new account with an empty INBOX, known to the running server at once."""
        user = ImapUser(name or f"u{secrets.token_hex(4)}@dovecot.example", password or secrets.token_urlsafe(12))
        # One file per account: Dovecot looks for changes of a file it has open only once a second.
        (self.folder / "users" / user.name).write_text(f"{user.name}:{user.password}\n")
        return user

    @contextlib.contextmanager
    def login(self, user: ImapUser) -> Iterator[imaplib.IMAP4]:
        """A connection by the standard library, logged in; what the tests use to look and to prepare."""
        client = imaplib.IMAP4(LOOPBACK, self.port, timeout=20)
        try:
            client.login(user.name, user.password)
            yield client
        finally:
            with contextlib.suppress(imaplib.IMAP4.error, OSError):
                client.logout()

    def append(self, user: ImapUser, mail: bytes, mailbox: str = "INBOX", flags: str = "") -> None:
        """Put a mail into a mailbox, as a delivering server would; the mailbox is made when absent."""
        with self.login(user) as client:
            if mailbox != "INBOX":
                client.create(_quoted(mailbox))
            answer, data = client.append(_quoted(mailbox), flags, "", mail)
            if answer != "OK":
                raise AssertionError(f"APPEND to {mailbox} was answered {answer} {data!r}")

    def mails(self, user: ImapUser, mailbox: str = "INBOX") -> list[bytes]:
        """The mails of a mailbox in the order of their UIDs; none when there is no such mailbox."""
        with self.login(user) as client:
            answer, _ = client.select(_quoted(mailbox), readonly=True)
            if answer != "OK":
                return []
            found = client.uid("FETCH", "1:*", "(BODY.PEEK[])")[1]
            return [item[1] for item in found if isinstance(item, tuple)]

    def tls_context(self) -> ssl.SSLContext:
        """A client's context that trusts exactly this server."""
        return ssl.create_default_context(cafile=str(self.certificate.certificate))


def _quoted(mailbox: str) -> str:
    return '"' + mailbox.replace("\\", "\\\\").replace('"', '\\"') + '"'


@contextlib.contextmanager
def dovecot(
    log: Path,
    *,
    storage: Storage = "maildir",
    port: int | None = None,
    folder: Path | None = None,
    mechanisms: str = "",
    more: str = "",
) -> Iterator[Dovecot]:
    """Serve until the block ends. With `folder` and `port` of an earlier instance its mail is back.

    `more` is put before the passwords' own block of the settings, `mechanisms` behind PLAIN and LOGIN.
    """
    with contextlib.ExitStack() as stack:
        home = folder or stack.enter_context(scratch("imap"))
        (home / "users").mkdir(exist_ok=True)
        certificate = mint(home)
        root = os.getuid() == 0
        owner = pwd.getpwnam("mail") if root else pwd.getpwuid(os.getuid())
        mail = home / "mail"
        mail.mkdir(exist_ok=True)
        os.chown(mail, owner.pw_uid, owner.pw_gid)
        server = Dovecot(port or free_port(), free_port(), certificate, home)
        rootless = (
            f"default_internal_user = {owner.pw_name}\ndefault_login_user = {owner.pw_name}\n"
            f"default_internal_group = {owner.pw_gid}\n"
        )
        settings = _SETTINGS.format(
            folder=home,
            loopback=LOOPBACK,
            certificate=certificate,
            storage=storage,
            mechanisms=mechanisms,
            more=more,
            uid=owner.pw_uid,
            gid=owner.pw_gid,
            port=server.port,
            tls_port=server.tls_port,
            rootless_chroot="" if root else "chroot =",
            rootless_users="" if root else rootless,
        )
        path = home / "dovecot.conf"
        path.write_text(settings)
        command = [binary("dovecot"), "-F", "-c", str(path)]
        stack.enter_context(running("dovecot", command, log, lambda: answers(server.port, b"* OK")))
        yield server
