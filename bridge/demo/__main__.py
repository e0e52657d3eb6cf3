"""`make demo`: a bridge on a new directory, real signed mails through its SMTP door, and what became of each.

Exits 0 when everything became what it should, 1 when not.  Everything made stays in the directory that is printed.
"""

import os
import signal
import smtplib
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Mapping
from contextlib import ExitStack
from datetime import UTC, datetime
from email import message_from_bytes
from email.policy import default
from functools import partial
from pathlib import Path

from rich import box
from rich.console import Console
from rich.table import Table

from bridge.catalogue import says
from bridge.demo.mails import Sample, samples
from bridge.demo.office import DOOR, DemoOffice, furnish, packet_of_the_province
from bridge.demo.smarthost import free_port, smarthost
from bridge.settings import load
from store.audit import audit
from store.delivery import Done, Queued
from store.mail import MailState, ReceivedMail
from store.store import Store, open_store
from validation.finding import Severity

EXPECTED = {
    "correct": MailState.ACCEPTED,
    "tampered-byte": MailState.REJECTED,
    "tampered-page": MailState.REJECTED,
    "unsigned": MailState.REJECTED,
    "program": MailState.REJECTED,  # by a letter where the door had no time for a look
    "dossier": MailState.ACCEPTED,
    "dossier-zip": MailState.HELD,  # the same document a second time: a person must look
}
AT_THE_DOOR = {"program"}  #: what is refused while the sender waits
PATIENCE = 120.0  # seconds until every mail must have found its end
_OPEN = (MailState.RECEIVED,)


def main() -> int:
    """Shows the road in both directions."""
    console = Console(highlight=False, soft_wrap=True, width=None if sys.stdout.isatty() else 130)
    directory = Path(tempfile.mkdtemp(prefix="docbridge-demo-"))
    now = datetime.now(UTC)
    letters = directory / "letters"
    with ExitStack() as stack:
        port = stack.enter_context(smarthost(letters))
        office = furnish(directory, free_port(), port, now)
        console.print(f"A bridge in {directory}")
        console.print("A PKI was minted, documents were signed; settings: docbridge.toml, trust anchors: trust/")
        store = open_store(load(office.settings_file, {}).store)
        stack.callback(store.close)
        service = _serve(office)
        stack.callback(_stop, service)
        sent = samples(office.pki, DOOR, now)
        refused: dict[str, str] = {}
        for number, sample in enumerate(sent, start=1):
            refusal = _send(office, sample)
            if refusal:
                refused[sample.key] = refusal
            if sample.key == "dossier":
                # The same document comes again next: only a judged one can be told to be there already.
                _wait(partial(_judged, store, number - len(refused)), PATIENCE)
        taken = len(sent) - len(refused)
        console.print(
            f"{len(sent)} mails went to its SMTP door on 127.0.0.1:{office.smtp_port}: 250 for {taken} of them"
        )
        packet_of_the_province(office, now)
        console.print("The province put a packet for a business into axis/in/")
        _wait(lambda: _settled(store, taken + 1, letters), PATIENCE)
        well = _show(console, directory, store, sent, refused, letters)
        code = _stop(service)
        console.print(f"\nThe service stopped with exit code {code}.")
        result = audit(store.db, store.blobs, datetime.now(UTC), deep=True)
        console.print(f"Audit: {result.taken_in} taken in, {len(result.differences)} differences.")
        console.print(f"Look around: docbridge --config {office.settings_file} mails list")
    return 0 if well and code == 0 and not result.differences else 1


def _serve(office: DemoOffice) -> "subprocess.Popen[bytes]":
    log = (office.directory / "service.log").open("wb")
    environment = {key: value for key, value in os.environ.items() if not key.startswith("DOCBRIDGE_")}
    command = [sys.executable, "-m", "bridge", "--config", str(office.settings_file), "serve"]
    service = subprocess.Popen(command, stderr=log, env=environment)

    def answers() -> bool:
        if service.poll() is not None:
            raise SystemExit(f"the service ended: see {office.directory / 'service.log'}")
        try:
            with smtplib.SMTP("127.0.0.1", office.smtp_port, timeout=2):
                return True
        except OSError:
            return False

    _wait(answers, PATIENCE)
    return service


def _stop(service: "subprocess.Popen[bytes]") -> int:
    if service.poll() is None:
        service.send_signal(signal.SIGTERM)
    return service.wait(PATIENCE)


def _send(office: DemoOffice, sample: Sample) -> str:
    """Hands it in; what the door says where it refuses it, else ""."""
    with smtplib.SMTP("127.0.0.1", office.smtp_port, timeout=30) as client:
        try:
            client.sendmail(sample.mail_from, [sample.rcpt_to], sample.raw)
        except smtplib.SMTPDataError as refused:
            text = refused.smtp_error
            return f"{refused.smtp_code} {text.decode() if isinstance(text, bytes) else text}"
    return ""


def _wait(condition: Callable[[], bool], patience: float) -> None:
    deadline = time.monotonic() + patience
    while not condition():
        if time.monotonic() > deadline:
            raise SystemExit("the demonstration did not come to its end in time")
        time.sleep(0.1)


def _judged(store: Store, count: int) -> bool:
    states = [mail.state for mail in store.mails.list()]
    return len(states) >= count and not any(state in _OPEN for state in states)


def _settled(store: Store, count: int, letters: Path) -> bool:
    """All mails judged, nothing queued, and a receipt or a letter for each."""
    if not _judged(store, count):
        return False
    # In this order: a letter's end adds its status packet, and only then is nothing left to send.
    told = len(list(letters.glob("*.eml"))) >= count and not store.deliveries.settled_unreported()
    return told and not any(store.deliveries.list(state=Queued))


def _show(
    console: Console,
    directory: Path,
    store: Store,
    sent: tuple[Sample, ...],
    refused: Mapping[str, str],
    letters: Path,
) -> bool:
    """What became of each, with the files to look at, and whether that is what should have."""
    received = {mail.message_id: mail for mail in store.mails.list() if mail.origin.kind == "smtp"}
    answers = {_answered(file): file for file in sorted(letters.glob("*.eml"))}
    table = Table("mail", "became", "why, and where to look", box=box.SIMPLE_HEAD, title="What became of each")
    well = refused.keys() <= AT_THE_DOOR
    for sample in sent:
        if sample.key in refused:
            table.add_row(sample.title, "refused", f"at the door: {refused[sample.key]}", end_section=True)
            continue
        message_id = str(message_from_bytes(sample.raw, policy=default)["Message-ID"]).strip("<>")
        mail = received[message_id]
        envelopes = [directory / "axis" / "out" / f"{envelope.id}.edxml" for envelope in store.envelopes.list(mail.id)]
        receipt = answers.get(message_id)
        well = well and mail.state is EXPECTED[sample.key] and receipt is not None
        well = well and bool(envelopes) == (mail.state is MailState.ACCEPTED) and all(map(Path.is_file, envelopes))
        look = [f"envelope {file.relative_to(directory)}" for file in envelopes]
        look += [f"receipt  {receipt.relative_to(directory)}"] if receipt else []
        table.add_row(sample.title, str(mail.state), "\n".join([*_why(store, mail), *look]), end_section=True)
    packet = next(mail for mail in store.mails.list() if mail.origin.kind == "axis")
    letter = answers.get("")
    look = [f"letter   {letter.relative_to(directory)}"] if letter else []
    for one in store.deliveries.list():
        if one.mail_id == packet.id and one.kind == "envelope":
            look.append(f"status   axis/out/{one.content_id}.edxml")
            well = well and isinstance(one.state, Done)
        elif one.mail_id == packet.id:
            look.insert(0, f"to {one.recipient}: {type(one.state).__name__.lower()}")
    table.add_row("Gói tin của tỉnh gửi doanh nghiệp", str(packet.state), "\n".join(look))
    console.print(table)
    return well and letter is not None and packet.state is MailState.ACCEPTED


def _answered(file: Path) -> str:
    """The Message-ID of the mail that a letter answers; "" when it answers none."""
    return str(message_from_bytes(file.read_bytes(), policy=default)["In-Reply-To"] or "").strip("<>")


def _why(store: Store, mail: ReceivedMail) -> list[str]:
    judged = store.mails.judgements.current(mail.id)
    findings = judged.findings if judged else ()
    told = [says(finding) for finding in findings if finding.severity > Severity.NOTE]
    return list(dict.fromkeys(told)) or ["Không phát hiện vấn đề."]


if __name__ == "__main__":
    sys.exit(main())
