"""The door as the service runs it: one part of its own, stopped promptly, and each mailbox visible in health."""

import asyncio
import json
import signal
import subprocess
import sys
import time
import urllib.error
import urllib.request
from dataclasses import replace
from pathlib import Path

from bridge.running import Running
from bridge.settings import load
from bridge.web.server import serve_web
from imap_poll.door import Door
from tests.imap.office import Office, mail, port_of
from tests.servers.wait import LOOPBACK, free_port, wait_until

_SETTINGS = """
[office]
organ_id = "H99.12"
name = "UBND"
addresses = ["vanthu@mau.test"]
[store]
data = "{data}"
[web]
listen = "127.0.0.1:{web}"
[[imap_poll.account]]
name = "vanthu"
host = "127.0.0.1"
port = {port}
tls = "none"
user = "{user}"
password_file = "{password}"
poll = "5 min"
"""


def _settings(office: Office, folder: Path, web: int) -> Path:
    file = folder / "docbridge.toml"
    facts = {"data": office.store.settings.data, "web": web, "port": office.server.port}
    file.write_text(_SETTINGS.format(**facts, user=office.user.name, password=office.password))
    return file


def test_the_part_alone_takes_mail_and_ends_promptly(office: Office, tmp_path: Path) -> None:
    office.put(mail(1))
    command = [sys.executable, "-m", "bridge", "--config", str(_settings(office, tmp_path, free_port())), "imap"]
    with subprocess.Popen(command, cwd=Path(__file__).parents[2], stderr=subprocess.PIPE) as service:
        try:
            wait_until(lambda: office.kept() == [mail(1)], 60, "the mail")
            wait_until(lambda: office.seen() == 1, what="the mark")
            began = time.monotonic()
            service.send_signal(signal.SIGTERM)
            assert service.wait(30) == 0
            assert time.monotonic() - began < 15
        finally:
            service.kill()
    bookmark = office.store.bookmarks.get("vanthu", "INBOX")
    assert bookmark is not None
    assert bookmark.uid == 1


def test_health_shows_each_mailbox(office: Office, tmp_path: Path) -> None:
    web = free_port()
    settings = load(_settings(office, tmp_path, web))
    good = replace(office.account, mailboxes=("INBOX", "Missing"))
    door = Door((good,), port_of(office.store))
    door.start()
    try:
        wait_until(lambda: door.watchers[0].health.doing == "idle", what="IDLE")
        wait_until(lambda: door.watchers[1].health.failures > 0, what="the failure")

        async def asked() -> tuple[int, bytes]:
            stop = await serve_web(settings, office.store, Running(imap=door))
            try:
                return await asyncio.to_thread(_get, f"http://{LOOPBACK}:{web}/health/ready")
            finally:
                await stop()

        status, body = asyncio.run(asked())
    finally:
        door.stop()
    told = json.loads(body)
    assert status == 503
    assert told["parts"] == {"imap-vanthu/INBOX": "ok", "imap-vanthu/Missing": "select: refused"}
    assert told["mailboxes"]["vanthu/INBOX"]["doing"] in ("idle", "reading")
    assert told["mailboxes"]["vanthu/INBOX"]["last_success"] is not None
    assert told["mailboxes"]["vanthu/Missing"]["failures"] > 0
    assert set(told["mailboxes"]["vanthu/INBOX"]) == {"doing", "last_success", "failures", "open", "left"}


def _get(url: str) -> tuple[int, bytes]:
    opener = urllib.request.build_opener(urllib.request.ProxyHandler({}))
    try:
        with opener.open(url, timeout=20) as answer:
            return answer.status, answer.read()
    except urllib.error.HTTPError as error:
        with error:
            return error.code, error.read()
