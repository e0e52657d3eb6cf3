"""Conversations as scripts, the way the RFCs print them.

`C:` what the client says (CR LF added; lines that follow one another leave in one segment, as pipelining clients do),
`R:` raw octets with Python's escapes and nothing added, `S:` the whole reply expected (`*` = anything; its lines are
joined by blanks), `TLS` a handshake, `EOF` the server closes. Every read has a deadline.
"""

import re
import socket
import ssl
from dataclasses import dataclass, field
from types import TracebackType

LOOPBACK = "127.0.0.1"


@dataclass
class Peer:
    """A client that says exactly what it is told."""

    port: int
    deadline: float = 20.0
    tls: ssl.SSLContext | None = None
    said: list[str] = field(default_factory=list)  #: the conversation so far, for the failure's message
    _buffer: bytes = b""

    def __post_init__(self) -> None:
        self.socket: socket.socket = socket.create_connection((LOOPBACK, self.port), timeout=self.deadline)
        self.socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)

    def __enter__(self) -> "Peer":
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.socket.close()

    def send(self, octets: bytes) -> None:
        """Say these octets."""
        self.said.append(f"C: {octets[:200]!r}")
        self.socket.sendall(octets)

    def line(self) -> str:
        """One line from the server; "" when it has closed."""
        while b"\n" not in self._buffer:
            try:
                more = self.socket.recv(65536)
            except ConnectionResetError:
                more = b""
            if not more:
                assert not self._buffer, f"closed in mid-line: {self._buffer!r}"
                return ""
            self._buffer += more
        line, _, self._buffer = self._buffer.partition(b"\n")
        assert line.endswith(b"\r"), line
        return line[:-1].decode()

    def reply(self) -> str:
        """One whole reply, its lines joined by blanks."""
        lines = [self.line()]
        while lines[-1][3:4] == "-":
            lines.append(self.line())
        self.said.append(f"S: {' / '.join(lines)}")
        return " ".join(lines)

    def expect(self, pattern: str) -> str:
        """The next reply, which must look like this."""
        reply = self.reply()
        shape = ".*".join(re.escape(piece) for piece in pattern.split("*"))
        shown = "\n".join(self.said)
        assert re.fullmatch(shape, reply), f"expected {pattern!r}, heard {reply!r} in\n{shown}"
        return reply

    def talk(self, script: str) -> "Peer":
        """Play a script."""
        waiting = b""
        for line in (row.strip() for row in script.strip().splitlines()):
            mark, _, text = line.partition(" ")
            if mark == "C:":
                waiting += text.encode() + b"\r\n"
                continue
            if mark == "R:":
                waiting += text.encode().decode("unicode_escape").encode("latin-1")
                continue
            if waiting:
                self.send(waiting)
                waiting = b""
            match mark:
                case "S:":
                    self.expect(text)
                case "TLS":
                    self.start_tls()
                case "EOF":
                    assert self.line() == "", "the server did not close"
                case "":
                    pass
                case _:
                    raise ValueError(f"not a line of a script: {line}")
        if waiting:
            self.send(waiting)
        return self

    def start_tls(self) -> None:
        """Shake hands."""
        assert self.tls is not None
        self.socket = self.tls.wrap_socket(self.socket, server_hostname="localhost")


def talk(port: int, script: str, tls: ssl.SSLContext | None = None) -> None:
    """A whole conversation over a connection of its own."""
    with Peer(port, tls=tls) as peer:
        peer.talk(script)
