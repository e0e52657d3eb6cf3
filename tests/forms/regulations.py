"""Real texts, set on pages again, with what a reader finds in them; the texts themselves are not the project's."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

from tests.forms.flat import Look, Sheet

BODY, CENTRE = Look(size=13, align="justify", indent=10, after=3), Look(align="center")
DECISION, DECREE = "Quyết định", "Nghị định"
NOTHING = dict.fromkeys(
    ("CodeNumber", "CodeNotation", "IssuedDate", "OrganName", "Priority", "ResponseFor", "DueDate"), ""
)

#: by a beginning of the file's name; what is not named here is not asked
SAYS: dict[str, dict[str, str]] = {
    "004_": {
        "CodeNumber": "35",
        "CodeNotation": "2018/QĐ-UBND",
        "IssuedDate": "2018-12-05",
        "Place": "Đắk Nông",
        "TypeName": DECISION,
        "OrganName": "ỦY BAN NHÂN DÂN TỈNH ĐẮK NÔNG",
        "ResponseFor": "",
        "DueDate": "",
        "Priority": "",
    },
    "30_2020": {
        "CodeNumber": "30",
        "CodeNotation": "2020/NĐ-CP",
        "IssuedDate": "2020-03-05",
        "Place": "Hà Nội",
        "TypeName": DECREE,
        "OrganName": "CHÍNH PHỦ",
        "Subject": "Về công tác văn thư",
        "SignerInfo.FullName": "Nguyễn Xuân Phúc",
        "SignerInfo.Position": "THỦ TƯỚNG",
        "SignerInfo.Competence": "TM. CHÍNH PHỦ",
        "ResponseFor": "",
        "DueDate": "",
        "Priority": "",
    },
}


def sheets(folder: Path) -> Iterator[tuple[str, str, dict[str, str]]]:
    """Name, flat text and what it says, of each text in the folder; news and annexes say nothing of their own."""
    for file in sorted((*folder.rglob("*.txt"), *folder.rglob("*.md"))):
        says = next((says for start, says in SAYS.items() if file.name.startswith(start)), NOTHING)
        lines = file.read_text("utf-8").splitlines()
        if file.suffix == ".md":
            yield file.stem, _decree(lines), says
        elif says is NOTHING:
            yield file.stem, _plain(lines), says
        else:
            yield file.stem, _decision(lines), says


def _plain(lines: list[str]) -> str:
    sheet = Sheet()
    for line in lines:
        sheet.add(line.strip(), BODY)
    return sheet.xml()


def _decision(lines: list[str]) -> str:
    """The text of a page of the law database: cells of its head one under another, divided by strokes."""
    sheet = Sheet()
    bars = [at for at, line in enumerate(lines) if line.strip() == "|"][:4]
    cells = [lines[start:end] for start, end in zip((0, *(bar + 1 for bar in bars)), bars, strict=False)]
    bold = replace(CENTRE, bold=True)
    body, motto, number, date = (" ".join(" ".join(cell).split()) for cell in cells[:4])
    body, motto = (re.sub(r"\s*-{3,}", "", text) for text in (body, motto))
    state, independence = motto[: motto.index("Độc")].strip(), motto[motto.index("Độc") :]
    sheet.table(
        (70.0, 95.0), [[[(body, bold)], [(state, bold), (independence, bold)]], [[(number, CENTRE)], [(date, CENTRE)]]]
    )
    rest = lines[bars[3] + 1 :]
    sheet.add(rest[0].strip(), replace(bold, before=14))
    for line in rest[1:]:
        sheet.add(line.strip(), replace(bold, size=13) if line.isupper() else BODY)
    return sheet.xml()


def _decree(lines: list[str]) -> str:
    """The text of an office file turned into Markdown, whose tables came out at its end or its beginning."""
    sheet = Sheet()
    rows = [line for line in lines if line.startswith("|") and "---" not in line]
    head = next((row for row in rows if "Độc lập" in row), "")
    foot = next((row for row in rows if "Nơi nhận" in row and "Lưu: VT" in row), "")
    if head and "Số: 30/2020" in head:
        left, right = (cell.strip() for cell in head.strip("|").split("|")[:2])
        body, number = left.split("Số:")
        state, _, rest = right.partition("Độc lập")
        motto, _, dated = rest.partition("Hà Nội")
        bold = replace(CENTRE, bold=True)
        top = [(body.strip(" _"), bold), (f"Số: {number.strip()}", CENTRE)]
        beside = [(state.strip(), bold), ("Độc lập" + motto.strip(" _"), bold), ("Hà Nội" + dated, CENTRE)]
        sheet.table((65.0, 98.0), [[top, beside]])
    titled = False
    for line in lines:
        if line.startswith("|"):
            continue
        text = line.lstrip("#* ").rstrip("* ")
        heading = line.startswith("#") or (line.isupper() and not titled)
        titled = titled or heading
        sheet.add(text, replace(CENTRE, bold=True) if heading else BODY)
    if foot and head and "Số: 30/2020" in head:
        left, right = (cell.strip() for cell in foot.strip("|").split("|")[:2])
        places = [(part.strip(), Look(size=11)) for part in re.split(r"(?=- )", left)]
        name = right.split("]")[-1].strip() or right
        signer = "Nguyễn Xuân Phúc" if "Nguyễn Xuân Phúc" in right else name
        signed = [("TM. CHÍNH PHỦ", replace(CENTRE, bold=True)), ("THỦ TƯỚNG", replace(CENTRE, bold=True))]
        signed += [("", CENTRE)] * 3 + [(signer, replace(CENTRE, bold=True))]
        sheet.kept = False
        sheet.table((80.0, 85.0), [[places, signed]])
    return sheet.xml()
