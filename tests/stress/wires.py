"""A wire between two programs on loopback that can be cut: every connection over it is dropped at once."""

import contextlib
import socket
import threading
from collections.abc import Iterator
from dataclasses import dataclass, field

from tests.servers.wait import LOOPBACK


@dataclass
class CutWire:
    """Forwards from `port` to `target`."""

    target: int
    port: int = 0
    cuts: int = 0  #: connections that were dropped
    _open: set[socket.socket] = field(default_factory=set)
    _lock: threading.Lock = field(default_factory=threading.Lock)

    def cut(self) -> None:
        """Drop every connection, whatever goes over it just now, without a word."""
        with self._lock:
            pairs, self._open = self._open, set()
        for one in pairs:
            with contextlib.suppress(OSError):
                one.shutdown(socket.SHUT_RDWR)
        self.cuts += len(pairs) // 2

    def serve(self, listening: socket.socket) -> None:
        """Forward until the listening socket is closed."""
        while True:
            try:
                guest, _ = listening.accept()
            except OSError:
                return
            try:
                host = socket.create_connection((LOOPBACK, self.target), 5)
            except OSError:
                guest.close()
                continue
            threading.Thread(target=self._pair, args=(guest, host), daemon=True).start()

    def _pair(self, guest: socket.socket, host: socket.socket) -> None:
        with guest, host:
            with self._lock:
                self._open |= {guest, host}
            back = threading.Thread(target=self._pump, args=(host, guest), daemon=True)
            back.start()
            self._pump(guest, host)
            back.join()
            with self._lock:
                self._open -= {guest, host}

    def _pump(self, come: socket.socket, go: socket.socket) -> None:
        with contextlib.suppress(OSError):
            while octets := come.recv(65536):
                go.sendall(octets)
        for one in (come, go):
            with contextlib.suppress(OSError):
                one.shutdown(socket.SHUT_RDWR)


@contextlib.contextmanager
def cut_wire(target: int) -> Iterator[CutWire]:
    """Forward until the block ends."""
    with socket.create_server((LOOPBACK, 0)) as listening:
        wire = CutWire(target, listening.getsockname()[1])
        thread = threading.Thread(target=wire.serve, args=(listening,), daemon=True)
        thread.start()
        try:
            yield wire
        finally:
            with contextlib.suppress(OSError):
                listening.shutdown(socket.SHUT_RDWR)
            listening.close()
            thread.join(5)
            wire.cut()
