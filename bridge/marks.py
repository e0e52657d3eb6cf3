"""What a document is known again by, and what it means that another mail has the same (Decree 30/2020 Annex VI.III.1h).

Three marks: the identifier that its issuer's system gave it; number, notation, issuer and year; its content.  A fourth
joins the second and the third, so that "the same document" and "the same number on another text" are told apart.
"""

import hashlib
import re
from collections.abc import Mapping
from dataclasses import dataclass

from bridge.fields.fields import Fields, Key, Source
from bridge.fields.fold import fold
from validation.codes import Code

_SUGGESTED = frozenset({Source.OCR, Source.MAIL_HEADER, Source.MAIL_BODY})  # never keys
_SHORT = {"ubnd": "uy ban nhan dan", "hdnd": "hoi dong nhan dan", "tp": "thanh pho"}


@dataclass(frozen=True, slots=True)
class Seen:
    """Another mail that has the same, and what is the same of it."""

    code: Code
    mail: str


@dataclass(frozen=True, slots=True)
class Marks:
    """What one document is known again by."""

    number: str  #: folded issuer, number, notation and year; "" unless all are known
    identifier: str  #: "" = it has none
    content: str  #: of its words, or of its file where there are few

    @property
    def both(self) -> str:
        """The same content under the same number."""
        return "both:" + hashlib.sha256(f"{self.number}\n{self.content}".encode()).hexdigest() if self.number else ""

    @property
    def others(self) -> tuple[str, ...]:
        """All but the number: what is recorded beside it."""
        return tuple(filter(None, (self.identifier, self.content, self.both)))

    @property
    def all(self) -> tuple[str, ...]:
        """Everything to be asked for."""
        return tuple(filter(None, (self.number, *self.others)))

    def seen(self, known: Mapping[str, str]) -> tuple[Seen, ...]:
        """What `known` (mark to mail) means, the strongest reason first, one for each mail."""
        found: dict[str, Code] = {}
        for mark, code in (
            (self.both, Code.DOCUMENT_DUPLICATE),
            (self.identifier, Code.DOCUMENT_DUPLICATE),
            (self.number, Code.DOCUMENT_NUMBER_REUSED),
            (self.content, Code.DOCUMENT_SAME_CONTENT),
        ):
            mail = known.get(mark, "") if mark else ""
            # Where the whole is known already, the mail that shares a part of it tells nothing new.
            if mail and not (found and code is not Code.DOCUMENT_DUPLICATE):
                found.setdefault(mail, code)
        return tuple(Seen(code, mail) for mail, code in found.items())


def marks_of(fields: Fields, words: str, file: str) -> Marks:
    """The marks of a document; `words` is the digest of its text ("" = it has too little), `file` that of its file."""
    identifier = fields.value(Key.DOCUMENT_ID)
    return Marks(
        key_of(fields),
        f"id:{identifier.casefold()}" if identifier else "",
        f"words:{words}" if words else f"file:{file}" if file else "",
    )


def key_of(fields: Fields) -> str:
    """Issuer, number, notation and year, folded; "" unless all are known from the document itself."""
    wanted = (Key.ORGAN_NAME, Key.CODE_NUMBER, Key.CODE_NOTATION, Key.ISSUED_DATE)
    if any(key not in fields or fields[key].source in _SUGGESTED for key in wanted):
        return ""
    issuer, number, notation, issued = (fields.value(key) for key in wanted)
    named = re.sub(r"\b[a-z]+\b", lambda word: _SHORT.get(word[0], word[0]), fold(issuer))
    return "|".join((named, number.lstrip("0"), fold(notation), issued[:4]))
