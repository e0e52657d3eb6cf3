"""The words of files that are read for nothing but signs of secrecy: Outlook's mails, rich text, the old Word format.

Promise: bounded, and "" where nothing can be read.  Of an old Word file only the paragraphs around the syllable come
out; no more of that format is understood.
"""

import re
from collections.abc import Iterator

from validation.damaged import Damaged
from validation.outlook_msg import read_msg
from validation.rtf import rtf_text
from validation.tnef import MAGIC as TNEF
from validation.tnef import read_tnef

_READ = 1_048_576  # octets of words
_RTF_READ = 8 << 20
_OLE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
_OUTLOOK = "__properties_version1.0".encode("utf-16-le")  # the stream that every .msg has ([MS-OXMSG] section 2.4)
_SYLLABLE = re.compile(b"|".join(re.escape(word.encode("utf-16-le")) for word in ("MẬT", "Mật", "mật")))
# TCVN3 is one octet a letter; \r, \x07 and \x0b end paragraphs, cells and lines ([MS-DOC] section 2.4.1).
_OLD_FONT = re.compile(rb"[\r\n\x07\x0b\x0c](?:t\xe8i ?|tuy\xd6t ?)?m\xcbt(?=[\r\n\x07\x0b\x0c])")
_ENDS = re.compile(r"[\r\n\x07\x0b\x0c]+")
_AROUND = 120  # octets before and behind a syllable
_MOST = 1_000


def words_of(content: bytes) -> tuple[str, str] | None:
    """Subject and words of the file; None = it is of none of these formats."""
    if content.startswith(TNEF):
        mail = read_tnef(content, 0, _READ)
        return mail.subject, mail.text
    if content.startswith(b"{\\rtf"):
        return "", rtf_text(content[:_RTF_READ])
    if not content.startswith(_OLE):
        return None
    if _OUTLOOK in content:
        try:
            mail = read_msg(content, 0, _RTF_READ, _READ)
        except Damaged:
            return "", ""
        return mail.subject, mail.text
    return "", "\n".join(_around(content))


def _around(content: bytes) -> Iterator[str]:
    """The paragraphs of an old Word file that hold the syllable."""
    for number, found in enumerate(_SYLLABLE.finditer(content)):
        if number >= _MOST:
            return
        # UTF-16 from the syllable outwards: cut evenly, whatever the place in the file.
        start = max(found.start() % 2, found.start() - _AROUND)
        text = content[start : found.end() + _AROUND].decode("utf-16-le", "replace")
        yield next((line for line in _ENDS.split(text) if "mật" in line.lower()), "")
    for found in _OLD_FONT.finditer(content):
        yield found.group().strip().decode("latin-1")
