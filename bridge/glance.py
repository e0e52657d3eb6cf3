"""Whether a file in a mail looks like a program: a glance at the octets as they go by, without reading the mail.

Promise: no judgement, and next to no cost.  A false alarm costs a look in the sandbox, a miss costs nothing but time,
as every mail is judged later.  Only what stands around the name of a file is looked at: its extension, and how the
content begins.
"""

import re

from validation.formats_table import PROGRAM_EXTENSIONS

_AROUND = 2048  # octets from the name of a file to its content
_MOST = 300  # names in one block; who writes more wants us to look at each, which a child of the sandbox may do
_PARAMETER = re.compile(
    rb'name(?:\*\d{0,3}\*?)?[ \t]*+=[ \t]*+(?:"([^"\r\n]{0,500}+)["\r\n]|([^";\r\n]{0,500}+)[;\r\n])'
)
_ENDINGS = tuple(f".{extension}".encode() for extension in sorted(PROGRAM_EXTENSIONS))
_BEGINNINGS = (
    *(b"TVo", b"TVp", b"TVq", b"TVr", b"MZ"),  # Windows and DOS; the first four are "MZ" in base64, as below
    *(b"f0VMR", b"\x7fELF"),  # Linux
    *(b"IyEv", b"#!/"),  # scripts
    *(b"TAAAAAEUAg", b"L\0\0\0\1\x14\2"),  # Windows shortcuts
    *(b"z/rt/", b"zvrt/", b"/u36z", b"yv66v", b"ZGV4C"),  # macOS, Java, Android
)


class Glance:
    """Sees one mail go by, in blocks cut anywhere."""

    __slots__ = ("_tail", "aroused")

    def __init__(self) -> None:
        self.aroused = False  #: something looks like a program
        self._tail = b""  # of the block before, where it may be the head of a part

    def feed(self, block: bytes) -> None:
        """The next octets."""
        # The content of a file in base64 has no colon, the head that names it has: most blocks of a large mail are
        # done with one look for an octet.
        if self.aroused or not (self._tail or b":" in block):
            return
        seen = self._tail + block
        lower = seen.lower()
        at, names = lower.find(b"name"), 0
        while at >= 0:
            names += 1
            if names > _MOST or _program_at(seen, lower, at):
                self.aroused = True
                return
            at = lower.find(b"name", at + 4)
        last = seen[-_AROUND:]
        self._tail = last if b":" in last else b""


def _program_at(seen: bytes, lower: bytes, at: int) -> bool:
    """Is the file that is named here a program, by its name or by its first octets?"""
    named = _PARAMETER.match(lower, at)
    if named is None:
        return False
    if (named[1] or named[2] or b"").rstrip(b" .'").endswith(_ENDINGS):
        return True
    behind = seen.find(b"\r\n\r\n", named.end(), named.end() + _AROUND)
    return behind >= 0 and seen[behind + 4 : behind + 32].lstrip().startswith(_BEGINNINGS)
