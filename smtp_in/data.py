"""Where a mail sent by DATA ends, and what it says: an incremental scanner over blocks.

Promise: only CR LF . CR LF ends the data (RFC 5321 section 4.1.1.4); every other look-alike (LF . LF, CR LF . LF,
CR . CR, ...) is content, so that a mail cannot carry another one past us ("SMTP smuggling", CVE-2023-51764).
The leading dot of a line is taken off (section 4.5.2). However the stream is cut into blocks, what comes out is the
same. Nothing but the last four octets of a block is ever kept back.
"""

_END = b"\r\n.\r\n"
_FEW = 32


class DataScanner:
    """Reads blocks until the end of data. `rest` holds the octets behind the end (commands sent ahead)."""

    __slots__ = ("_fresh", "_tail", "ended", "rest")

    def __init__(self) -> None:
        # The data begins as if a line had just ended: a dot in the first column ends, or is stuffed, there too.
        self._tail = b"\r\n"
        self._fresh = True
        self.ended = False  #: the end of data was seen
        self.rest = b""  #: what followed it

    def feed(self, block: bytes) -> bytes:
        """The octets of the mail that are certain now."""
        if not block:
            return b""
        if self._fresh and self._tail == b"\r\n" and block[0] != 0x2E:
            self._fresh, self._tail = False, b""  # no dot in the first column: the block need not be copied behind them
        seen = self._tail + block if self._tail else block
        begin = 2 if self._fresh else 0  # the CR LF before the first line is ours
        free = 0  # before it, the end of data can no longer begin
        pieces: list[bytes] = []
        at = _first_dot(seen, 0)
        while at >= 0:
            behind = seen[at + 3 : at + 5]
            if behind == b"\r\n":
                pieces.append(seen[begin : at + 2])
                self.ended, self.rest, self._tail = True, seen[at + 5 :], b""
                return b"".join(pieces)
            if behind in (b"", b"\r"):
                break  # the next block tells
            pieces.append(seen[begin : at + 2])
            begin = free = at + 3
            at = _first_dot(seen, begin)
        keep = _kept_back(seen, free)
        if len(seen) == keep:
            self._tail = seen
            return b""
        self._fresh = False
        self._tail = seen[len(seen) - keep :]
        if not begin and not keep:
            return seen  # the common block of a large mail: not copied
        pieces.append(seen[begin : len(seen) - keep])
        return b"".join(pieces)


def _first_dot(seen: bytes, start: int) -> int:
    """Where the first CR LF . begins. A dot alone is found twenty times as fast, and a large mail (base64) has few."""
    dot = seen.find(b".", start)
    for _ in range(_FEW):
        if dot < 0:
            return -1
        if dot - 2 >= start and seen.startswith(b"\r\n", dot - 2):
            return dot - 2
        dot = seen.find(b".", dot + 1)
    return seen.find(b"\r\n.", max(dot - 2, start)) if dot >= 0 else -1


def _kept_back(seen: bytes, free: int) -> int:
    """How many last octets may be the start of CR LF . CR LF."""
    for length in (4, 3, 2, 1):
        if len(seen) - length >= free and seen.endswith(_END[:length]):
            return length
    return 0
