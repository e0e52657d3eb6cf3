"""Gets what a certificate points to, over http and https.

The addresses are the sender's, so the promise is a narrow one: the host's name is resolved here, once, and only the
address that was looked at is connected to; none that is private, of this machine or of this link, unless the office
lists it; few redirects, each looked at anew; no more octets than asked for, and none after the time is up.
Everything that goes wrong is a `NotHadError`.
"""

import contextlib
import http.client
import ipaddress
import socket
import ssl
import threading
from collections.abc import Sequence
from dataclasses import dataclass
from urllib.parse import SplitResult, urljoin, urlsplit

_REDIRECTS = 2
_PIECE = 65_536
_PORTS = {"http": 80, "https": 443}
_OCSP = "application/ocsp-request"
_MOVED = frozenset({301, 302, 303, 307, 308})


class NotHadError(Exception):
    """It cannot be had; the text says why, without what the peer said."""

    def __init__(self, why: str, *, away: bool = False) -> None:
        super().__init__(why)
        self.away = away  #: nobody answers there, whatever is asked


@dataclass(frozen=True, slots=True)
class Egress:
    """What may be asked, and how."""

    hosts: frozenset[str]  #: names that may lie anywhere, on any port
    networks: tuple[ipaddress.IPv4Network | ipaddress.IPv6Network, ...]  #: the same for addresses
    proxy: str = ""  #: host:port of an HTTP proxy; "" = none
    seconds: float = 10.0  #: for one request; a redirect is another


def egress_of(allow_hosts: Sequence[str], proxy: str, seconds: float) -> Egress:
    """The egress of the settings.

    Raises:
        ValueError: the proxy is no host:port.
    """
    names: set[str] = set()
    networks = []
    for text in allow_hosts:
        try:
            networks.append(ipaddress.ip_network(text.strip("[]"), strict=False))
        except ValueError:
            names.add(text.lower().rstrip("."))
    if proxy and not proxy.rpartition(":")[2].isdecimal():
        raise ValueError("proxy must be host:port")
    return Egress(frozenset(names), tuple(networks), proxy, seconds)


class _Pinned(http.client.HTTPConnection):
    """A connection to an address that was looked at, whatever the name would resolve to now."""

    def __init__(self, parts: SplitResult, address: tuple[str, int], seconds: float) -> None:
        super().__init__(parts.hostname or "", parts.port or _PORTS[parts.scheme], timeout=seconds)
        self._address = address
        self._tls = ssl.create_default_context() if parts.scheme == "https" else None

    def connect(self) -> None:
        """As the base does, to the one address."""
        sock = socket.create_connection(self._address, self.timeout)
        self.sock = self._tls.wrap_socket(sock, server_hostname=self.host) if self._tls else sock


def get(url: str, egress: Egress, most: int, request: bytes = b"", media_type: str = _OCSP) -> bytes:
    """At most `most` octets from `url`; with `request` an OCSP responder is asked (RFC 6960 appendix A.1), or another.

    Raises:
        NotHadError: refused, unreachable, too large, too slow, or no answer of the kind.
    """
    for _ in range(_REDIRECTS + 1):
        parts = _parts(url)
        answer = _one(parts, _address_of(parts, egress), egress, most, request, media_type)
        if isinstance(answer, bytes):
            return answer
        url = urljoin(url, answer)
    raise NotHadError("too many redirects")


def _parts(url: str) -> SplitResult:
    try:
        parts = urlsplit(url)
        port = parts.port
    except ValueError as error:
        raise NotHadError("no address") from error
    if parts.scheme not in _PORTS or not parts.hostname or parts.username is not None or port == 0:
        raise NotHadError("no address of the web")
    if not url.isascii() or not url.isprintable() or " " in url:
        raise NotHadError("no plain address")
    return parts


def _address_of(parts: SplitResult, egress: Egress) -> tuple[str, int]:
    """Where to connect: the first address of the host, when none of them is out of bounds."""
    host, port = (parts.hostname or "").rstrip("."), parts.port or _PORTS[parts.scheme]
    if egress.proxy:
        name, _, number = egress.proxy.rpartition(":")
        found = _resolved(host, port, must=False)  # a closed network resolves names at the proxy alone
        _look(host, port, found, egress)
        return name.strip("[]"), int(number)
    found = _resolved(host, port, must=True)
    _look(host, port, found, egress)
    return found[0], port


def _resolved(host: str, port: int, *, must: bool) -> list[str]:
    try:
        found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
    except (OSError, UnicodeError) as error:
        if must:
            raise NotHadError("its name does not resolve", away=True) from error
        return []
    return [str(entry[4][0]).partition("%")[0] for entry in found]


def _look(host: str, port: int, addresses: list[str], egress: Egress) -> None:
    if host.lower() in egress.hosts:
        return
    for text in addresses:
        address = ipaddress.ip_address(text)
        if any(address.version == network.version and address in network for network in egress.networks):
            continue
        # IPv4 in IPv6's clothes (RFC 4291 section 2.5.5.2, RFC 6052) reaches what it names.
        inner = getattr(address, "ipv4_mapped", None) or getattr(address, "sixtofour", None) or address
        if not (inner.is_global and address.is_global) or inner.is_multicast or _is_translated(address):
            raise NotHadError("its address is private")
        if port not in _PORTS.values():
            raise NotHadError("its port is not of the web")


def _is_translated(address: ipaddress.IPv4Address | ipaddress.IPv6Address) -> bool:
    return address.version == 6 and address in ipaddress.IPv6Network("64:ff9b::/96")


class _Watch:
    """Ends a request whose time is up: a peer that sends one octet a second never runs into a read's own time-out."""

    def __init__(self, seconds: float) -> None:
        self.fired = False
        self.sock: socket.socket | None = None
        self._timer = threading.Timer(seconds, self._cut)
        self._timer.daemon = True

    def __enter__(self) -> "_Watch":
        self._timer.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._timer.cancel()

    def _cut(self) -> None:
        self.fired = True
        if self.sock is not None:
            with contextlib.suppress(OSError):  # it has ended by itself
                self.sock.shutdown(socket.SHUT_RDWR)


def _one(
    parts: SplitResult, address: tuple[str, int], egress: Egress, most: int, request: bytes, media_type: str
) -> bytes | str:
    """The body, or where it has moved to."""
    connection = _connection(parts, address, egress)
    headers = {"Host": parts.netloc, "Accept": "*/*", "User-Agent": "docbridge", "Connection": "close"}
    if request:
        headers["Content-Type"] = media_type
    target = (parts.path or "/") + (f"?{parts.query}" if parts.query else "")
    if egress.proxy and parts.scheme == "http":
        target = f"http://{parts.netloc}{target}"
    with _Watch(egress.seconds) as watch, contextlib.closing(connection):
        try:
            connection.connect()
            watch.sock = connection.sock
            connection.request("POST" if request else "GET", target, request or None, headers)
            response = connection.getresponse()
            if response.status in _MOVED:
                return response.getheader("Location") or ""
            if response.status != 200:
                raise NotHadError(f"HTTP {response.status}")
            return _body(response, most, watch)
        except (OSError, http.client.HTTPException, ValueError) as error:
            why = "the time is up" if watch.fired else type(error).__name__
            raise NotHadError(why, away=isinstance(error, OSError)) from error


def _connection(parts: SplitResult, address: tuple[str, int], egress: Egress) -> http.client.HTTPConnection:
    if not egress.proxy:
        return _Pinned(parts, address, egress.seconds)
    if parts.scheme == "http":
        return http.client.HTTPConnection(*address, timeout=egress.seconds)
    through = http.client.HTTPSConnection(*address, timeout=egress.seconds, context=ssl.create_default_context())
    through.set_tunnel(parts.hostname or "", parts.port or _PORTS["https"])
    return through


def _body(response: http.client.HTTPResponse, most: int, watch: _Watch) -> bytes:
    octets = bytearray()
    while piece := response.read1(_PIECE):
        octets += piece
        if len(octets) > most:
            raise NotHadError("larger than asked for")
    # What was cut off in the middle must not pass for the whole.
    if watch.fired or (response.length or 0) > 0:
        raise NotHadError("the time is up" if watch.fired else "it ended early")
    if not octets:
        raise NotHadError("it is empty")
    return bytes(octets)
