"""Whether the lines of a mail are lines: CR and LF only as the pair CR LF, and none longer than the limit.

A mail that breaks this is refused after it has been read: the bytes are never mended (a ReceivedMail is exact, its
signatures too), and passed on as they are they could end a message for a careless next hop (RFC 5321 sections 2.3.8
and 4.1.1.4). NUL and other control characters are content; the reader of the mail judges them.
"""

import io


class LineRule:
    """Looks at blocks cut anywhere: one pass for the line ends, a few searches for the lengths.

    `io.IncrementalNewlineDecoder` notes which kinds of line end it has seen, across blocks, in C: a quarter of the
    time that counting CR, LF and CR LF takes, and this is the dearest look at a large mail on its way to the disk.
    """

    __slots__ = ("_ends", "_limit", "_open", "too_long")

    def __init__(self, limit: int) -> None:
        self._limit = limit + 1  # counted up to the LF: its CR is one octet more
        self._ends = io.IncrementalNewlineDecoder(None, translate=False)
        self._open = 0  # octets since the last LF
        self.too_long = False  #: a line was longer than the limit

    def bare(self) -> bool:
        """Whether a CR or an LF stood alone. Asked once, at the end: a last CR is bare then."""
        self._ends.decode("", final=True)
        return self._ends.newlines not in (None, "\r\n")

    def feed(self, block: bytes) -> None:
        """Take in the next octets of the mail."""
        if block:
            self._ends.decode(block.decode("latin-1"))
            if not self.too_long:
                self._measure(block)

    def _measure(self, block: bytes) -> None:
        """Leap from LF to LF by whole limits: between two leaps there is a line's end, or the line is too long."""
        size, limit = len(block), self._limit
        begin = -self._open  # where the open line began, seen from this block
        while begin + limit < size:
            last = block.rfind(b"\n", max(begin, 0), begin + limit + 1) if begin + limit >= 0 else -1
            if last < 0:
                self.too_long = True
                return
            begin = last + 1
        last = block.rfind(b"\n", max(begin, 0))
        self._open = size - (last + 1 if last >= 0 else begin)
