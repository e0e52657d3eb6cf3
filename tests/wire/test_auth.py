"""AUTH for local systems that submit: over TLS only, from a file of argon2 hashes, wrong passwords slow and counted."""

import base64
import json
import os
import smtplib
import ssl
import time
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from unicodedata import normalize

import pytest
from argon2 import PasswordHasher
from structlog.testing import capture_logs

from smtp_in.credentials import ASK_NAME, ASK_PASSWORD, Credentials, plain
from smtp_in.settings import SmtpSettings
from smtp_in.users import BadUsersError, Users
from tests.servers.certificate import ServerCertificate, mint
from tests.servers.wait import wait_until
from tests.wire.conftest import OpenDoor
from tests.wire.served import SETTINGS
from tests.wire.talk import Peer, talk

_CHEAP = PasswordHasher(time_cost=1, memory_cost=64, parallelism=1)  # so that the tests do not wait
_PASSWORD = "mật khẩu:của\tvăn thư"


def _b64(text: str) -> str:
    return base64.b64encode(text.encode()).decode()


def _plain(name: str, password: str, act_as: str = "") -> str:
    return _b64(f"{act_as}\0{name}\0{password}")


def _users(folder: Path, *lines: str, mode: int = 0o600) -> Path:
    file = folder / "users"
    new = folder / "users.new"
    new.write_text("\n".join(lines) + "\n", encoding="utf-8")
    new.chmod(mode)
    new.rename(file)
    return file


@pytest.fixture(scope="module")
def certificate(tmp_path_factory: pytest.TempPathFactory) -> ServerCertificate:
    return mint(tmp_path_factory.mktemp("tls"))


@pytest.fixture
def settings(tmp_path: Path, certificate: ServerCertificate) -> SmtpSettings:
    return replace(
        SETTINGS,
        tls_certificate=certificate.certificate,
        tls_key=certificate.key,
        users_file=_users(tmp_path, "# the offices' systems", "", f"một-cửa:{_CHEAP.hash(_PASSWORD)}"),
        auth_delay=timedelta(milliseconds=10),
        reload_every=timedelta(milliseconds=50),
    )


@pytest.fixture
def trusting(certificate: ServerCertificate) -> ssl.SSLContext:
    return ssl.create_default_context(cafile=str(certificate.certificate))


_SECURE = """
    S: 220 *
    C: EHLO me.example
    S: 250-*
    C: STARTTLS
    S: 220 *
    TLS
    C: EHLO me.example
    S: 250-*AUTH PLAIN LOGIN*
"""
_MAIL = """
    C: MAIL FROM:<a@b.example> AUTH=<>
    C: RCPT TO:<x@ours.example>
    C: DATA
    S: 250 *
    S: 250 *
    S: 354 *
    C: .
    S: 250 2.0.0 *
"""
WAYS = {
    "PLAIN at once": f"C: AUTH PLAIN {_plain('một-cửa', _PASSWORD)}",
    "PLAIN when asked": f"C: AUTH plain\nS: 334 \nC: {_plain('một-cửa', _PASSWORD)}",
    "PLAIN that names itself twice": f"C: AUTH PLAIN {_plain('một-cửa', _PASSWORD, 'một-cửa')}",
    "PLAIN in decomposed letters": f"C: AUTH PLAIN {_plain(normalize('NFD', 'một-cửa'), _PASSWORD)}",
    "LOGIN": f"C: AUTH LOGIN\nS: 334 {ASK_NAME}\nC: {_b64('một-cửa')}\nS: 334 {ASK_PASSWORD}\nC: {_b64(_PASSWORD)}",
    "LOGIN with the name at once": f"C: AUTH LOGIN {_b64('một-cửa')}\nS: 334 {ASK_PASSWORD}\nC: {_b64(_PASSWORD)}",
}


@pytest.mark.parametrize("way", WAYS.values(), ids=WAYS)
def test_the_name_is_kept_with_the_mail(
    open_door: OpenDoor, settings: SmtpSettings, trusting: ssl.SSLContext, way: str
) -> None:
    door = open_door(settings)
    with Peer(door.port, tls=trusting) as peer:
        for line in (_SECURE + way + "\nS: 235 2.7.0 *" + _MAIL).splitlines():
            if line.strip() == "S: 334":  # the empty question ends in a blank
                assert peer.reply() == "334 "
            else:
                peer.talk(line)
    assert [mail.origin.user for mail in door.store.mails()] == ["một-cửa"]


@pytest.mark.parametrize(
    ("said", "reply"),
    [
        (f"AUTH PLAIN {_plain('một-cửa', 'wrong')}", "535 5.7.8 *"),
        (f"AUTH PLAIN {_plain('nobody', _PASSWORD)}", "535 5.7.8 *"),
        (f"AUTH PLAIN {_plain('một-cửa', _PASSWORD, 'root')}", "501 5.5.2 *"),
        (f"AUTH PLAIN {_plain('', '')}", "501 5.5.2 *"),
        (f"AUTH PLAIN {_b64('no nul')}", "501 5.5.2 *"),
        ("AUTH PLAIN not-base64!", "501 5.5.2 *"),
        ("AUTH PLAIN =", "501 5.5.2 *"),
        ("AUTH PLAIN /w==", "501 5.5.2 *"),
        ("AUTH CRAM-MD5", "504 5.5.4 *"),
        ("AUTH", "504 5.5.4 *"),
        ("AUTH PLAIN\n*", "501 5.7.0 *"),
        (f"AUTH LOGIN\n{_b64('một-cửa')}\n*", "501 5.7.0 *"),
        ("AUTH PLAIN\n" + "A" * 12_300, "500 5.5.6 *"),
        ("AUTH PLAIN\nA\x01", "500 5.5.2 *"),
    ],
)
def test_what_is_no_proof_is_refused_and_the_conversation_goes_on(
    open_door: OpenDoor, settings: SmtpSettings, trusting: ssl.SSLContext, said: str, reply: str
) -> None:
    door = open_door(settings)
    with Peer(door.port, tls=trusting) as peer:
        peer.talk(_SECURE)
        *asked, last = said.split("\n")
        for line in asked:
            peer.send(f"{line}\r\n".encode())
            assert peer.reply().startswith("334 ")
        peer.send(f"{last}\r\n".encode())
        peer.expect(reply)
        peer.talk(_MAIL)
    assert [mail.origin.user for mail in door.store.mails()] == [""]


def test_in_the_clear_no_password_is_asked_for(open_door: OpenDoor, settings: SmtpSettings) -> None:
    door = open_door(settings)
    with Peer(door.port) as peer:
        peer.talk("S: 220 *\nC: EHLO me.example\nS: 250-*")
        assert "AUTH" not in peer.said[-1]
        peer.talk(f"C: AUTH PLAIN {_plain('một-cửa', _PASSWORD)}\nS: 538 5.7.11 *")
        peer.talk("C: MAIL FROM:<a@b.example> AUTH=<>\nS: 555 *")


def test_once_is_enough_and_never_within_a_mail(
    open_door: OpenDoor, settings: SmtpSettings, trusting: ssl.SSLContext
) -> None:
    auth = f"AUTH PLAIN {_plain('một-cửa', _PASSWORD)}"
    talk(
        open_door(settings).port,
        f"{_SECURE}\nC: MAIL FROM:<>\nS: 250 *\nC: {auth}\nS: 503 *\nC: RSET\nS: 250 *"
        f"\nC: {auth}\nS: 235 *\nC: {auth}\nS: 503 *",
        tls=trusting,
    )


def test_a_user_is_not_exempt_from_who_may_receive(
    open_door: OpenDoor, settings: SmtpSettings, trusting: ssl.SSLContext
) -> None:
    script = (
        f"C: {WAYS['PLAIN at once'][3:]}\nS: 235 *\nC: MAIL FROM:<a@b.example>\nS: 250 *\nC: RCPT TO:<x@theirs.example>"
    )
    talk(open_door(settings).port, f"{_SECURE}\n{script}\nS: 550 5.1.1 *", tls=trusting)


def test_wrong_passwords_are_slow_and_end_the_connection_and_then_the_address(
    open_door: OpenDoor, settings: SmtpSettings, trusting: ssl.SSLContext
) -> None:
    door = open_door(replace(settings, auth_delay=timedelta(seconds=0.3), max_errors=3, max_auth_failures=3))
    wrong, right = (f"C: AUTH PLAIN {_plain('một-cửa', password)}" for password in ("wrong", _PASSWORD))
    begun = time.monotonic()
    talk(
        door.port,
        f"{_SECURE}\n{wrong}\nS: 535 *\n{wrong}\nS: 535 *\n{wrong}\nS: 535 *\nS: 421 4.7.0 *\nEOF",
        tls=trusting,
    )
    assert time.monotonic() - begun >= 0.9
    talk(door.port, f"{_SECURE}\n{right}\nS: 454 4.7.0 *", tls=trusting)


def test_no_password_and_no_unknown_name_enters_the_log(
    open_door: OpenDoor, settings: SmtpSettings, trusting: ssl.SSLContext
) -> None:
    with capture_logs() as events:
        for name, password in (("một-cửa", _PASSWORD), ("tôi-gõ-nhầm", "bí-mật")):
            talk(open_door(settings).port, f"{_SECURE}\nC: AUTH PLAIN {_plain(name, password)}\nS: *", tls=trusting)
    told = json.dumps(events, ensure_ascii=False, default=repr)
    assert "smtp.auth" in told
    assert not any(secret in told for secret in (_PASSWORD, "bí-mật", "tôi-gõ-nhầm", _plain("một-cửa", _PASSWORD)))
    assert "bí-mật" not in repr(Credentials("a", "bí-mật"))


def test_smtplib_logs_in_by_either_mechanism(
    open_door: OpenDoor, settings: SmtpSettings, tmp_path: Path, trusting: ssl.SSLContext
) -> None:
    door = open_door(replace(settings, users_file=_users(tmp_path, f"hethong:{_CHEAP.hash('s3cret')}")))
    for mechanism, initial in (("PLAIN", True), ("PLAIN", False), ("LOGIN", True), ("LOGIN", False)):
        with smtplib.SMTP("localhost", door.port, timeout=20) as client:
            client.starttls(context=trusting)
            client.ehlo()
            client.user, client.password = "hethong", "s3cret"
            answer = client.auth_plain if mechanism == "PLAIN" else client.auth_login
            client.auth(mechanism, answer, initial_response_ok=initial)
            client.sendmail("c@d.example", ["x@ours.example"], f"Subject: {mechanism} {initial}\r\n\r\n")
    assert [mail.origin.user for mail in door.store.mails()] == ["hethong"] * 4


def test_a_changed_file_counts_without_a_restart_and_a_broken_one_does_not(
    open_door: OpenDoor, settings: SmtpSettings, tmp_path: Path, trusting: ssl.SSLContext
) -> None:
    door = open_door(replace(settings, max_auth_failures=0))

    def reply(name: str) -> str:
        with Peer(door.port, tls=trusting) as peer:
            peer.talk(f"{_SECURE}\nC: AUTH PLAIN {_plain(name, _PASSWORD)}")
            return peer.reply()[:3]

    _users(tmp_path, f"mới:{_CHEAP.hash(_PASSWORD)}")
    wait_until(lambda: reply("mới") == "235", what="the new user")
    assert reply("một-cửa") == "535"
    with capture_logs() as events:
        _users(tmp_path, "mới:plain text")
        wait_until(lambda: any(event["event"] == "smtp.users_kept" for event in events), what="the log")
    assert reply("mới") == "235"


BROKEN = {
    "others may read it": (f"a:{_CHEAP.hash('x')}", 0o640, "mode 0640"),
    "a password instead of a hash": ("a:secret", 0o600, "line 1: no argon2 hash"),
    "a name alone": ("# x\na", 0o600, "line 2: no argon2 hash"),
    "a hash alone": (f":{_CHEAP.hash('x')}", 0o600, "line 1: a name is missing"),
    "a name twice": (
        f"a:{_CHEAP.hash('x')}\na:{_CHEAP.hash('y')}",
        0o600,
        "line 2: a name is missing or stands there twice",
    ),
}


@pytest.mark.parametrize(("text", "mode", "why"), BROKEN.values(), ids=BROKEN)
def test_a_file_that_cannot_be_used_is_said_at_the_start(tmp_path: Path, text: str, mode: int, why: str) -> None:
    with pytest.raises(BadUsersError, match=why) as said:
        Users(_users(tmp_path, text, mode=mode))
    assert "secret" not in str(said.value)


def test_users_without_tls_are_refused(tmp_path: Path) -> None:
    with pytest.raises(ValueError, match="over TLS only"):
        SmtpSettings(users_file=Path(os.devnull))


def test_who_acts_for_another_is_not_understood() -> None:
    assert plain(_plain("a", "b", "c")) is None
