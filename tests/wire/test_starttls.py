"""STARTTLS with a certificate minted for the run: what was said before does not count, what was injected is gone."""

import socket
import ssl
import struct
from dataclasses import replace
from pathlib import Path

import pytest

from smtp_in.settings import SmtpSettings
from tests.servers.certificate import ServerCertificate, mint
from tests.servers.wait import wait_until
from tests.wire.conftest import OpenDoor
from tests.wire.served import SETTINGS
from tests.wire.talk import Peer, talk

_UPGRADE = """
    S: 220 *
    C: EHLO before.example
    S: 250-*STARTTLS*
    C: STARTTLS
    S: 220 2.0.0 *
    TLS
"""


@pytest.fixture(scope="module")
def certificate(tmp_path_factory: pytest.TempPathFactory) -> ServerCertificate:
    return mint(tmp_path_factory.mktemp("tls"))


@pytest.fixture
def secure(certificate: ServerCertificate) -> SmtpSettings:
    return replace(SETTINGS, tls_certificate=certificate.certificate, tls_key=certificate.key)


@pytest.fixture
def trusting(certificate: ServerCertificate) -> ssl.SSLContext:
    return ssl.create_default_context(cafile=str(certificate.certificate))


def test_a_mail_over_tls_is_kept_with_protocol_and_cipher(
    open_door: OpenDoor, secure: SmtpSettings, trusting: ssl.SSLContext
) -> None:
    door = open_door(secure)
    talk(
        door.port,
        _UPGRADE
        + rf"""
        C: EHLO after.example
        S: 250-door.example*DSN*
        C: MAIL FROM:<a@b.example>
        C: RCPT TO:<x@ours.example>
        C: DATA
        S: 250 *
        S: 250 *
        S: 354 *
        R: {"x" * 60_000}\r\n{"y" * 60_000}\r\n.\r\n
        S: 250 2.0.0 *
        C: STARTTLS
        S: 503 5.5.1 *
        C: QUIT
        S: 221 *
        EOF
        """,
        tls=trusting,
    )
    (mail,) = door.store.mails()
    assert mail.content == b"x" * 60_000 + b"\r\n" + b"y" * 60_000 + b"\r\n"
    assert mail.origin.tls.startswith("TLSv1.3 TLS_")
    assert mail.origin.helo == "after.example"


def test_after_the_handshake_nothing_of_before_counts(
    open_door: OpenDoor, secure: SmtpSettings, trusting: ssl.SSLContext
) -> None:
    door = open_door(secure)
    script = """
        S: 220 *
        C: EHLO before.example
        S: 250-*
        C: MAIL FROM:<a@b.example>
        S: 250 *
        C: STARTTLS
        S: 220 2.0.0 *
        TLS
        C: RCPT TO:<x@ours.example>
        S: 503 5.5.1 *
        C: MAIL FROM:<a@b.example>
        S: 503 5.5.1 *
        C: EHLO after.example
        S: 250-*
    """
    with Peer(door.port, tls=trusting) as peer:
        peer.talk(script)
        assert "STARTTLS" not in " ".join(peer.said[-1:])


def test_commands_injected_before_the_handshake_are_never_obeyed(
    open_door: OpenDoor, secure: SmtpSettings, trusting: ssl.SSLContext
) -> None:
    """CVE-2011-0411, CVE-2024-34083: an attacker in the middle sends them in the clear, in the same segment."""
    door = open_door(secure)
    talk(
        door.port,
        """
        S: 220 *
        C: EHLO before.example
        S: 250-*
        C: STARTTLS
        C: EHLO evil.example
        C: MAIL FROM:<evil@b.example>
        S: 220 2.0.0 *
        TLS
        C: NOOP
        S: 250 2.0.0 OK
        C: MAIL FROM:<a@b.example>
        S: 503 5.5.1 Say EHLO first
        """,
        tls=trusting,
    )


def test_a_failed_handshake_ends_only_its_connection(open_door: OpenDoor, secure: SmtpSettings) -> None:
    door = open_door(secure)
    with Peer(door.port) as peer:
        peer.talk("S: 220 *\nC: EHLO a\nS: 250-*\nC: STARTTLS\nS: 220 *\nR: rubbish, not a handshake\\r\\n")
        while peer.socket.recv(4096):  # perhaps a TLS alert, then the end
            pass
    talk(door.port, "S: 220 *\nC: NOOP\nS: 250 *")


@pytest.mark.parametrize("sent", [b"", b"\x16\x03\x01"], ids=["before its first octet", "after some octets"])
def test_a_peer_that_resets_the_line_within_the_handshake_is_no_longer_counted(
    open_door: OpenDoor, secure: SmtpSettings, sent: bytes
) -> None:
    door = open_door(secure)
    with Peer(door.port) as peer:
        peer.talk("S: 220 *\nC: EHLO a\nS: 250-*\nC: STARTTLS\nS: 220 *")
        peer.send(sent)
        peer.socket.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))  # close() resets
    wait_until(lambda: door.connections() == 0, what="the connection being forgotten")


def test_a_missing_certificate_is_said_at_the_start(tmp_path: Path, open_door: OpenDoor) -> None:
    with pytest.raises(OSError, match="No such file"):
        open_door(replace(SETTINGS, tls_certificate=tmp_path / "none.crt", tls_key=tmp_path / "none.key"))
