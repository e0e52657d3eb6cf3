"""What a hostile or broken site can do to the fetcher: refused, cut off, and never more than asked for."""

import socket
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager

import pytest

from bridge.evidence.http import Egress, NotHadError, egress_of, get
from tests.servers.wait import LOOPBACK

SECONDS = 0.5
MOST = 1000
OPEN = egress_of((LOOPBACK,), "", SECONDS)
CLOSED = egress_of((), "", SECONDS)


@contextmanager
def serving(*answers: "bytes | Callable[[socket.socket], None]") -> Iterator[int]:
    """A server that reads a request and says the next answer, then hangs up; its port."""
    with socket.create_server((LOOPBACK, 0)) as listener:

        def run() -> None:
            for answer in answers:
                try:
                    peer, _ = listener.accept()
                except OSError:
                    return
                with peer:
                    peer.settimeout(5)
                    try:
                        peer.recv(65536)
                        if callable(answer):
                            answer(peer)
                        else:
                            peer.sendall(answer)
                    except OSError:
                        continue

        thread = threading.Thread(target=run, daemon=True)
        thread.start()
        yield listener.getsockname()[1]


def response(body: bytes, *headers: str, status: str = "200 OK") -> bytes:
    """An HTTP response."""
    return "\r\n".join((f"HTTP/1.1 {status}", *headers, "", "")).encode() + body


def dripping(octet: bytes) -> Callable[[socket.socket], None]:
    """A peer that never ends and never stops for long."""

    def drip(peer: socket.socket) -> None:
        peer.sendall(b"HTTP/1.1 200 OK\r\n" + (b"\r\n" if octet == b"b" else b"X-Slow: "))
        for _ in range(100):
            peer.sendall(octet)
            time.sleep(0.05)

    return drip


def test_a_body_is_got_whole() -> None:
    with serving(response(b"x" * MOST, f"Content-Length: {MOST}")) as port:
        assert get(f"http://{LOOPBACK}:{port}/a", OPEN, MOST) == b"x" * MOST


BROKEN = [
    pytest.param(response(b"x" * 5000, "Content-Length: 5000"), "larger", id="larger than asked for"),
    pytest.param(response(b"x" * 5000), "larger", id="larger, and says nothing of it"),
    pytest.param(
        response(b"short", "Content-Length: 500"), "IncompleteRead|ended early", id="it ends before its length"
    ),
    pytest.param(response(b"", "Content-Length: 0"), "empty", id="empty"),
    pytest.param(response(b"no", status="503 Away"), "HTTP 503", id="an error"),
    pytest.param(b"nonsense\r\n\r\n", "BadStatusLine", id="no HTTP"),
    pytest.param(b"", "RemoteDisconnected", id="it hangs up"),
    pytest.param(dripping(b"a"), "time is up", id="a header that never ends"),
    pytest.param(dripping(b"b"), "time is up", id="a body that never ends"),
]


@pytest.mark.parametrize(("answer", "cause"), BROKEN)
def test_a_broken_answer_is_none(answer: bytes, cause: str) -> None:
    began = time.monotonic()
    with serving(answer) as port, pytest.raises(NotHadError, match=cause):
        get(f"http://{LOOPBACK}:{port}/a", OPEN, MOST)
    assert time.monotonic() - began < 5 * SECONDS


REFUSED = [
    pytest.param("http://127.0.0.1/a", id="this machine"),
    pytest.param("http://127.1/a", id="this machine, written short"),
    pytest.param("http://2130706433/a", id="this machine, as a number"),
    pytest.param("http://[::1]/a", id="this machine by IPv6"),
    pytest.param("http://[::ffff:127.0.0.1]/a", id="this machine in IPv6's clothes"),
    pytest.param("http://[64:ff9b::7f00:1]/a", id="this machine behind a translator"),
    pytest.param("http://localhost/a", id="this machine by name"),
    pytest.param("http://10.0.0.1/a", id="a private network"),
    pytest.param("http://192.168.1.1/a", id="another private network"),
    pytest.param("http://169.254.169.254/latest/meta-data", id="a cloud's metadata"),
    pytest.param("http://100.64.0.1/a", id="a carrier's network"),
    pytest.param("http://0.0.0.0/a", id="no address at all"),
    pytest.param("http://224.0.0.1/a", id="a group"),
    pytest.param("http://[fe80::1]/a", id="this link"),
    pytest.param("http://8.8.8.8:25/a", id="a port of another protocol"),
    pytest.param("http://user@8.8.8.8/a", id="with a user"),
    pytest.param("ftp://8.8.8.8/a", id="not of the web"),
    pytest.param("file:///etc/passwd", id="a file"),
    pytest.param("http:///a", id="no host"),
    pytest.param("http://8.8.8.8:99999/a", id="no port"),
    pytest.param("http://8.8.8.8/a\r\nX: y", id="more than an address"),
]


@pytest.mark.parametrize("url", REFUSED)
def test_where_a_certificate_may_not_lead_nobody_goes(url: str) -> None:
    with pytest.raises(NotHadError, match=r"private|port|address"):
        get(url, CLOSED, MOST)


@pytest.mark.parametrize(
    ("target", "cause"),
    [
        pytest.param("http://169.254.169.254/latest", "private", id="to a cloud's metadata"),
        pytest.param("file:///etc/passwd", "no address of the web", id="to a file"),
        pytest.param("/again", "too many redirects", id="to itself"),
    ],
)
def test_a_redirect_is_looked_at_anew(target: str, cause: str) -> None:
    moved = response(b"", f"Location: {target}", "Content-Length: 0", status="302 Found")
    with serving(moved, moved, moved, moved) as port, pytest.raises(NotHadError, match=cause):
        get(f"http://{LOOPBACK}:{port}/a", OPEN, MOST)


def test_a_redirect_within_bounds_is_followed() -> None:
    moved = response(b"", "Location: /b", "Content-Length: 0", status="301 Moved")
    with serving(moved, response(b"here", "Content-Length: 4")) as port:
        assert get(f"http://{LOOPBACK}:{port}/a", OPEN, MOST) == b"here"


def test_a_proxy_is_asked_for_the_whole_address() -> None:
    said: list[bytes] = []

    def proxy(peer: socket.socket) -> None:
        peer.sendall(response(b"by proxy", "Content-Length: 8"))

    with socket.create_server((LOOPBACK, 0)) as listener:

        def run() -> None:
            peer, _ = listener.accept()
            with peer:
                said.append(peer.recv(65536))
                proxy(peer)

        threading.Thread(target=run, daemon=True).start()
        through = Egress(frozenset(), (), f"{LOOPBACK}:{listener.getsockname()[1]}", 2.0)
        assert get("http://crl.unresolvable.invalid/ca.crl", through, MOST) == b"by proxy"
    assert said[0].startswith(b"GET http://crl.unresolvable.invalid/ca.crl HTTP/1.1\r\n")


def test_a_proxy_is_not_led_to_private_addresses() -> None:
    with pytest.raises(NotHadError, match="private"):
        get("http://10.0.0.1/a", Egress(frozenset(), (), f"{LOOPBACK}:9", 1.0), MOST)


def test_a_network_that_is_listed_may_be_asked() -> None:
    with serving(response(b"ok", "Content-Length: 2")) as port:
        assert get(f"http://{LOOPBACK}:{port}/a", egress_of(("127.0.0.0/8",), "", 1.0), MOST) == b"ok"
