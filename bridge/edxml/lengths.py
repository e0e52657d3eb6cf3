"""How long a field may be in a packet: told before the axis refuses it; nothing is ever cut.

Two lengths in characters of NFC: what Decree 30/2020 Annex VI Part II gives the field of the same name (an older
receiver may keep no more), and the widest that a receiver is known to keep, which our schema (`edxml.xsd`) holds.
"""

import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass

from bridge.fields.fields import Fields, Key

#: Field -> what the decree says, what we promise to write.
LENGTHS: dict[Key, tuple[int, int]] = {
    Key.CODE_NUMBER: (11, 50),
    Key.CODE_NOTATION: (30, 50),
    Key.ORGAN_NAME: (200, 200),
    Key.TYPE_NAME: (100, 100),
    Key.SUBJECT: (500, 500),
    Key.SIGNER_NAME: (50, 50),
    Key.SIGNER_POSITION: (100, 100),
    Key.SIGNER_COMPETENCE: (100, 100),
    Key.PLACE: (50, 50),
    Key.TO_PLACES: (1000, 100_000),
}


@dataclass(frozen=True, slots=True)
class Long:
    """A field that is longer than it should be."""

    key: Key
    length: int
    most: int  #: the length that it passes
    refused: bool  #: beyond what any receiver is known to keep


def too_long(fields: Fields) -> Iterator[Long]:
    """The fields that are too long."""
    for key, (decreed, widest) in LENGTHS.items():
        length = len(unicodedata.normalize("NFC", fields.value(key)))
        if length > widest:
            yield Long(key, length, widest, refused=True)
        elif length > decreed:
            yield Long(key, length, decreed, refused=False)
