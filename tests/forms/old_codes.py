"""Vietnamese text in the codes of old fonts: TCVN3 by the C library's own converter, VNI by its rule of signs."""

import subprocess
import unicodedata

_TONES = {"\u0301": "ù", "\u0300": "ø", "\u0309": "û", "\u0303": "õ", "\u0323": "ï"}
_TENTED = {"": "â", "\u0301": "á", "\u0300": "à", "\u0309": "å", "\u0303": "ã", "\u0323": "ä"}  # circumflex and tone
_BOWED = {"": "ê", "\u0301": "é", "\u0300": "è", "\u0309": "ú", "\u0303": "ü", "\u0323": "ë"}  # breve and tone
_ALONE = {"ỉ": "æ", "ĩ": "ó", "ị": "ò", "í": "í", "ì": "ì", "ỵ": "î", "đ": "ñ", "ơ": "ô", "ư": "ö"}


def vni(text: str) -> str:
    """VNI-Windows: a letter, then a sign for its hat and tone; both are written as Windows shows the octets."""
    return "".join(map(_letter, unicodedata.normalize("NFC", text)))


def _letter(letter: str) -> str:
    if letter.isascii() or not letter.isalpha():
        return letter
    lower = letter.lower()
    if lower in _ALONE:
        return _cased(_ALONE[lower], letter)
    base, *marks = list(unicodedata.normalize("NFD", lower))
    tone = next((mark for mark in marks if mark in _TONES), "")
    if "\u0302" in marks:
        return _cased(base + _TENTED[tone], letter)
    if "\u0306" in marks:
        return _cased(base + _BOWED[tone], letter)
    if "\u031b" in marks:
        return _cased({"o": "ô", "u": "ö"}[base] + _TONES[tone], letter)
    return _cased(base + _TONES[tone], letter)


def _cased(written: str, like: str) -> str:
    return written.upper() if like.isupper() else written


def tcvn3(text: str) -> str:
    """TCVN 5712 as Windows shows the octets.

    Its fonts have no capitals with tones: headings are typed in small letters, in a font that draws them as capitals.
    """
    small = "".join(letter.lower() if text.isupper() or _toned(letter) else letter for letter in text)
    octets = subprocess.run(
        ["iconv", "-f", "UTF-8", "-t", "TCVN5712-1"], input=small.encode(), capture_output=True, check=True
    ).stdout
    shown = octets.decode("latin-1")
    # The soft hyphen, which is ư here, is no letter to a layout program: symbol fonts put it higher up.
    return shown.replace("\u00ad", "\uf0ad")


def _toned(letter: str) -> bool:
    return any(mark in _TONES for mark in unicodedata.normalize("NFD", letter))
