"""The PROXY protocol: asked from some, where it says who the peer is; from anybody else it is no command."""

import contextlib
import ssl
import struct
from dataclasses import replace
from datetime import timedelta
from ipaddress import ip_address
from pathlib import Path

import pytest

from smtp_in.settings import SmtpSettings
from tests.servers.certificate import mint
from tests.servers.wait import wait_until
from tests.wire.conftest import OpenDoor
from tests.wire.served import SETTINGS
from tests.wire.talk import Peer

_PROXIED = replace(SETTINGS, proxy_from=("127.0.0.0/8", "2001:db8::/32"), proxy_timeout=timedelta(seconds=5))
_SIGNATURE = b"\r\n\r\n\x00\r\nQUIT\n"
_MAIL = """
    S: 220 *
    C: EHLO me.example
    S: 250-*
    C: MAIL FROM:<a@b.example>
    C: RCPT TO:<x@ours.example>
    C: DATA
    S: 250 *
    S: 250 *
    S: 354 *
    C: .
    S: 250 2.0.0 *
"""


def _v2(client: str, *, command: int = 0x21, family: int | None = None, more: bytes = b"", cut: int = 0) -> bytes:
    """A header of version 2, from documentation addresses, to ours."""
    here = ip_address(client)
    there = ip_address("2001:db8::25" if here.version == 6 else "203.0.113.25")
    block = here.packed + there.packed + struct.pack("!HH", 40000, 25) + more
    kind = family if family is not None else (0x21 if here.version == 6 else 0x11)
    block = block[: len(block) - cut]
    return _SIGNATURE + struct.pack("!BBH", command, kind, len(block)) + block


HEADERS = {
    "version 1 over IPv4": (b"PROXY TCP4 192.0.2.7 203.0.113.25 40000 25\r\n", "192.0.2.7"),
    "version 1 over IPv6": (b"PROXY TCP6 2001:db8::7 2001:db8::25 40000 25\r\n", "2001:db8::7"),
    "version 1 that does not know": (b"PROXY UNKNOWN\r\n", "127.0.0.1"),
    "version 1 that does not know and says more": (b"PROXY UNKNOWN ffff::1 ::1 1 2\r\n", "127.0.0.1"),
    "version 2 over IPv4": (_v2("192.0.2.7"), "192.0.2.7"),
    "version 2 over IPv6": (_v2("2001:db8::7"), "2001:db8::7"),
    "version 2 of an IPv4 address in IPv6's clothes": (_v2("::ffff:192.0.2.7"), "192.0.2.7"),
    "version 2 with more behind the addresses": (_v2("192.0.2.7", more=b"\x04\x00\x03abc"), "192.0.2.7"),
    "version 2 of the proxy itself": (_v2("192.0.2.7", command=0x20), "127.0.0.1"),
    "version 2 that does not tell": (_SIGNATURE + b"\x21\x00\x00\x00", "127.0.0.1"),
}


@pytest.mark.parametrize(("header", "peer"), HEADERS.values(), ids=HEADERS)
def test_the_peer_is_who_the_proxy_says(open_door: OpenDoor, header: bytes, peer: str) -> None:
    door = open_door(_PROXIED)
    with Peer(door.port) as client:
        client.send(header + b"EHLO ahead.example\r\n")  # in one segment with what follows
        client.talk("S: 220 *\nS: 250-*")
        client.talk(_MAIL.replace("S: 220 *", ""))
    assert [mail.origin.peer for mail in door.store.mails()] == [peer]


def test_a_header_may_come_octet_by_octet(open_door: OpenDoor) -> None:
    door = open_door(_PROXIED)
    for header in (HEADERS["version 1 over IPv4"][0], HEADERS["version 2 over IPv4"][0]):
        with Peer(door.port) as client:
            for octet in header:
                client.socket.sendall(bytes([octet]))
            client.talk("S: 220 *")


MALFORMED = {
    "no header at all": b"EHLO me.example\r\nNOOP\r\n",
    "a line without its CR": b"PROXY TCP4 192.0.2.7 203.0.113.25 40000 25\n",
    "a line without an end": b"PROXY TCP4 " + b"1" * 200,
    "an address that is none": b"PROXY TCP4 192.0.2.777 203.0.113.25 40000 25\r\n",
    "an address of the other family": b"PROXY TCP4 2001:db8::7 2001:db8::25 40000 25\r\n",
    "a port that is none": b"PROXY TCP4 192.0.2.7 203.0.113.25 70000 25\r\n",
    "too few words": b"PROXY TCP4 192.0.2.7 203.0.113.25 40000\r\n",
    "small letters": b"proxy TCP4 192.0.2.7 203.0.113.25 40000 25\r\n",
    "version 3": _v2("192.0.2.7", command=0x31),
    "a command that is not known": _v2("192.0.2.7", command=0x22),
    "datagrams": _v2("192.0.2.7", family=0x12),
    "too short for its addresses": _v2("192.0.2.7", cut=1),
    "IPv4 addresses that call themselves IPv6": _v2("192.0.2.7", family=0x21),
    "longer than any": _SIGNATURE + b"\x21\x11\xff\xff" + b"\0" * 100,
}


@pytest.mark.parametrize("octets", MALFORMED.values(), ids=MALFORMED)
def test_what_is_no_header_ends_the_connection_unanswered(open_door: OpenDoor, octets: bytes) -> None:
    door = open_door(_PROXIED)
    with Peer(door.port) as client:
        client.send(octets)
        assert client.line() == ""
    wait_until(lambda: door.connections() == 0, what="the end of the connection")


@pytest.mark.parametrize("octets", [b"", b"PROXY TCP4 192", _SIGNATURE + b"\x21\x11\x00\x0c\xc0"])
def test_a_header_that_does_not_come_ends_the_connection(open_door: OpenDoor, octets: bytes) -> None:
    door = open_door(replace(_PROXIED, proxy_timeout=timedelta(milliseconds=200)))
    with Peer(door.port) as client:
        client.socket.sendall(octets)
        assert client.line() == ""
    wait_until(lambda: door.connections() == 0, what="the end of the connection")


def test_from_anybody_else_a_header_is_no_command(open_door: OpenDoor) -> None:
    door = open_door(replace(SETTINGS, proxy_from=("192.0.2.0/24",)))
    with Peer(door.port) as client:
        client.talk("C: PROXY TCP4 192.0.2.7 203.0.113.25 40000 25\nS: 220 *\nS: 500 5.5.1 *")
        client.talk(_MAIL.replace("S: 220 *", ""))
    with Peer(door.port) as client:
        client.send(_v2("192.0.2.7"))
        client.talk("S: 220 *" + "\nS: 500 5.5.1 *" * 2 + "\nS: 500 5.5.2 *" * 2)  # its QUIT has no CR LF
    assert [mail.origin.peer for mail in door.store.mails()] == ["127.0.0.1"]


def test_limits_count_the_client_and_not_the_proxy(open_door: OpenDoor) -> None:
    door = open_door(replace(_PROXIED, max_connections_per_address=1, max_connections_per_network=2))

    def come(stack: contextlib.ExitStack, address: str) -> str:
        client = stack.enter_context(Peer(door.port))
        client.send(f"PROXY TCP4 {address} 203.0.113.25 40000 25\r\n".encode())
        return client.reply()

    with contextlib.ExitStack() as stack:
        assert come(stack, "192.0.2.1").startswith("220 ")
        assert "your address" in come(stack, "192.0.2.1")
        assert come(stack, "192.0.2.2").startswith("220 ")
        assert "your network" in come(stack, "192.0.2.3")
        assert come(stack, "198.51.100.1").startswith("220 ")


def test_a_handshake_follows_the_header_even_in_one_segment(open_door: OpenDoor, tmp_path: Path) -> None:
    minted = mint(tmp_path)
    secure: SmtpSettings = replace(
        _PROXIED,
        listen=(),
        tls_listen=("127.0.0.1:0",),
        tls_certificate=minted.certificate,
        tls_key=minted.key,
    )
    door = open_door(secure)
    incoming, outgoing = ssl.MemoryBIO(), ssl.MemoryBIO()
    trusting = ssl.create_default_context(cafile=str(minted.certificate))
    client = trusting.wrap_bio(incoming, outgoing, server_hostname="localhost")
    with Peer(door.port) as peer:
        with pytest.raises(ssl.SSLWantReadError):
            client.do_handshake()
        peer.socket.sendall(_v2("192.0.2.7") + outgoing.read())
        while True:
            try:
                client.do_handshake()
                break
            except ssl.SSLWantReadError:
                incoming.write(peer.socket.recv(65536))
        peer.socket.sendall(outgoing.read())
        greeting = b""
        while not greeting.endswith(b"\n"):
            try:
                greeting += client.read(4096)
            except ssl.SSLWantReadError:
                more = peer.socket.recv(65536)
                assert more, "closed before the greeting"
                incoming.write(more)
        assert greeting.startswith(b"220 door.example ")


def test_a_door_that_stops_does_not_wait_for_headers(open_door: OpenDoor) -> None:
    door = open_door(replace(_PROXIED, proxy_timeout=timedelta(minutes=5)))
    with Peer(door.port) as client:
        wait_until(lambda: door.connections() == 1, what="the connection")
        door.stop()
        assert client.line() == ""


def test_a_network_that_is_none_is_refused() -> None:
    with pytest.raises(ValueError, match="does not appear to be"):
        SmtpSettings(proxy_from=("10.0.0.0/99",))
