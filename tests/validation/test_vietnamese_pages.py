"""Every Vietnamese letter in every old code page, against glibc's iconv and the manuals."""

import subprocess
import unicodedata

import pytest

from tests.validation.legacy import LETTERS, PAGES, SENTENCES, VNI, iconv, written
from validation.vietnamese_capitals import raised
from validation.vietnamese_pages import Page, decode

ICONV = {Page.VISCII: "VISCII", Page.TCVN_5712: "TCVN5712-1", Page.WINDOWS_1258: "CP1258"}
#: Octets that windows-1258 leaves free.
HOLES = frozenset({0x81, 0x8A, 0x8D, 0x8E, 0x8F, 0x90, 0x9A, 0x9D, 0x9E})


@pytest.mark.parametrize(("page", "name"), ICONV.items(), ids=[str(page) for page in ICONV])
def test_every_letter_as_iconv_writes_it(page: Page, name: str) -> None:
    """One at a time, so that no neighbour helps."""
    assert len(set(LETTERS)) == 146  # 134 with a mark, and a e i o u y in both cases
    raws = iconv("\n".join(LETTERS) + "\n", name).split(b"\n")[:-1]
    assert [decode(raw, page) for raw in raws] == LETTERS


@pytest.mark.parametrize(("page", "name"), ICONV.items(), ids=[str(page) for page in ICONV])
def test_every_octet_as_iconv_reads_it(page: Page, name: str) -> None:
    """Also those that are no letters; windows-1258 has holes."""
    holes = {0x0A} | {code for code in range(256) if page is Page.WINDOWS_1258 and code in HOLES}
    pairs = [b"x" + bytes([code]) for code in range(256) if code not in holes]
    run = subprocess.run(
        ["iconv", "-f", name, "-t", "UTF-8"], input=b"\n".join(pairs) + b"\n", capture_output=True, check=True
    )
    theirs = unicodedata.normalize("NFC", run.stdout.decode()).split("\n")[:-1]
    assert [decode(pair, page) for pair in pairs] == theirs


def test_every_letter_of_vni_by_its_manual() -> None:
    """Each letter has a writing of its own, and comes back."""
    assert len(set(VNI.values())) == len(VNI) == 146
    assert [decode(VNI[letter].encode("cp1252"), Page.VNI) for letter in LETTERS] == LETTERS


@pytest.mark.parametrize("page", PAGES)
def test_sentences(page: str) -> None:
    """Whole texts; ABC has no capitals to come back, so they are raised again."""
    for sentence in SENTENCES:
        text = decode(written(sentence, page), Page(page))
        assert text is not None
        assert (raised(text) if page == "tcvn3" else text).casefold() == sentence.casefold()
        if page != "tcvn3":
            assert text == sentence


CAPITALS = {
    "a heading": ("CéNG HßA X· HéI CHñ NGHÜA VIÖT NAM", "CỘNG HÒA XÃ HỘI CHỦ NGHĨA VIỆT NAM"),
    "a capital that the page has": ("§éc lËp - Tù do", "Độc lập - Tự do"),
    "one capital before small letters": ("Uû ban nh©n d©n", "Uỷ ban nhân dân"),
    "one capital in a heading": ("Uû BAN NH¢N D¢N", "UỶ BAN NHÂN DÂN"),
    "a word whose only ASCII letter is its last": ("TM. ñY BAN NH¢N D¢N", "TM. ỦY BAN NHÂN DÂN"),
    "a word without ASCII letters in a heading": ("NHµ ë X· HéI", "NHÀ Ở XÃ HỘI"),
    "a small word beside an abbreviation": ("TP ë xa", "TP ở xa"),
    "a number's line is no heading": ("Sè: 35/Q§-TU", "Số: 35/QĐ-TU"),
    "small words after an abbreviation": ("UBND ë tØnh", "UBND ở tỉnh"),
    "headings do not reach over the line": ("UBND\në ®©y", "UBND\nở đây"),
}


@pytest.mark.parametrize(("typed", "meant"), CAPITALS.values(), ids=CAPITALS.keys())
def test_capitals_that_a_font_drew(typed: str, meant: str) -> None:
    """What stood in capitals on paper stands in capitals."""
    assert raised(decode(typed.encode("cp1252"), Page.TCVN3) or "") == meant


VNI_TEXTS = {
    "small": ("Coäng hoøa xaõ hoäi chuû nghóa Vieät Nam", "Cộng hòa xã hội chủ nghĩa Việt Nam"),
    "capitals": ("ÑOÄC LAÄP - TÖÏ DO - HAÏNH PHUÙC", "ĐỘC LẬP - TỰ DO - HẠNH PHÚC"),
    "a capital with a small mark": ("Uûy ban nhaân daân tænh", "Ủy ban nhân dân tỉnh"),
    "a mark where no vowel is": ("l-Ø", "l-Ø"),
    "curved quotes of windows-1252": ("“Taøi lieäu”", "“Tài liệu”"),
}


@pytest.mark.parametrize(("typed", "meant"), VNI_TEXTS.values(), ids=VNI_TEXTS.keys())
def test_vni(typed: str, meant: str) -> None:
    """Two characters for a letter, of one case or of two."""
    assert decode(typed.encode("cp1252"), Page.VNI) == meant


def test_every_letter_of_vps_stands_once() -> None:
    """No library here knows this page; what its writers' programs wrote is in the texts below."""
    read = [decode(bytes([code]), Page.VPS) for code in range(256)]
    assert all(read.count(letter) == 1 for letter in LETTERS)
    assert decode(b"C\xb6ng h\xf2a x\xe3 h\xb6i ch\xfb ngh\xefa Vi\x8ct Nam", Page.VPS) == (
        "Cộng hòa xã hội chủ nghĩa Việt Nam"
    )
    assert decode(b"\xf1\x8a ngh\xce", Page.VPS) == "Đề nghị"


VIQR = {
    "RFC 1456's own example of a sentence": (b"No^.i dung ti'nh Vie^.t", "Nội dung tính Việt"),
    "a stroke": (b"DDo^.c la^.p, ddu+o+.c, Dd", "Độc lập, được, Đ"),
    "a full stop kept by a backslash": (b"Vie^.t Nam\\. Xin cha`o\\?", "Việt Nam. Xin chào?"),
    "a mark that the vowel cannot carry": (b"i^ y( u^", "i^ y( u^"),
}


@pytest.mark.parametrize(("typed", "meant"), VIQR.values(), ids=VIQR.keys())
def test_viqr(typed: bytes, meant: str) -> None:
    """ASCII with its marks behind the vowel."""
    assert decode(typed, Page.VIQR) == meant


def test_octets_that_are_no_character_are_told() -> None:
    """Then the text is in another page."""
    assert [code for code in range(256) if decode(bytes([code]), Page.WINDOWS_1258) is None] == sorted(HOLES)
    assert decode(b"\xff", Page.VIQR) is None
