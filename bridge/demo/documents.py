"""The sample documents: an agency's three papers, a business's letter and its annexes, as bytes.

All names, numbers and bodies are invented.
"""

import io
import zipfile
from dataclasses import replace
from datetime import date
from xml.sax.saxutils import escape

from bridge.demo.paper import Paper, draw


def _paragraphs(text: str) -> tuple[str, ...]:
    """Paragraphs stand apart by an empty line; their own line ends mean nothing."""
    return tuple(" ".join(paragraph.split()) for paragraph in text.split("\n\n"))


_OFFICE = Paper(
    superior="UBND tỉnh Thử Nghiệm",
    body="Sở Mẫu",
    number="",
    place="Thử Nghiệm",
    issued=date(2026, 11, 20),
    subject="",
    recipients=("Như trên", "UBND tỉnh (để báo cáo)", "Giám đốc Sở (để báo cáo)", "Lưu: VT, VP (02)"),
    authority=("KT. GIÁM ĐỐC", "PHÓ GIÁM ĐỐC"),
    signer="Nguyễn Văn Mẫu",
)

OFFICIAL_LETTER = replace(
    _OFFICE,
    number="12/SM-VP",
    subject="phối hợp cung cấp số liệu chuyển đổi số quý IV năm 2026",
    addressees=("Ủy ban nhân dân xã Ví Dụ", "Phòng Văn hóa - Xã hội xã Ví Dụ"),
    paragraphs=_paragraphs(
        """
        Thực hiện Kế hoạch chuyển đổi số năm 2026 của Ủy ban nhân dân tỉnh Thử Nghiệm, Sở Mẫu
        đề nghị quý cơ quan phối hợp cung cấp số liệu về tiếp nhận, xử lý văn bản điện tử quý
        IV năm 2026.

        Số liệu gửi về Sở Mẫu trước ngày 15 tháng 12 năm 2026 qua trục liên thông văn bản của
        tỉnh hoặc hộp thư điện tử công vụ của Sở để tổng hợp.

        Rất mong nhận được sự quan tâm, phối hợp của quý cơ quan./.
        """
    ),
)

DECISION = replace(
    _OFFICE,
    number="35/QĐ-SM",
    type_name="Quyết định",
    subject="Về việc ban hành Quy chế tiếp nhận văn bản điện tử của Sở Mẫu",
    paragraphs=_paragraphs(
        """
        Căn cứ Nghị định số 30/2020/NĐ-CP ngày 05 tháng 3 năm 2020 của Chính phủ về công tác
        văn thư;

        Theo đề nghị của Chánh Văn phòng Sở.

        Điều 1. Ban hành kèm theo Quyết định này Quy chế tiếp nhận văn bản điện tử của Sở Mẫu.

        Điều 2. Quyết định này có hiệu lực kể từ ngày ký.

        Điều 3. Chánh Văn phòng, Trưởng các phòng và đơn vị thuộc Sở chịu trách nhiệm thi hành
        Quyết định này./.
        """
    ),
    recipients=("Như Điều 3", "UBND tỉnh (để báo cáo)", "Lưu: VT, VP (02)"),
    authority=("GIÁM ĐỐC",),
)

REPORT = replace(
    _OFFICE,
    number="08/BC-SM",
    type_name="Báo cáo",
    subject="Kết quả gửi, nhận văn bản điện tử quý III năm 2026",
    addressees=("Ủy ban nhân dân tỉnh Thử Nghiệm",),
    paragraphs=_paragraphs(
        """
        Trong quý III năm 2026, Sở Mẫu đã gửi 214 văn bản và nhận 388 văn bản điện tử, trong
        đó 100% văn bản gửi đi có đủ chữ ký số của người có thẩm quyền và của cơ quan.

        Trên đây là báo cáo của Sở Mẫu./.
        """
    ),
)

BUSINESS_LETTER = Paper(
    superior="",
    body="Công ty TNHH Ví Dụ",
    number="05/CV-VD",
    place="Thử Nghiệm",
    issued=date(2026, 11, 21),
    subject="nộp hồ sơ đề nghị cấp giấy xác nhận",
    addressees=("Sở Mẫu tỉnh Thử Nghiệm",),
    paragraphs=_paragraphs(
        """
        Công ty TNHH Ví Dụ, mã số thuế 0300000003, kính gửi Sở Mẫu hồ sơ đề nghị cấp giấy xác
        nhận, gồm: đơn đề nghị, thuyết minh và bảng kê thiết bị kèm theo thư này.

        Công ty cam kết nội dung hồ sơ là đúng sự thật và chịu trách nhiệm trước pháp luật./.
        """
    ),
    recipients=("Như trên", "Lưu: VT"),
    authority=("GIÁM ĐỐC",),
    signer="Trần Thị Ví Dụ",
)

_CONTENT_TYPES = "http://schemas.openxmlformats.org/package/2006/content-types"
_RELATIONS = "http://schemas.openxmlformats.org/package/2006/relationships"
_OFFICE_RELATIONS = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
_WORD = "http://schemas.openxmlformats.org/wordprocessingml/2006/main"
_SHEET = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
_OOXML = "application/vnd.openxmlformats-officedocument"
_XML = '<?xml version="1.0" encoding="UTF-8" standalone="yes"?>\n'


def official_letter() -> bytes:
    """A công văn with V/v."""
    return draw(OFFICIAL_LETTER)


def decision() -> bytes:
    """A quyết định."""
    return draw(DECISION)


def report() -> bytes:
    """A báo cáo to the superior body."""
    return draw(REPORT)


def business_letter() -> bytes:
    """A firm's letter that a dossier begins with."""
    return draw(BUSINESS_LETTER)


def _package(main: str, kind: str, parts: dict[str, str]) -> bytes:
    """An OPC package (ECMA-376 part 2) of XML parts, `main` the one that the root relationship names."""
    overrides = "".join(
        f'<Override PartName="/{name}" ContentType="{_OOXML}.{kind}.{role}+xml"/>'
        for name, role in (
            (main, "document.main" if kind == "wordprocessingml" else "sheet.main"),
            *((name, "worksheet") for name in parts if "worksheets/" in name),
        )
    )
    files = {
        "[Content_Types].xml": f'{_XML}<Types xmlns="{_CONTENT_TYPES}">'
        '<Default Extension="rels" ContentType="application/vnd.openxmlformats-package.relationships+xml"/>'
        f'<Default Extension="xml" ContentType="application/xml"/>{overrides}</Types>',
        "_rels/.rels": f'{_XML}<Relationships xmlns="{_RELATIONS}"><Relationship Id="rId1" '
        f'Type="{_OFFICE_RELATIONS}/officeDocument" Target="{main}"/></Relationships>',
        **parts,
    }
    output = io.BytesIO()
    with zipfile.ZipFile(output, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, text in files.items():
            member = zipfile.ZipInfo(name, (2026, 11, 20, 8, 0, 0))
            archive.writestr(member, text.encode(), zipfile.ZIP_DEFLATED)
    return output.getvalue()


def statement() -> bytes:
    """A thuyết minh as a minimal .docx."""
    lines = ("THUYẾT MINH", "Kèm theo Công văn số 05/CV-VD ngày 21 tháng 11 năm 2026.", "Thiết bị: 03 bộ.")
    text = "".join(f"<w:p><w:r><w:t>{escape(line)}</w:t></w:r></w:p>" for line in lines)
    document = f'{_XML}<w:document xmlns:w="{_WORD}"><w:body>{text}</w:body></w:document>'
    return _package("word/document.xml", "wordprocessingml", {"word/document.xml": document})


def inventory() -> bytes:
    """A bảng kê as a minimal .xlsx."""
    table = (("STT", "Thiết bị", "Số lượng"), ("1", "Máy chủ", "2"), ("2", "Máy quét", "1"))
    rows = "".join(
        "<row>" + "".join(f'<c t="inlineStr"><is><t>{escape(cell)}</t></is></c>' for cell in row) + "</row>"
        for row in table
    )
    workbook = (
        f'{_XML}<workbook xmlns="{_SHEET}" xmlns:r="{_OFFICE_RELATIONS}"><sheets>'
        '<sheet name="Bảng kê" sheetId="1" r:id="rId1"/></sheets></workbook>'
    )
    relations = (
        f'{_XML}<Relationships xmlns="{_RELATIONS}"><Relationship Id="rId1" '
        f'Type="{_OFFICE_RELATIONS}/worksheet" Target="worksheets/sheet1.xml"/></Relationships>'
    )
    sheet = f'{_XML}<worksheet xmlns="{_SHEET}"><sheetData>{rows}</sheetData></worksheet>'
    return _package(
        "xl/workbook.xml",
        "spreadsheetml",
        {
            "xl/workbook.xml": workbook,
            "xl/_rels/workbook.xml.rels": relations,
            "xl/worksheets/sheet1.xml": sheet,
        },
    )


def table_as_csv() -> bytes:
    """The bảng kê as CSV, with the byte-order mark that Excel writes."""
    return "\ufeffSTT,Thiết bị,Số lượng\r\n1,Máy chủ,2\r\n2,Máy quét,1\r\n".encode()
