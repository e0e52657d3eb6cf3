"""A finished message in pieces, some of them in memory and some in a file: large letters are never held whole.

Promise: the pieces are read anew for each pass, in blocks; what is signed, counted and sent are the same octets.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import BinaryIO

_BLOCK = 256 * 1024
_LONGEST_HEAD = 256 * 1024


class BadMessageError(ValueError):
    """Not a finished message: its header has no end, or a line of it does not end in CR LF."""


@dataclass(frozen=True, slots=True)
class Kept:
    """The octets of a file from `start` on."""

    open: Callable[[], BinaryIO]
    start: int
    size: int  #: octets from there on

    def blocks(self) -> Iterator[bytes]:
        """Them, read now."""
        left = self.size
        with self.open() as stream:
            stream.seek(self.start)
            while left > 0 and (block := stream.read(min(_BLOCK, left))):
                left -= len(block)
                yield block
        if left:
            raise BadMessageError("it is shorter than it was")


Piece = bytes | Kept


@dataclass(frozen=True, slots=True)
class Message:
    """A message: its header fields, and what follows the empty line."""

    head: bytes  #: every field with its CR LF; no empty line
    body: tuple[Piece, ...]

    @property
    def size(self) -> int:
        """Octets in all, dots not doubled."""
        return len(self.head) + 2 + sum(len(one) if isinstance(one, bytes) else one.size for one in self.body)

    def blocks(self) -> Iterator[bytes]:
        """All of it, in order."""
        yield self.head + b"\r\n"
        yield from self.body_blocks()

    def body_blocks(self) -> Iterator[bytes]:
        """What follows the empty line."""
        for piece in self.body:
            if isinstance(piece, bytes):
                yield from (piece[at : at + _BLOCK] for at in range(0, len(piece), _BLOCK))
            else:
                yield from piece.blocks()


def whole(content: bytes) -> Message:
    """A message that is in memory.

    Raises:
        BadMessageError: its header has no end.
    """
    head, found, body = content.partition(b"\r\n\r\n")
    if not found:
        raise BadMessageError("no empty line after the header")
    return Message(head + b"\r\n", (body,))


def kept(open_: Callable[[], BinaryIO], size: int) -> Message:
    """A message that lies in a file of `size` octets.

    Raises:
        BadMessageError: its header has no end, or is too long to be ours.
    """
    with open_() as stream:
        head, found, _ = stream.read(_LONGEST_HEAD).partition(b"\r\n\r\n")
    if not found:
        raise BadMessageError("no empty line after the header")
    start = len(head) + 4
    return Message(head + b"\r\n", (Kept(open_, start, size - start),))


def is_ascii(message: Message) -> bool:
    """Whether all of it is; every line must end in CR LF.

    Raises:
        BadMessageError: one does not (RFC 5321 section 2.3.8): a bare LF could end the message for some and not for
            others.
    """
    plain, carry, tail = True, b"", b""
    for block in message.blocks():
        joined = carry + block
        # A CR at the block's end waits for its LF.
        carry = b"\r" if joined.endswith(b"\r") else b""
        lines = joined[:-1] if carry else joined
        # One pass that finds and two that find nothing: a third of what counting the three costs.
        rest = lines.replace(b"\r\n", b"")
        if b"\n" in rest or b"\r" in rest:
            raise BadMessageError("a line of it does not end in CR LF")
        plain = plain and rest.isascii()
        tail = (tail + lines[-2:])[-2:]
    if carry or tail != b"\r\n":
        raise BadMessageError("its last line has no end")
    return plain


def on_the_wire(message: Message) -> Iterator[bytes]:
    """The message as DATA wants it: dots at the beginning of a line doubled, the lone dot at the end (RFC 5321
    section 4.5.2).  The dot comes with the last block, alone only where there is none.
    """
    ready = b""
    carry = b"\r\n"  # a message begins at the beginning of a line
    first = True
    for block in message.blocks():
        joined = carry + block
        carry = b"\r\n" if joined.endswith(b"\r\n") else b"\r" if joined.endswith(b"\r") else b""
        out = joined[: len(joined) - len(carry)] if carry else joined
        if b"\r\n." in out:
            out = out.replace(b"\r\n.", b"\r\n..")
        if first:
            out, first = out[2:], False
        if ready and len(ready) + len(out) > _BLOCK:
            yield ready
            ready = out
        else:
            ready += out
    yield ready + carry + b".\r\n"
