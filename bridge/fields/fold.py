"""Text made comparable: one spelling for what readers take for the same.

`tidy` loses nothing that a reader would miss; `fold` is for comparing only and is never stored or shown.
"""

import re
import unicodedata

_ZERO_WIDTH = dict.fromkeys((0x200B, 0x200C, 0x200D, 0x2060, 0xFEFF, 0x200E, 0x200F), None)
_SAME = {
    0x00D0: "Đ",  # Icelandic eth, identical on screen to the Vietnamese letter
    0x00F0: "đ",
    0x0189: "Đ",
    0x00A0: " ",
    0x202F: " ",
    0x2007: " ",
    0x00AD: "-",  # soft hyphen, as which some text layers spell the hyphen of a notation
    **dict.fromkeys(range(0x2010, 0x2015), "-"),
    0x2212: "-",
}
_TIDY: dict[int, str | None] = {**_ZERO_WIDTH, **_SAME}


def tidy(text: str) -> str:
    """NFC, one letter Đ, one dash, one space; zero-width characters gone."""
    return unicodedata.normalize("NFC", text).translate(_TIDY)


def fold(text: str) -> str:
    """Lower case without accents, everything but letters and digits one space.

    Both ways to place a tone (hòa and hoà) fold to the same letters because all marks go.
    """
    plain = unicodedata.normalize("NFD", tidy(text).casefold().replace("đ", "d"))
    bare = "".join(char for char in plain if not unicodedata.combining(char))
    return re.sub(r"[^a-z0-9]+", " ", bare).strip()
