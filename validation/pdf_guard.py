"""The guard: does the hole in the signed range hold this signature and nothing else, and what follows the range?

A pure function over bytes, asked before any status of a PDF library is believed. A library's "the whole
file is covered" is arithmetic on lengths; the signature-wrapping attacks put other bytes into the hole and
keep the sums. So: /ByteRange is four non-negative integers from 0 on (ISO 32000-2, 12.8.1), the bytes
between the two ranges are exactly `<hex>` and decode to this dictionary's /Contents, and what stands after
the range is white space or revisions that the cross-reference chain accounts for to the last byte.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass

from validation.signature import Problem

WHITE = b"\x00\t\n\x0c\r "  #: white space of ISO 32000-2 table 1

_HOLE = re.compile(rb"<[0-9A-Fa-f]*>")
_END_OF_REVISION = re.compile(rb"startxref[\x00\t\n\x0c\r ]{1,16}(\d{1,12})[\x00\t\n\x0c\r ]{1,16}%%EOF")


@dataclass(frozen=True, slots=True)
class Section:
    """One cross-reference section, as the chain from the newest to the oldest names it."""

    start: int  #: where it stands
    declared: int  #: what `startxref` or /Prev says


@dataclass(frozen=True, slots=True)
class Guarded:
    """The hole holds the signature alone; the range ends at `end`."""

    end: int
    appended: bool  #: explained revisions follow the signed one


@dataclass(frozen=True, slots=True)
class Refused:
    """The range cannot be believed.  UNPARSABLE = nothing can be said; any other problem = not sound."""

    problem: Problem
    detail: str

    @property
    def sound(self) -> bool | None:
        """What `Signature.sound` is for it."""
        return None if self.problem is Problem.UNPARSABLE else False


def guard(
    content: bytes, byte_range: Sequence[object], contents: bytes, sections: Sequence[Section]
) -> Guarded | Refused:
    """Judge a signature dictionary's /ByteRange and decoded /Contents against the file's own bytes.

    `sections` is the chain of cross-reference sections in the order in which they were written.
    """
    numbers = [int(n) for n in byte_range if isinstance(n, int) and not isinstance(n, bool)]
    if len(numbers) != 4 or len(byte_range) != 4 or min(numbers) < 0:
        return Refused(Problem.UNPARSABLE, "ByteRange is not four non-negative integers")
    start, first, second, length = numbers
    end = second + length
    if start != 0:
        return Refused(Problem.PARTIAL_COVERAGE, "ByteRange does not begin at 0")
    if second <= first:
        return Refused(Problem.UNPARSABLE, "ByteRange leaves no hole for the signature")
    if end > len(content):
        return Refused(Problem.UNPARSABLE, "ByteRange goes beyond the end of the file")
    if not contents:
        return Refused(Problem.UNPARSABLE, "Contents is empty")
    hole = content[first:second]
    if _HOLE.fullmatch(hole) is None or len(hole) % 2:
        return Refused(Problem.WRAPPED, "the hole in ByteRange holds more than one hexadecimal string")
    if bytes.fromhex(hole[1:-1].decode("ascii")) != contents:
        return Refused(Problem.WRAPPED, "the hole in ByteRange is not this signature's Contents")
    return _tail(content, end, sections)


def _tail(content: bytes, end: int, sections: Sequence[Section]) -> Guarded | Refused:
    """Account for every byte after the signed range."""
    if not content[end:].strip(WHITE):
        return Guarded(end, appended=False)
    later = [section.start >= end for section in sections]
    if not any(later):
        # A reader that rebuilds the table would show these bytes; ours does not see them (incremental-saving
        # attack with an empty or absent cross-reference table).
        return Refused(Problem.CHANGED_AFTER_SIGNING, "bytes after the signed range belong to no revision")
    if later != sorted(later):
        return Refused(Problem.CHANGED_AFTER_SIGNING, "the chain of revisions does not follow the file's order")
    declared = [section.declared for section in sections if section.start >= end]
    ends = [match for match in _END_OF_REVISION.finditer(content, end) if int(match.group(1)) in set(declared)]
    if {int(match.group(1)) for match in ends} != set(declared):
        return Refused(Problem.CHANGED_AFTER_SIGNING, "a later revision has no end of its own")
    if int(ends[-1].group(1)) != declared[-1] or content[ends[-1].end() :].strip(WHITE):
        return Refused(Problem.CHANGED_AFTER_SIGNING, "bytes after the last revision belong to no revision")
    return Guarded(end, appended=True)
