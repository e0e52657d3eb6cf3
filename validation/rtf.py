r"""Rich text as Outlook keeps a mail's body: unpacked ([MS-OXRTFCP]) and reduced to its words.  Linear, never raises.

HTML wrapped into RTF ([MS-OXRTFEX]) comes out as its text, too: the tags stand in `{\*\htmltag ...}`, which no reader
of RTF shows.
"""

import re
import struct

from validation.mime_charset import decode, nfc

_LZFU, _MELA = 0x75465A4C, 0x414C454D
#: [MS-OXRTFCP] section 2.1.2.1: what the dictionary holds before the first octet.
_PREFILL = (
    b"{\\rtf1\\ansi\\mac\\deff0\\deftab720{\\fonttbl;}"
    b"{\\f0\\fnil \\froman \\fswiss \\fmodern \\fscript \\fdecor MS Sans SerifSymbolArialTimes New RomanCourier"
    b"{\\colortbl\\red0\\green0\\blue0\r\n\\par \\pard\\plain\\f0\\fs20\\b\\i\\u\\tab\\tx"
)
_TOKEN = re.compile(
    rb"\\([a-zA-Z]{1,32})(-?\d{1,10})? ?|\\'([0-9a-fA-F]{2})|\\([^a-zA-Z])|([{}])|[\r\n\0]+|([^\\{}\r\n\0]+)"
)
#: Groups whose content is not shown.
_HIDDEN = frozenset(
    b"fonttbl colortbl stylesheet info pict object objdata themedata datastore filetbl listtable listoverridetable "
    b"revtbl rsidtbl generator latentstyles header footer headerl headerr footerl footerr fldinst xmlnstbl".split()
)
_SHOWN = {b"par": "\n", b"line": "\n", b"row": "\n", b"sect": "\n", b"page": "\n", b"tab": "\t", b"cell": "\t"}
_SIGNS = {b"emdash": "—", b"endash": "–", b"bullet": "•", b"lquote": "‘", b"rquote": "’", b"ldblquote": "“"}
_SHOWN |= {**_SIGNS, b"rdblquote": "”", b"emspace": " ", b"enspace": " "}


def decompress(raw: bytes, cap: int) -> bytes:
    """Compressed RTF unpacked, at most `cap` octets and a reference more; what precedes a defect."""
    if len(raw) < 16:
        return b""
    packed, _, kind = struct.unpack_from("<LLL", raw)
    end = min(len(raw), packed + 4)  # the first field counts what follows it
    if kind == _MELA:
        return raw[16 : min(end, 16 + cap)]
    if kind != _LZFU:
        return b""
    window = bytearray(_PREFILL.ljust(4096, b"\0"))
    at, out, position = len(_PREFILL), bytearray(), 16
    while position < end and len(out) < cap:
        flags = raw[position]
        position += 1
        for bit in range(8):
            if position >= end:
                break
            if not flags >> bit & 1:
                out.append(raw[position])
                window[at] = raw[position]
                at = (at + 1) & 4095
                position += 1
                continue
            if position + 1 >= end:
                return bytes(out)
            reference = raw[position] << 8 | raw[position + 1]
            position += 2
            offset = reference >> 4
            if offset == at:  # points to itself: the end
                return bytes(out)
            for step in range((reference & 15) + 2):
                octet = window[(offset + step) & 4095]
                out.append(octet)
                window[at] = octet
                at = (at + 1) & 4095
    return bytes(out)


def rtf_text(raw: bytes, code_page: int = 0) -> str:
    """The words of an RTF document, NFC.  `code_page` counts where the document names none."""
    pieces: list[str] = []
    pending = bytearray()  # octets of the document's code page
    charset = f"cp{code_page}" if code_page else "cp1252"
    stack: list[tuple[bool, bool, int]] = []
    hidden, beside, fallback = False, False, 1  # \ucN: so many octets stand behind \uN for old readers
    skip = 0
    opened = False  # the last token opened a group: a destination may follow
    for found in _TOKEN.finditer(raw):
        word, number, octet, symbol, brace, text = found.groups()
        first, opened = opened, False
        if brace == b"{":
            stack.append((hidden, beside, fallback))
            opened = True
        elif brace:
            hidden, beside, fallback = stack.pop() if stack else (hidden, beside, fallback)
            skip = 0
        elif symbol == b"*" and first:
            hidden = True
        elif word == b"ansicpg" and number:
            charset = "utf-8" if number == b"65001" else f"cp{int(number)}"
        elif word == b"uc":
            fallback = min(max(int(number or b"1"), 0), 16)
        elif word == b"htmlrtf":
            beside = number != b"0"  # [MS-OXRTFEX] section 2.1.3.2: RTF for readers that know no HTML
        elif word in _HIDDEN and first:
            hidden = True
        elif hidden or beside:
            continue
        elif octet:
            if skip:
                skip -= 1
            else:
                pending += bytes.fromhex(octet.decode("ascii"))
        elif text:
            pending += text[skip:]
            skip = max(skip - len(text), 0)
        elif word == b"u" and number:
            pieces += (decode(bytes(pending), charset)[0], chr(int(number) & 0xFFFF))
            pending.clear()
            skip = fallback
        elif shown := _SHOWN.get(word or b"") or {b"~": "\xa0", b"_": "-"}.get(symbol or b""):
            pieces += (decode(bytes(pending), charset)[0], shown)
            pending.clear()
        elif symbol in {b"\\", b"{", b"}"}:
            pending += symbol
    pieces.append(decode(bytes(pending), charset)[0])
    joined = "".join(pieces).encode("utf-16-le", "surrogatepass").decode("utf-16-le", "replace")
    return nfc(joined).strip()
