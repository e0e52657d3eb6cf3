"""TLS before the greeting, clients' certificates, and certificates that change under a running door."""

import contextlib
import os
import shutil
import socket
import ssl
from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest
from structlog.testing import capture_logs

from smtp_in.settings import SmtpSettings
from tests.servers.certificate import ServerCertificate, mint
from tests.servers.wait import LOOPBACK, wait_until
from tests.wire.conftest import OpenDoor
from tests.wire.served import SETTINGS
from tests.wire.talk import Peer, talk

_MAIL = """
    TLS
    S: 220 door.example ESMTP *
    C: EHLO me.example
    S: 250-*
    C: MAIL FROM:<a@b.example>
    S: 250 *
    C: RCPT TO:<x@ours.example>
    S: 250 *
    C: DATA
    S: 354 *
    C: .
    S: 250 2.0.0 *
"""


@pytest.fixture
def certificate(tmp_path: Path) -> ServerCertificate:
    return _minted(tmp_path / "server")


def _minted(folder: Path, name: str = "localhost") -> ServerCertificate:
    folder.mkdir()
    return mint(folder, name)


def _door(certificate: ServerCertificate) -> SmtpSettings:
    return replace(
        SETTINGS,
        listen=(),
        tls_listen=("127.0.0.1:0",),
        tls_certificate=certificate.certificate,
        tls_key=certificate.key,
        reload_every=timedelta(milliseconds=50),
        handshake_timeout=timedelta(seconds=2),
    )


def _trusting(certificate: ServerCertificate) -> ssl.SSLContext:
    return ssl.create_default_context(cafile=str(certificate.certificate))


def test_tls_comes_before_the_greeting_and_is_not_offered_again(
    open_door: OpenDoor, certificate: ServerCertificate
) -> None:
    door = open_door(_door(certificate))
    with Peer(door.port, tls=_trusting(certificate)) as peer:
        peer.talk(_MAIL)
        assert "STARTTLS" not in "".join(peer.said)
        peer.talk("C: STARTTLS\nS: 503 5.5.1 *\nC: QUIT\nS: 221 *\nEOF")
    assert door.store.mails()[0].origin.tls.startswith("TLSv1.3 TLS_")


def test_words_in_the_clear_are_no_handshake_and_hear_nothing(
    open_door: OpenDoor, certificate: ServerCertificate
) -> None:
    door = open_door(_door(certificate))
    with Peer(door.port) as peer:
        peer.send(b"EHLO me.example\r\n")
        heard = b""
        with contextlib.suppress(ConnectionResetError):
            while more := peer.socket.recv(4096):
                heard += more
        assert b"220" not in heard
    talk(door.port, _MAIL, tls=_trusting(certificate))


def test_a_peer_that_never_shakes_hands_is_let_go(open_door: OpenDoor, certificate: ServerCertificate) -> None:
    door = open_door(replace(_door(certificate), handshake_timeout=timedelta(milliseconds=200)))
    with socket.create_connection((LOOPBACK, door.port), timeout=20) as silent:
        assert silent.recv(1) == b""
    wait_until(lambda: door.connections() == 0, what="the end of the connection")


def test_a_door_that_stops_does_not_wait_for_a_handshake(open_door: OpenDoor, certificate: ServerCertificate) -> None:
    door = open_door(replace(_door(certificate), handshake_timeout=timedelta(minutes=5)))
    with socket.create_connection((LOOPBACK, door.port), timeout=20) as silent:
        wait_until(lambda: door.connections() == 1, what="the connection")
        door.stop()
        with contextlib.suppress(ConnectionResetError):
            assert silent.recv(1) == b""


def test_beyond_the_limit_nobody_gets_a_handshake(open_door: OpenDoor, certificate: ServerCertificate) -> None:
    door = open_door(replace(_door(certificate), max_connections=1))
    with Peer(door.port, tls=_trusting(certificate)) as first:
        first.talk("TLS\nS: 220 *")
        with socket.create_connection((LOOPBACK, door.port), timeout=20) as second:
            assert second.recv(1) == b""


@pytest.fixture
def client(tmp_path: Path) -> ServerCertificate:
    return _minted(tmp_path / "client", "So Y te, tinh")


def test_the_subject_of_a_clients_certificate_is_kept_with_the_mail(
    open_door: OpenDoor, certificate: ServerCertificate, client: ServerCertificate
) -> None:
    door = open_door(replace(_door(certificate), client_ca_file=client.certificate))
    shows = _trusting(certificate)
    shows.load_cert_chain(client.certificate, client.key)
    talk(door.port, _MAIL, tls=shows)
    talk(door.port, _MAIL.replace("a@b", "c@d"), tls=_trusting(certificate))
    with_, without = (mail.origin.tls.split(" ", 2) for mail in door.store.mails())
    assert with_[2] == r"commonName=So Y te\, tinh"
    assert with_[:2] == without


def test_a_certificate_of_an_unknown_authority_ends_the_handshake(
    open_door: OpenDoor, tmp_path: Path, certificate: ServerCertificate, client: ServerCertificate
) -> None:
    stranger = _minted(tmp_path / "stranger")
    door = open_door(replace(_door(certificate), client_ca_file=client.certificate))
    shows = _trusting(certificate)
    shows.load_cert_chain(stranger.certificate, stranger.key)
    heard = ""
    with contextlib.suppress(OSError), Peer(door.port, tls=shows) as peer:
        peer.start_tls()  # in TLS 1.3 the client has finished before the server has looked
        heard = peer.line()
    assert heard == ""
    talk(door.port, _MAIL, tls=_trusting(certificate))


def _shown(port: int) -> bytes:
    """The certificate that the door shows now."""
    unverified = ssl.create_default_context()
    unverified.check_hostname, unverified.verify_mode = False, ssl.CERT_NONE
    with socket.create_connection((LOOPBACK, port), timeout=20) as plain, unverified.wrap_socket(plain) as secured:
        return secured.getpeercert(binary_form=True) or b""


def _der(certificate: Path) -> bytes:
    return ssl.PEM_cert_to_DER_cert(certificate.read_text())


def test_a_new_certificate_is_shown_without_a_restart_and_a_broken_one_is_not(
    open_door: OpenDoor, tmp_path: Path, certificate: ServerCertificate
) -> None:
    old = _der(certificate.certificate)
    fresh = _minted(tmp_path / "fresh")
    with capture_logs() as events:
        door = open_door(_door(certificate))
        with Peer(door.port, tls=_trusting(certificate)) as peer:
            peer.talk("TLS\nS: 220 *")
            # Half of a renewal: the new certificate with the old key.
            _replace(certificate.certificate, fresh.certificate)
            wait_until(lambda: _kept(events) == 1, what="the log of the half")
            assert _shown(door.port) == old
            _replace(certificate.key, fresh.key)
            wait_until(lambda: _shown(door.port) == _der(fresh.certificate), what="the new certificate")
            _replace(certificate.certificate, Path(os.devnull))
            wait_until(lambda: _kept(events) == 2, what="the log of the empty file")
            certificate.certificate.unlink()
            wait_until(lambda: _kept(events) > 2, what="the log of the absent file")
            assert _shown(door.port) == _der(fresh.certificate)
            peer.talk("C: NOOP\nS: 250 *")  # who is inside stays


def _kept(events: Sequence[Mapping[str, object]]) -> int:
    return sum(event["event"] == "smtp.certificate_kept" for event in events)


def _replace(file: Path, by: Path) -> None:
    shutil.copyfile(by, file.with_suffix(".new"))
    file.with_suffix(".new").rename(file)


@pytest.mark.parametrize(
    ("settings", "why"),
    [
        ({"tls_certificate": Path("a.crt")}, "come together"),
        ({"tls_listen": ("127.0.0.1:0",)}, "tls_listen needs"),
        ({"client_ca_file": Path("ca.crt")}, "client_ca_file needs"),
    ],
    ids=["a certificate without its key", "TLS without a certificate", "authorities without TLS"],
)
def test_settings_that_do_not_go_together_are_refused(settings: dict[str, object], why: str) -> None:
    with pytest.raises(ValueError, match=why):
        SmtpSettings(**settings)  # type: ignore[arg-type]
