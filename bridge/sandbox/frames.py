"""Frames on the pipes between the pool and a child: kind, serial number of the job, length, bytes."""

import struct
from enum import IntEnum
from typing import BinaryIO, NamedTuple

HEADER = struct.Struct("!BIQ")


class Kind(IntEnum):
    """What a frame carries."""

    SETUP = 1  #: to the child, once: what it is to be
    READY = 2  #: from the child, once: the walls that stand
    JOB = 3  #: to the child: which job, and its arguments
    PAYLOAD = 4  #: to the child, after JOB: octets as they are
    ANSWER = 5  #: from the child: the value
    FAILED = 6  #: from the child: an exception


class Header(NamedTuple):
    """The fixed part of a frame."""

    kind: int
    serial: int
    length: int


class ClosedError(Exception):
    """The other side is gone."""


def header(kind: Kind, serial: int, length: int) -> bytes:
    """The bytes before the body."""
    return HEADER.pack(kind, serial, length)


def parse_header(data: bytes | bytearray | memoryview) -> Header:
    """The header at the start of `data`, which holds at least that."""
    return Header(*HEADER.unpack_from(data))


def read(stream: BinaryIO, *kinds: Kind) -> tuple[Header, bytes]:
    """The next frame (the child's side: it trusts the parent and may wait).

    Raises:
        ClosedError: the parent closed the pipe.
    """
    start = stream.read(HEADER.size)
    if len(start) < HEADER.size:
        raise ClosedError
    head = parse_header(start)
    if head.kind not in kinds:
        raise AssertionError(f"frame {head.kind} where {kinds} were due")
    body = stream.read(head.length)
    if len(body) < head.length:
        raise ClosedError
    return head, body


def write(stream: BinaryIO, kind: Kind, serial: int, body: bytes) -> None:
    """Send one frame (the child's side)."""
    stream.write(header(kind, serial, len(body)))
    stream.write(body)
    stream.flush()
