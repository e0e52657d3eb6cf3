"""Signs of a state secret in words: the mark that stands alone (strong), and what only sounds like one (weak).

The levels are MẬT, TỐI MẬT and TUYỆT MẬT (Law 117/2025; box 10a of Decree 30/2020 Annex I).  A mark is printed in
capitals on a line of its own; a form names the level behind "Độ mật:", a machine in a field of its own.  Everything
else (inside a sentence, in a subject, in the name of a file, without accents) only asks for a person to look.  Words
that merely contain the syllable are none: bảo mật, mật khẩu, mật độ; and mặt, mất, mắt are other words.
"""

import re
import unicodedata
from collections.abc import Iterable
from enum import IntEnum

from validation.codes import Code
from validation.headers import Headers
from validation.mime_charset import nfc


class Suspicion(IntEnum):
    """How surely something is marked as a state secret; the surest sign counts."""

    NONE = 0
    WEAK = 1
    STRONG = 2


#: What each sign is called.
CODES = {Suspicion.WEAK: Code.SECRECY_SUSPECTED, Suspicion.STRONG: Code.SECRECY_MARKED}


def _set(words: str) -> frozenset[str]:
    return frozenset(words.split())


_LEVELS = frozenset({"MẬT", "TỐIMẬT", "TUYỆTMẬT"})
# The same in fonts of before Unicode, whose letters are stored as others: TCVN3's capitals are lower case, VNI's not.
_LEGACY_LEVELS = frozenset({"mËt", "tèimËt", "tuyÖtmËt", "MAÄT", "TOÁIMAÄT", "TUYEÄTMAÄT"})
_BARE_LEVELS = frozenset({"MAT", "TOIMAT", "TUYETMAT"})
_LEVEL = r"(?:t(?:ối|oi)\s*|tuy(?:ệ|e)t\s*)?m[ậa]t"

_DROPPED = dict.fromkeys((0x200B, 0x200C, 0x200D, 0x2060, 0xFEFF, 0x200E, 0x200F, 0x00AD), None)
_ETH = {0x00D0: "Đ", 0x00F0: "đ", 0x0189: "Đ"}
_TIDY: dict[int, str | None] = {**_DROPPED, **_ETH}
_FRAME = " \t|*[](){}<>\"'“”‘’«».,:;_~=•·#+-–—─━│┃║═"
_BLANKS = re.compile(r"\s+")
_FIELD_LINE = re.compile(rf"\W*(?:mức\s+)?độ\s+mật\s*[:=–-]\s*{_LEVEL}\W*\Z", re.IGNORECASE)

# Any word of letters and digits; "_" parts words, because file names are written so.
_WORD = re.compile(r"[^\W_]+")
_BRACKETED = re.compile(rf"[(\[{{]\s*{_LEVEL}\s*[)\]}}]", re.IGNORECASE)
_JOINED = re.compile(r"(?:tối|toi|tuyệt|tuyet)m[ậa]t", re.IGNORECASE)
_DEGREES = frozenset({"tối", "tuyệt"})
_BARE_DEGREES = frozenset({"toi", "tuyet"})
#: Words before MẬT that make another word of it, and words behind it that do.
_BEFORE = _set("bảo bí cơ thân túi gan sỏi ống đường rỉ kín dịch nước ngọt tuần nội hũ")
_BEHIND = _set("khẩu mã độ ong thiết mía rỉ vụ tông gấu ngọt ngữ báo thám vàng lệnh danh hoa đường")
#: The same without accents, where mặt, mất, mắt and mát are written as MAT too.
_BARE_BEFORE = _set(
    "bao bi co than tui gan soi ong duong ri kin dich nuoc ngot vang gap hop ra be khuon guong anh chup rua mot hai"
    " trai phai cua doi khan dau tien danh lam chong kham benh mo nhuom ngay trong ngoai thieu mong giao nham"
)
_BARE_BEHIND = _set(
    "khau ma do ong thiet mia ri vu tong gau ngot ngu bao tham vang lenh danh hoa duong tran bang hang tien nuoc cat"
    " dat dung truoc sau tich cap can kiem soat mua na doi nhat trang troi trung dien pho trai phai ngoai trong moc"
    " uy quyen tai cccd cmnd the giay so xe ket hieu an tu mau tri mot hai ma kinh phan con chong vo cha me"
)
#: Before "mật" in small letters these words speak of a level; alone the small word is too common.
_PAPERS = _set("bản liệu văn sơ dấu tin điện loại")

_BARE_PAPERS = _set("ban lieu van so dau dien loai vb cv hs tl")

_FIELD_NAME = re.compile(r"do-?mat|muc-?do-?mat|secrecy|secret-?level|security-?classification|\Ax-classification\Z")
_SECRET_WORDS = frozenset({"mat", "toi mat", "tuyet mat", "secret", "top secret", "state secret"})
_CONFIDENTIAL = frozenset({"company-confidential", "company confidential", "confidential"})
# An element, attribute or key that names a level; what stands for "none" in it is no sign.
_SIDECAR = re.compile(
    r"(?:muc_?do_?mat|do_?mat|secrecy(?:_?level)?|secret(?:_?level)?|level_?of_?secrecy|mức độ mật|độ mật)"
    r"(?:[\"']|\s[^<>\n]{0,200})?\s{0,5}[>:=]\s{0,5}[\"']?([^<>\"'\n,}]{1,40})",
    re.IGNORECASE,
)
_NO_LEVEL = frozenset({"", "0", "khong", "thuong", "binh thuong", "none", "normal", "false", "null", "public"})
_SIDECAR_READ = 300_000  #: characters of a sidecar that are looked at


def tidy(text: str) -> str:
    """NFC, one letter Đ, nothing invisible inside words."""
    return nfc(text).translate(_TIDY)


def bare(text: str) -> str:
    """Small letters without accents, everything else one blank: for comparing with words that have none."""
    plain = unicodedata.normalize("NFD", tidy(text).casefold().replace("đ", "d"))
    return re.sub(r"[^a-z0-9]+", " ", "".join(c for c in plain if not unicodedata.combining(c))).strip()


def may_hold(text: str) -> bool:
    """Can there be any sign in `text` at all?  Cheap, and never wrong when it says no."""
    squeezed = _BLANKS.sub("", tidy(text)).casefold()
    return any(word in squeezed for word in ("mật", "mat", "mët", "maät"))


def in_lines(lines: Iterable[str]) -> Suspicion:
    """What a page says: its lines, from top to bottom."""
    found, before = Suspicion.NONE, ""
    kept = []
    for line in map(tidy, lines):
        if not line.strip():
            continue
        found = max(found, _in_line(line, before))
        if found is Suspicion.STRONG:
            return found
        kept.append(line)
        before = line
    return max(found, _in_sentence(" \n".join(kept)))


def in_text(text: str) -> Suspicion:
    """What a text without pages says: a mail's own words, a plain file."""
    return in_lines(text.splitlines())


def in_name(name: str) -> Suspicion:
    """What a subject, or the name of a file without its extension, says: never more than weak."""
    text = tidy(name)
    if _BRACKETED.search(text) or _JOINED.search(text):
        return Suspicion.WEAK
    words = _WORD.findall(text)
    if any(_is_level(words, at, small=True) or _is_bare_level(words, at) for at in range(len(words))):
        return Suspicion.WEAK
    return Suspicion.NONE


def in_headers(headers: Headers) -> Suspicion:
    """What the fields of a mail say: a secrecy field is strong, RFC 4021's Sensitivity and its like weak."""
    found = Suspicion.NONE
    for name in dict.fromkeys(written.lower() for written, _ in headers.fields):
        if name in ("sensitivity", "x-sensitivity", "x-classification") or _FIELD_NAME.search(name):
            for value in headers.all(name):
                said = bare(value)
                if said in _SECRET_WORDS and "sensitivity" not in name:
                    return Suspicion.STRONG
                if said in _SECRET_WORDS or value.strip().lower() in _CONFIDENTIAL:
                    found = Suspicion.WEAK
    return found


def in_sidecar(text: str) -> Suspicion:
    """What the fields of a packet, an XML or a JSON file say: a secrecy field that names a level is strong."""
    for field in _SIDECAR.finditer(tidy(text[:_SIDECAR_READ])):
        said = bare(field.group(1))
        if said in _SECRET_WORDS or (said.isdecimal() and said not in _NO_LEVEL):
            return Suspicion.STRONG
    return Suspicion.NONE


def _in_line(line: str, before: str) -> Suspicion:
    """A mark alone on its line; `before` is the line above."""
    if _FIELD_LINE.match(line):
        return Suspicion.STRONG
    word = _BLANKS.sub("", line.strip(_FRAME).replace("|", "").replace("*", ""))
    if word in _LEVELS:
        # A word broken over two lines is no mark: QUY CHẾ BẢO / MẬT.  That a line above ends so may be chance, too.
        return Suspicion.WEAK if word == "MẬT" and _ends_broken(before) else Suspicion.STRONG
    if word in _LEGACY_LEVELS:
        return Suspicion.STRONG
    if word.upper() in _LEVELS:
        return Suspicion.NONE if _ends_broken(before) else Suspicion.WEAK
    return Suspicion.WEAK if word in _BARE_LEVELS else Suspicion.NONE


def _ends_broken(line: str) -> bool:
    """Does the line end in the first half of a word whose other half is "mật"?"""
    last = _WORD.findall(line)[-1:]
    return bool(last) and last[0].lower() in _BEFORE


def _in_sentence(text: str) -> Suspicion:
    words = _WORD.findall(text)
    found = _BRACKETED.search(text) or any(_is_level(words, at, small=False) for at in range(len(words)))
    return Suspicion.WEAK if found else Suspicion.NONE


def _is_level(words: list[str], at: int, *, small: bool) -> bool:
    """Does the word at that place name a level?  `small`: small letters are enough, as in a subject."""
    word = words[at]
    before = words[at - 1].lower() if at else ""
    behind = words[at + 1].lower() if at + 1 < len(words) else ""
    if word.lower() != "mật":
        # Capitals without accents, as old forms and machines write them.
        return not small and word == "MAT" and before in _BARE_DEGREES and words[at - 1].isupper()
    if before in _DEGREES:
        return True
    if before in _BEFORE or behind in _BEHIND:
        return False
    return small or word.isupper() or before in _PAPERS


def _is_bare_level(words: list[str], at: int) -> bool:
    """The same for a word without accents: MAT in a name may be mặt or mất, so its neighbours decide."""
    word = words[at]
    if word.lower() != "mat":
        return False
    before = words[at - 1].lower() if at else ""
    behind = words[at + 1].lower() if at + 1 < len(words) else ""
    if before in _BARE_DEGREES | _DEGREES:
        return True
    if bare(before) in _BARE_BEFORE or bare(behind) in _BARE_BEHIND:
        return False
    return word.isupper() or bare(before) in _BARE_PAPERS
