"""A TCP proxy before the mail server: it counts octets, cuts the line after so many of them, or swallows all."""

import contextlib
import select
import socket
import threading
from collections.abc import Iterator
from dataclasses import dataclass, field

from tests.servers.wait import LOOPBACK


@dataclass
class Wire:
    """What the proxy does, and what it has seen; changed while it runs."""

    port: int = 0
    #: Octets from server and client so far.
    octets: int = 0
    #: Connections so far.
    connections: int = 0
    #: Octets after which every line is cut; None = never.
    cut_after: int | None = None
    #: Whether what comes is swallowed, the lines left open: a peer that died without a word.
    dead: bool = False
    #: Whether what the server tells of itself in IDLE is swallowed: a server that forgets to tell.
    untold: bool = False
    #: What the client sent, in one string.
    said: bytearray = field(default_factory=bytearray)


def _carry(wire: Wire, client: socket.socket, target: int) -> None:
    with client, socket.create_connection((LOOPBACK, target)) as server:
        pairs = {client: server, server: client}
        while True:
            ready, _, _ = select.select(list(pairs), [], [], 20)
            for source in ready:
                try:
                    data = source.recv(16_384)
                except OSError:
                    return
                if not data:
                    return
                if wire.dead:
                    continue
                if source is client:
                    wire.said += data
                elif wire.untold and data.startswith(b"* ") and wire.said.endswith(b" IDLE\r\n"):
                    continue
                if wire.cut_after is not None:
                    data = data[: max(0, wire.cut_after - wire.octets)]
                wire.octets += len(data)
                with contextlib.suppress(OSError):
                    pairs[source].sendall(data)
                if wire.cut_after is not None and wire.octets >= wire.cut_after:
                    return


@contextlib.contextmanager
def wired(target: int) -> Iterator[Wire]:
    """A proxy before `target` until the block ends."""
    wire = Wire()
    with socket.create_server((LOOPBACK, 0)) as listener:
        wire.port = listener.getsockname()[1]

        def serve() -> None:
            while True:
                try:
                    client, _ = listener.accept()
                except OSError:
                    return
                wire.connections += 1
                threading.Thread(target=_carry, args=(wire, client, target), daemon=True).start()

        thread = threading.Thread(target=serve, daemon=True)
        thread.start()
        yield wire
        listener.shutdown(socket.SHUT_RDWR)
        thread.join(5)
