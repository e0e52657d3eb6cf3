"""Real SMTP peers that are programs: smtp-sink takes and dumps, smtp-source sends many, swaks talks once."""

import contextlib
import os
import re
import subprocess
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from tests.servers.process import binary, running, scratch
from tests.servers.wait import LOOPBACK, answers, free_port, wait_until


@dataclass(frozen=True, slots=True)
class Dumped:
    """One SMTP transaction as smtp-sink saw it."""

    #: Reverse path as written after MAIL FROM, without brackets.
    mail_from: str
    #: Forward paths as written after RCPT TO, without brackets.
    rcpt_to: tuple[str, ...]
    #: The whole dump: X-Client-Addr, X-Mail-Args, X-Rcpt-Args lines, a Received line, then the message.
    raw: bytes


@dataclass(frozen=True, slots=True)
class SmtpSink:
    """A running smtp-sink."""

    #: SMTP port on loopback.
    port: int
    #: Where it writes each transaction.
    folder: Path
    #: The program, whose open files are the transactions still in progress.
    pid: int

    def mails(self) -> list[Dumped]:
        """The transactions that came to their end, oldest first."""
        files = sorted(self.folder.glob("mail.*"), key=lambda file: (file.stat().st_mtime_ns, file.name))
        open_files = set()
        for descriptor in Path(f"/proc/{self.pid}/fd").iterdir():
            with contextlib.suppress(FileNotFoundError):
                open_files.add(descriptor.readlink())
        return [_dumped(file.read_bytes()) for file in files if file not in open_files]

    def wait_for(self, count: int = 1, deadline: float = 30.0) -> list[Dumped]:
        """The transactions once there are at least `count`."""

        def enough() -> list[Dumped]:
            found = self.mails()
            return found if len(found) >= count else []

        return wait_until(enough, deadline, f"{count} mail(s) at smtp-sink")


def _dumped(raw: bytes) -> Dumped:
    head = raw.decode("utf-8", "replace")
    sender = re.search(r"^X-Mail-Args: <([^>]*)>", head, re.MULTILINE)
    return Dumped(
        mail_from=sender.group(1) if sender else "",
        rcpt_to=tuple(re.findall(r"^X-Rcpt-Args: <([^>]*)>", head, re.MULTILINE)),
        raw=raw,
    )


@contextlib.contextmanager
def smtp_sink(
    log: Path,
    *,
    refuse: Sequence[str] = (),
    defer: Sequence[str] = (),
    hang_up: Sequence[str] = (),
    options: Sequence[str] = (),
    port: int | None = None,
) -> Iterator[SmtpSink]:
    """Take mail until the block ends.

    `refuse`, `defer`, `hang_up` name commands ("RCPT", "DATA", ".") answered 5yz, 4yz, or by closing;
    `hang_up=["."]` makes the client Unsure. `options` go to the program as they are.
    """
    with scratch("sink") as folder:
        chosen = port or free_port()
        switches = [("-f", refuse), ("-r", defer), ("-q", hang_up)]
        given = [word for switch, names in switches if names for word in (switch, ",".join(names))]
        # As root it insists on giving root up (-u); the folder is then that user's.
        if os.getuid() == 0:
            given += ["-u", "mail"]
            folder.chmod(0o777)
        command = [
            binary("smtp-sink"),
            *given,
            "-d",
            f"{folder}/mail.",
            *options,
            f"{LOOPBACK}:{chosen}",
            "128",
        ]
        with running("smtp-sink", command, log, lambda: answers(chosen, b"220 "), cwd=folder) as process:
            yield SmtpSink(chosen, folder, process.pid)


def smtp_source(
    port: int,
    *,
    sender: str,
    recipient: str,
    messages: int = 1,
    sessions: int = 1,
    length: int = 0,
    file: Path | None = None,
    subject: str = "",
    timeout: float = 120.0,
) -> float:
    """Send `messages` mails over `sessions` parallel sessions; the seconds it took. A refusal is an error.

    Each session sends one mail and is opened anew, as strangers do; `-d` would keep sessions open.
    """
    command = [binary("smtp-source"), "-m", str(messages), "-s", str(sessions), "-f", sender, "-t", recipient]
    if length:
        command += ["-l", str(length)]
    if subject:
        command += ["-S", subject]
    if file is not None:
        command += ["-F", str(file)]
    started = time.monotonic()
    done = subprocess.run(
        [*command, f"{LOOPBACK}:{port}"], capture_output=True, text=True, timeout=timeout, check=False
    )
    if done.returncode != 0:
        raise AssertionError(f"smtp-source ended with {done.returncode}: {done.stderr.strip()}")
    return time.monotonic() - started


@dataclass(frozen=True, slots=True)
class Conversation:
    """What swaks said and heard."""

    #: swaks' exit code; 0 when the mail was taken.
    code: int
    #: The transcript: `->` said, `<-` heard, `<**` heard and bad, `~>` and `<~` the same under TLS.
    transcript: str


def swaks(port: int, *words: str, timeout: float = 60.0) -> Conversation:
    """One SMTP conversation; `words` are swaks' own: `--from`, `--to`, `--data @file`, `--tls`."""
    done = subprocess.run(
        [binary("swaks"), "--server", LOOPBACK, "--port", str(port), *words],
        stdin=subprocess.DEVNULL,
        capture_output=True,
        timeout=timeout,
        check=False,
    )
    return Conversation(done.returncode, (done.stdout + done.stderr).decode("utf-8", "replace"))
