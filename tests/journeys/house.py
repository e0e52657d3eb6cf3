"""A whole bridge for the journeys: a directory made by `docbridge init`, `docbridge serve` as a process of its own.

Promise: everything lies below one new folder and listens on free loopback ports; what the journeys ask of the store
they ask through its own API, while the service runs.
"""

import json
import os
import shutil
import signal
import smtplib
import subprocess
import sys
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path

from bridge.demo.pki import AGENCY, BUSINESS, Pki
from bridge.settings import Settings, load
from store.audit import AuditResult, audit
from store.delivery import Queued
from store.judgement import Judged
from store.mail import MailState, ReceivedMail
from store.registry import Correspondent, Organ, OrganId, RoutingRule
from store.store import Store, open_store
from tests.servers.process import RUNNING_LOGS
from tests.servers.wait import LOOPBACK, free_port, wait_until

OFFICE = "mau.test"
DOOR = f"vanthu@{OFFICE}"
CHECKER = f"kiemtra@{OFFICE}"  #: only checks
ADMINISTRATOR = "quantri@nhan.example"
SEVERAL = f"lienthong@{OFFICE}"  #: a route to two organs
ELSEWHERE = f"noivu@{OFFICE}"  #: a route to one other organ
OFFICE_ID, SENDER_ID, OTHERS_ID = "H99.12", "H99.15", "H99.99"
ORGANS = {"noi-vu": "H99.12.05", "tai-chinh": "H99.12.06", "y-te": "H99.12.07"}
AGENCY_DOMAIN = AGENCY.email.partition("@")[2]
BUSINESS_DOMAIN = BUSINESS.email.partition("@")[2]
NO_PROXY = {key: value for key, value in os.environ.items() if not key.startswith("DOCBRIDGE_")}


@dataclass
class House:
    """One bridge."""

    #: Where docbridge.toml lies.
    folder: Path
    #: Port of the smarthost that letters leave through.
    smarthost: int
    #: Environment variables over the file, DOCBRIDGE_...
    variables: dict[str, str] = field(default_factory=dict)
    port: int = field(default_factory=free_port)
    web: int = field(default_factory=free_port)

    def __post_init__(self) -> None:
        """The service has not been started."""
        self._process: subprocess.Popen[bytes] | None = None
        self._store: Store | None = None

    @property
    def log(self) -> Path:
        """What the service wrote to standard error, all its lives together."""
        return self.folder / "service.log"

    @property
    def said(self) -> str:
        """The log's text."""
        return self.log.read_text("utf-8", "replace") if self.log.exists() else ""

    @property
    def environment(self) -> dict[str, str]:
        """What the service is started with."""
        ours = {
            "OFFICE__ORGAN_ID": OFFICE_ID,
            "OFFICE__ADDRESSES": json.dumps([DOOR]),
            "OFFICE__CHECK_ADDRESSES": json.dumps([CHECKER]),
            "OFFICE__ADMINISTRATOR": ADMINISTRATOR,
            "SMTP_IN__LISTEN": json.dumps([f"{LOOPBACK}:{self.port}"]),
            "SMTP_IN__HOSTNAME": f"docbridge.{OFFICE}",
            "OUTBOUND__SMARTHOST": f"{LOOPBACK}:{self.smarthost}",
            "OUTBOUND__SENDER": DOOR,
            "OUTBOUND__RETURN_PATH": f"bounce+{{token}}@{OFFICE}",
            "OUTBOUND__REPLY_TO": f"reply+{{token}}@{OFFICE}",
            "OUTBOUND__TLS": "none",
            "OUTBOUND__POLL": "200 ms",
            "OUTBOUND__RETRY_WAITS": '["500 ms"]',
            "AXIS__TINH__ORGAN_ID_OF_OTHERS": OTHERS_ID,
            "RECEIPTS__GATHER": "300 ms",
            "WORKER__POLL": "100 ms",
            "WEB__LISTEN": f"{LOOPBACK}:{self.web}",
            "SANDBOX__CHILDREN": "1",
            "SANDBOX__FOLDER": str(self.folder / "sandbox"),
            "RESOLVER__NAMESERVERS": f'["{LOOPBACK}:9"]',  # nobody answers there: no journey asks the world
            "RESOLVER__TIMEOUT": "100 ms",
        }
        return {**NO_PROXY, **{f"DOCBRIDGE_{key}": value for key, value in {**ours, **self.variables}.items()}}

    @property
    def settings_file(self) -> Path:
        """docbridge.toml."""
        return self.folder / "docbridge.toml"

    @property
    def settings(self) -> Settings:
        """As the service reads them."""
        return load(self.settings_file, self.environment)

    @property
    def axis(self) -> Path:
        """The folder shared with the province."""
        return self.folder / "var" / "axis"

    @property
    def store(self) -> Store:
        """The service's store, opened by us as well."""
        if self._store is None:
            self._store = open_store(self.settings.store)
        return self._store

    def furnish(self, pki: Pki, *, organ_id_of_business: str = "") -> None:
        """`docbridge init`, the trust directory, routes, organs, correspondents."""
        command = [sys.executable, "-m", "bridge", "init", str(self.folder)]
        subprocess.run(command, check=True, env=NO_PROXY, capture_output=True)
        shutil.copytree(pki.trust_directory, self.folder / "trust", dirs_exist_ok=True)
        registry, now, actor = self.store.registry, datetime.now(UTC), "test"
        for uid, value in ORGANS.items():
            registry.organs.add(Organ(uid, f"Cơ quan {uid}", ids=(OrganId("qd-20", value),)), actor, now)
        for recipient, organs in {
            DOOR: ("noi-vu",),
            SEVERAL: ("noi-vu", "tai-chinh"),
            ELSEWHERE: ("y-te",),
        }.items():
            registry.routes.add(
                RoutingRule(recipient.partition("@")[0], recipient=recipient, organs=organs), actor, now
            )
        known = (
            Correspondent("so-mau", "agency", AGENCY.name, organ_id=SENDER_ID, domains=(AGENCY_DOMAIN,)),
            Correspondent(
                "vi-du", "business", BUSINESS.name, organ_id=organ_id_of_business, domains=(BUSINESS_DOMAIN,)
            ),
        )
        for correspondent in known:
            registry.correspondents.add(correspondent, actor, now)

    def start(self, deadline: float = 60.0) -> float:
        """Starts `docbridge serve` and waits for its word that all parts are ready; the seconds that took."""
        began = datetime.now(UTC)
        process, before = self.launch()

        def ready() -> bool:
            if process.poll() is not None:
                raise AssertionError(f"serve ended with {process.returncode}: {self.said[before:]}")
            return " ready\n" in self.said[before:]

        wait_until(ready, deadline, "the service being ready")
        return (datetime.now(UTC) - began).total_seconds()

    def launch(self) -> "tuple[subprocess.Popen[bytes], int]":
        """Starts `docbridge serve` and waits for nothing; its process, and where in the log its words begin."""
        command = [sys.executable, "-m", "bridge", "--config", str(self.settings_file), "serve"]
        before = len(self.said)
        with self.log.open("ab") as log:
            process = subprocess.Popen(
                command, stdin=subprocess.DEVNULL, stderr=log, env=self.environment, cwd=self.folder
            )
        RUNNING_LOGS[f"docbridge on {self.port}"] = self.log
        self._process = process
        return process, before

    @property
    def running(self) -> bool:
        """Was it started, and not stopped by us?"""
        return self._process is not None

    @property
    def pid(self) -> int:
        """Of the running service."""
        assert self._process is not None
        return self._process.pid

    def stop(self, number: int = signal.SIGTERM, deadline: float = 90.0) -> int:
        """Ends the service by a signal; its exit code."""
        process, self._process = self._process, None
        if process is None:
            return 0
        process.send_signal(number)
        return process.wait(deadline)

    def close(self) -> None:
        """Kills what still runs and gives the store back."""
        RUNNING_LOGS.pop(f"docbridge on {self.port}", None)
        if self._process is not None:
            self.stop(signal.SIGKILL)
        if self._store is not None:
            self._store.close()

    def send(self, raw: bytes, mail_from: str, rcpt_to: Sequence[str] = (DOOR,), **options: Sequence[str]) -> str:
        """Hands a mail in by SMTP and waits for its 250; the text of that answer."""
        with smtplib.SMTP(LOOPBACK, self.port, timeout=30) as client:
            client.ehlo("client.example")
            client.mail(mail_from, options.get("mail_options", ()))
            for recipient in rcpt_to:
                code, text = client.rcpt(recipient, options.get("rcpt_options", ()))
                assert code == 250, text
            code, text = client.data(raw)
            assert code == 250, text
            return text.decode()

    def knows(self, address: str) -> bool:
        """Whether the door takes mail for that address already: it reads the routes from time to time."""
        with smtplib.SMTP(LOOPBACK, self.port, timeout=30) as client:
            client.ehlo("client.example")
            client.mail("")
            return client.rcpt(address)[0] == 250

    def mails(self, message_id: str) -> list[ReceivedMail]:
        """The mails that were read and bear this Message-ID."""
        return list(self.store.mails.with_message_id(message_id.strip("<>")))

    def judged(self, message_id: str, *states: MailState, deadline: float = 60.0) -> ReceivedMail:
        """The one mail with that Message-ID, once it is in one of `states` (default: any that is an end)."""
        wanted = states or tuple(state for state in MailState if state is not MailState.RECEIVED)

        def there() -> ReceivedMail | None:
            found = self.mails(message_id)
            assert len(found) < 2, found
            return found[0] if found and found[0].state in wanted else None

        found = wait_until(there, deadline, f"{message_id} being {' or '.join(wanted)}")
        assert found is not None
        return found

    def judgement(self, mail: ReceivedMail) -> Judged:
        """What was judged of the mail last."""
        judged = self.store.mails.judgements.current(mail.id)
        assert judged is not None
        return judged

    def codes(self, mail: ReceivedMail) -> set[str]:
        """The codes of its findings."""
        return {str(finding.code) for finding in self.judgement(mail).findings}

    def envelopes(self, mail: ReceivedMail, kind: str = "document") -> list[Path]:
        """The files in the axis' out/ for that mail, once each of its envelopes lies there."""
        ids = [record.id for record in self.store.envelopes.list(mail.id) if record.kind == kind]
        files = [self.axis / "out" / f"{id_}.edxml" for id_ in ids]
        wait_until(lambda: all(file.exists() for file in files), what="the envelopes in out/")
        return files

    def settled(self) -> None:
        """Waits until no mail and no envelope is open, then audits: nothing may be amiss."""

        def quiet() -> bool:
            counts = self.store.mails.states()
            if counts.get("received") or next(iter(self.store.deliveries.list(Queued, kind="envelope")), None):
                return False
            return self.audited().clean

        try:
            wait_until(quiet, 60, "nothing being open any more")
        finally:
            result = self.audited()
            assert result.clean, result.differences

    def audited(self) -> AuditResult:
        """What `docbridge audit` counts."""
        return audit(self.store.db, self.store.blobs, datetime.now(UTC), deep=True)
