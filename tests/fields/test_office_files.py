"""Word and OpenDocument files are read by their tables and paragraphs, and say what their print would say."""

import io
import json
import struct
import zipfile
from collections.abc import Callable, Sequence
from xml.sax.saxutils import escape

import pytest

from bridge.fields.fields import Fields, Source
from bridge.fields.identify import identify
from bridge.fields.sidecar import beside, sidecar
from bridge.fields.written import OLD_WORD, OPEN_TEXT, RICH, WORD, written
from validation.compound import compound

Line = tuple[str, bool]  #: text, bold
HEAD: tuple[tuple[Sequence[Line], Sequence[Line]], ...] = (
    (
        (("ỦY BAN NHÂN DÂN TỈNH THÍ DỤ", False), ("SỞ THÍ DỤ", True)),
        (("CỘNG HÒA XÃ HỘI CHỦ NGHĨA VIỆT NAM", True), ("Độc lập - Tự do - Hạnh phúc", True)),
    ),
    ((("Số: 35/QĐ-STD", False),), (("Thí Dụ, ngày 05 tháng 6 năm 2026", False),)),
)
MIDDLE = (("QUYẾT ĐỊNH", True), ("Về việc ban hành Quy chế", True), ("", False))
TEXT = (
    "Căn cứ Nghị định số 30/2020/NĐ-CP ngày 05 tháng 3 năm 2020 của Chính phủ về công tác văn thư;",
    "Điều 1. Ban hành kèm theo Quyết định này Quy chế tiếp nhận văn bản điện tử của Sở Thí Dụ.",
)
FOOT = (
    (("Nơi nhận:", True), ("- Như Điều 1;", False), ("- Lưu: VT.", False)),
    (("KT. GIÁM ĐỐC", True), ("PHÓ GIÁM ĐỐC", True), ("", False), ("", False), ("Đỗ Văn Thử", True)),
)
SAYS = {
    "CodeNumber": "35",
    "CodeNotation": "QĐ-STD",
    "IssuedDate": "2026-06-05",
    "Place": "Thí Dụ",
    "OrganName": "SỞ THÍ DỤ",
    "OrganizationInCharge": "ỦY BAN NHÂN DÂN TỈNH THÍ DỤ",
    "TypeName": "Quyết định",
    "Subject": "Về việc ban hành Quy chế",
    "SignerInfo.FullName": "Đỗ Văn Thử",
    "SignerInfo.Position": "PHÓ GIÁM ĐỐC",
    "SignerInfo.Competence": "KT. GIÁM ĐỐC",
    "ToPlaces": "Như Điều 1\nLưu: VT",
    "Language": "Tiếng Việt",
}


def package(parts: dict[str, str]) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as archive:
        for name, content in parts.items():
            archive.writestr(name, content)
    return out.getvalue()


def word() -> bytes:
    def line(text: str, bold: bool, centred: bool = False) -> str:
        look = '<w:pPr><w:pStyle w:val="C"/></w:pPr>' if centred else ""
        run = f"<w:r>{'<w:rPr><w:b/></w:rPr>' if bold else ''}<w:t>{escape(text)}</w:t></w:r>"
        return f"<w:p>{look}{run}</w:p>"

    def table(rows: Sequence[Sequence[Sequence[Line]]]) -> str:
        cells = ("".join(f"<w:tc>{''.join(line(*each) for each in cell)}</w:tc>" for cell in row) for row in rows)
        return f"<w:tbl>{''.join(f'<w:tr>{row}</w:tr>' for row in cells)}</w:tbl>"

    box = "<w:txbxContent>" + line("KHẨN", True) + "</w:txbxContent>"
    mark = (
        '<w:p><w:r><mc:AlternateContent xmlns:mc="http://schemas.openxmlformats.org/markup-compatibility/2006">'
        f"<mc:Choice>{box}</mc:Choice><mc:Fallback>{box}</mc:Fallback></mc:AlternateContent></w:r></w:p>"
    )
    body = table(HEAD) + mark + "".join(line(*each, centred=True) for each in MIDDLE)
    body += "".join(line(text, False) for text in TEXT) + table((FOOT,))
    space = "http://schemas.openxmlformats.org/wordprocessingml/2006/main"
    style = '<w:style w:styleId="B"><w:pPr><w:jc w:val="center"/></w:pPr></w:style>'
    style += '<w:style w:styleId="C"><w:basedOn w:val="B"/></w:style>'
    return package(
        {
            "word/document.xml": f'<w:document xmlns:w="{space}"><w:body>{body}</w:body></w:document>',
            "word/styles.xml": f'<w:styles xmlns:w="{space}">{style}</w:styles>',
        }
    )


def open_text() -> bytes:
    def line(text: str, bold: bool, centred: bool = False) -> str:
        return f'<text:p text:style-name="{"B" if bold else "P"}{"C" if centred else ""}">{escape(text)}</text:p>'

    def table(rows: Sequence[Sequence[Sequence[Line]]]) -> str:
        cells = (
            "".join(f"<table:table-cell>{''.join(line(*each) for each in cell)}</table:table-cell>" for cell in row)
            for row in rows
        )
        return f"<table:table>{''.join(f'<table:table-row>{row}</table:table-row>' for row in cells)}</table:table>"

    spaces = " ".join(
        f'xmlns:{name}="urn:oasis:names:tc:opendocument:xmlns:{space}:1.0"'
        for name, space in {
            **{name: name for name in ("office", "text", "table", "style")},
            "fo": "xsl-fo-compatible",
        }.items()
    )
    bold = '<style:text-properties fo:font-weight="bold"/>'
    centre = '<style:paragraph-properties fo:text-align="center"/>'
    styles = f'<style:style style:name="B">{bold}</style:style><style:style style:name="P"/>'
    styles += f'<style:style style:name="BC" style:parent-style-name="B">{centre}</style:style>'
    styles += f'<style:style style:name="PC">{centre}</style:style>'
    body = table(HEAD) + line("KHẨN", True) + "".join(line(*each, centred=True) for each in MIDDLE)
    body += "".join(line(text, False) for text in TEXT) + table((FOOT,))
    content = f"<office:automatic-styles>{styles}</office:automatic-styles>"
    content += f"<office:body><office:text>{body}</office:text></office:body>"
    return package({"content.xml": f"<office:document-content {spaces}>{content}</office:document-content>"})


def old_word() -> bytes:
    """[MS-DOC] with one piece of text and no more than a reader of text needs."""

    def cells(row: Sequence[Sequence[Line]]) -> str:
        return "".join("\r".join(text for text, _ in cell) + "\x07" for cell in row) + "\x07"

    text = "".join(map(cells, HEAD)) + "".join(f"{line}\r" for line, _ in MIDDLE)
    text += "\x13 PAGE \x14\x15" + "".join(f"{line}\r" for line in TEXT) + cells(FOOT)
    octets = text.encode("utf-16-le")
    main = bytearray(0x400) + octets
    struct.pack_into("<H", main, 0, 0xA5EC)
    struct.pack_into("<H", main, 10, 0x0200)
    struct.pack_into("<I", main, 0x4C, len(text))
    piece = struct.pack("<II", 0, len(text)) + struct.pack("<HIH", 0, 0x400, 0)
    clx = b"\x01" + struct.pack("<H", 2) + b"\0\0" + b"\x02" + struct.pack("<I", len(piece)) + piece
    struct.pack_into("<II", main, 0x1A2, 0, len(clx))
    return compound({"WordDocument": bytes(main), "1Table": clx})


def read(content: bytes, media_type: str) -> Fields:
    return identify(content, media_type)


@pytest.mark.parametrize(("make", "media_type"), [(word, WORD), (open_text, OPEN_TEXT)], ids=["Word", "OpenDocument"])
def test_an_office_file_is_read_whole(make: Callable[[], bytes], media_type: str) -> None:
    fields = read(make(), media_type)
    assert {key: field.value for key, field in fields.items()} == {**SAYS, "Priority": "1"}
    assert {field.source for field in fields.values()} == {Source.DOCUMENT_TEXT}
    assert all(field.confidence >= 0.8 and field.place is None for field in fields.values())


def test_an_old_word_file_is_read_and_what_only_its_look_tells_is_a_proposal() -> None:
    fields = read(old_word(), OLD_WORD)
    assert {key: field.value for key, field in fields.items()} == SAYS
    unsure = {key for key, field in fields.items() if field.confidence < 0.8}
    assert unsure == {"OrganName", "OrganizationInCharge", "Subject"}


def test_tabs_and_blanks_make_columns_as_typists_do() -> None:
    space = "http://schemas.openxmlformats.org/wordprocessingml/2006/main"
    lines = (
        "SỞ THÍ DỤ<w:tab/>CỘNG HÒA XÃ HỘI CHỦ NGHĨA VIỆT NAM",
        "Số: 7/STD-VP<w:tab/>Thí Dụ, ngày 05 tháng 6 năm 2026",
    )
    body = "".join(
        f"<w:p><w:r><w:t>{line.replace('<w:tab/>', '</w:t><w:tab/><w:t>')}</w:t></w:r></w:p>" for line in lines
    )
    content = package({"word/document.xml": f'<w:document xmlns:w="{space}"><w:body>{body}</w:body></w:document>'})
    fields = read(content, WORD)
    assert (fields.value("OrganName"), fields.value("CodeNumber"), fields.value("Place")) == (
        "SỞ THÍ DỤ",
        "7",
        "Thí Dụ",
    )


def test_rich_text_is_read_by_its_lines() -> None:
    rtf = r"{\rtf1\ansi S\u7889?: 35/Q\u272?-STD\par Th\u237? D\u7909?, ng\u224?y 05 th\u225?ng 6 n\u259?m 2026\par}"
    fields = read(rtf.encode(), next(iter(RICH)))
    assert (fields.value("CodeNumber"), fields.value("CodeNotation"), fields.value("IssuedDate")) == (
        "35",
        "QĐ-STD",
        "2026-06-05",
    )


@pytest.mark.parametrize(
    ("content", "media_type"),
    [
        (b"", WORD),
        (package({"word/document.xml": "<w:document"}), WORD),
        (package({"content.xml": "<a/>"}), OPEN_TEXT),
        (compound({"WordDocument": b"\xec\xa5" + bytes(20)}), OLD_WORD),
        (compound({"WordDocument": b"\xec\xa5" + b"\xff" * 2000, "1Table": b"\x01\xff\xff"}), OLD_WORD),
        (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"\xff" * 600, OLD_WORD),
        (b"{\\rtf1", "text/rtf"),
        (b"x", "image/png"),
    ],
)
def test_what_is_damaged_says_nothing(content: bytes, media_type: str) -> None:
    assert written(content, media_type) is None
    assert read(content, media_type) == {}


AS_JSON = {"document": {"CodeNumber": "35", "CodeNotation": "QĐ-STD", "SignerInfo": {"FullName": "Đỗ Văn Thử"}}}
AS_XML = (
    "<d><CodeNumber>35</CodeNumber><CodeNotation>QĐ-STD</CodeNotation>"
    "<SignerInfo><FullName>Đỗ Văn Thử</FullName></SignerInfo></d>"
)


@pytest.mark.parametrize(
    ("content", "media_type"),
    [(json.dumps(AS_JSON), "application/json"), (AS_XML, "text/xml")],
    ids=["JSON", "XML"],
)
def test_a_sidecar_gives_fields_under_the_names_of_annex_vi(content: str, media_type: str) -> None:
    fields = sidecar(content.encode(), media_type)
    assert fields is not None
    assert {key: field.value for key, field in fields.items()} == {
        "CodeNumber": "35",
        "CodeNotation": "QĐ-STD",
        "SignerInfo.FullName": "Đỗ Văn Thử",
    }
    assert {field.source for field in fields.values()} == {Source.SIDECAR}


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"{",
        b'{"CodeNumber": "35"}',
        b'{"a": {"b": 1}}',
        b"[1]",
        b"<a><b/>",
        b"CodeNumber,CodeNotation\n35,a",
        b'{"a":' * 9000,
    ],
)
def test_a_file_that_describes_nothing_is_no_sidecar(content: bytes) -> None:
    assert sidecar(content, "application/json") is None
    assert sidecar(content, "text/xml") is None


def test_a_sidecar_fills_and_confirms_but_does_not_overrule() -> None:
    told = json.dumps(
        {"CodeNumber": "35", "CodeNotation": "QĐ-STD", "IssuedDate": "2026-06-06", "DueDate": "2026-08-01"}
    )
    described = sidecar(told.encode(), "application/json")
    assert described is not None
    merged = beside(read(word(), WORD), described)
    assert merged["CodeNumber"].confidence >= 0.9
    assert (merged["IssuedDate"].value, merged["IssuedDate"].confidence) == ("2026-06-05", 0.5)
    assert (merged["DueDate"].value, merged["DueDate"].source) == ("2026-08-01", Source.SIDECAR)
