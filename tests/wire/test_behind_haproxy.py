"""Behind a real HAProxy: who is kept with the mail is the client, whichever version of the header the proxy writes."""

from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest

from tests.servers.clients import swaks
from tests.servers.haproxy import haproxy
from tests.wire.conftest import OpenDoor
from tests.wire.served import SETTINGS


@pytest.mark.parametrize("send", ["send-proxy", "send-proxy-v2"])
def test_the_client_of_the_proxy_is_the_peer(open_door: OpenDoor, tmp_path: Path, send: str) -> None:
    door = open_door(replace(SETTINGS, proxy_from=("127.0.0.1/32",)))
    with haproxy(tmp_path / "haproxy", door.port, send) as port:
        words = ("--from", "a@b.example", "--to", "x@ours.example", "--local-interface", "127.0.0.7")
        heard = swaks(port, *words, "--body", "Kính gửi")
        assert heard.code == 0, heard.transcript
    (mail,) = door.store.mails()
    assert mail.origin.peer == "127.0.0.7"


def test_who_comes_past_the_proxy_is_not_let_in(open_door: OpenDoor) -> None:
    door = open_door(replace(SETTINGS, proxy_from=("127.0.0.1/32",), proxy_timeout=timedelta(milliseconds=500)))
    heard = swaks(door.port, "--from", "a@b.example", "--to", "x@ours.example", "--timeout", "5")
    assert heard.code != 0
    assert door.store.mails() == []
