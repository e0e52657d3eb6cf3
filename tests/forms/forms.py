"""Documents after the forms of Decree 30/2020 Annex III, as many ways as offices set them, each with what it says.

Nothing here is shared with the programs that read them: kinds, names and patterns are written down a second time.
"""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from datetime import date, timedelta
from random import Random

from tests.forms import made_up
from tests.forms.flat import Look, Sheet
from tests.forms.old_codes import tcvn3, vni

FONTS = ("Liberation Serif", "Liberation Sans", "DejaVu Serif", "DejaVu Sans", "Liberation Serif")
BODY = Look(size=13.5, align="justify", before=3, after=3, indent=12)
CENTRE = Look(align="center")
Cell = list[tuple[str, Look]]


@dataclass
class Paper:
    """One made-up document."""

    xml: str
    says: dict[str, str] = field(default_factory=dict)  #: field -> value, under the names of Annex VI
    kind: str = ""  #: what is unusual about it, for the report


@dataclass
class Draft:
    """What is decided before anything is set."""

    random: Random
    sheet: Sheet
    says: dict[str, str] = field(default_factory=dict)
    kind: str = ""

    def chance(self, share: float) -> bool:
        """True in that share of documents."""
        return self.random.random() < share


def papers(count: int, seed: int = 30) -> list[Paper]:
    """That many documents."""
    return [_paper(Random(f"{seed}/{number}"), number) for number in range(count)]


def _paper(random: Random, number: int) -> Paper:
    sheet = Sheet(random.choice(FONTS), left=random.choice((30, 35, 25)), right=random.choice((15, 20, 18)))
    draft = Draft(random, sheet)
    sheet.kept = draft.chance(0.93)
    style = ("state", "state", "state", "letter", "letter", "party", "law", "one column", "copy", "draft")[number % 10]
    old = {37: "VNI", 38: "VNI", 39: "TCVN3"}.get(number % 40, "")
    draft.kind = old or style
    sheet.coded = {"VNI": vni, "TCVN3": tcvn3}.get(old)
    _head(draft, style)
    _middle(draft, style)
    _foot(draft, style)
    if style == "copy":
        _copy(draft)
    elif draft.chance(0.3):
        _annex(draft)
    return Paper(sheet.xml(), draft.says, draft.kind)


def _head(draft: Draft, style: str) -> None:
    random, says = draft.random, draft.says
    province = random.choice(made_up.PROVINCES)
    body, superior, short = random.choice(made_up.PARTY if style == "party" else made_up.BODIES)
    body, superior = (text.replace("{P}", province.upper()) for text in (body, superior))
    issued = date(2026, 1, 1) + timedelta(days=random.randrange(325))
    title, abbreviation, beginning = random.choice(made_up.KINDS)
    matter = random.choice(made_up.MATTERS)
    number = str(random.choice((random.randrange(1, 10), random.randrange(10, 100), random.randrange(100, 9000))))
    shown = number.zfill(2) + ("a" if draft.chance(0.04) else "")
    if style == "letter":
        notation = f"{short}-{random.choice(('VP', 'TCCB', 'KGVX', 'QLĐĐ', 'CNTT&BCVT'))}"
        title = "CÔNG VĂN"
    elif style == "party":
        title, abbreviation, beginning = random.choice((*made_up.KINDS[:3], *made_up.KINDS[6:14:7]))
        notation = f"{abbreviation}/{short}"
    elif style == "law":
        title, abbreviation, beginning = random.choice(made_up.KINDS[:2])
        notation = f"2026/{abbreviation}-{short}"
    else:
        notation = f"{abbreviation}-{short}"
    subject = matter if style == "letter" else (beginning + matter)
    subject = subject if style == "letter" else subject[0].upper() + subject[1:]
    says |= {
        "OrganName": " ".join(body.split()),
        "OrganizationInCharge": " ".join(superior.split()),
        "CodeNumber": "" if style == "draft" else shown,
        "CodeNotation": notation,
        "TypeName": title.capitalize(),
        "Subject": subject,
        "Place": province,
    }
    day = f"{issued.day:02}"
    month = f"{issued.month:02}" if issued.month < 3 or draft.chance(0.3) else str(issued.month)
    if style == "draft" and draft.chance(0.5):
        dated = f"{province}, ngày      tháng {month} năm 2026"
    else:
        dated = f"{province}, ngày {day} tháng {month} năm {issued.year}"
        says["IssuedDate"] = issued.isoformat()
    draft.says.setdefault("IssuedDate", "")
    if "IssuedDate" in says and not says["IssuedDate"]:
        says["Place"] = ""
    if style == "party":
        numbered = f"Số {shown}-{notation}"
    elif style == "draft":
        numbered = f"Số:         /{notation}"
    else:
        numbered = f"Số: {shown}/{notation}"
    _columns(draft, style, body, superior, numbered, dated, f"V/v {subject}" if style == "letter" else "")
    if style != "letter":
        _title(draft, title, subject, abbreviation)


def _columns(draft: Draft, style: str, body: str, superior: str, numbered: str, dated: str, about: str) -> None:
    random, sheet = draft.random, draft.sheet
    size = random.choice((12, 12.5, 13))
    plain, bold = replace(CENTRE, size=size), replace(CENTRE, size=size, bold=True)
    distinct = draft.chance(0.85)  # not everybody sets the two bodies apart
    left: Cell = [(superior, plain if distinct else bold)] if superior else []
    left.append((body, bold))
    if style == "party":
        left.append(("*", plain))
        right: Cell = [("ĐẢNG CỘNG SẢN VIỆT NAM", replace(CENTRE, size=14, bold=True))]
    else:
        if draft.chance(0.5):
            left.append(("_______", plain))
        spelt = random.choice(("CỘNG HÒA", "CỘNG HOÀ"))
        right = [(f"{spelt} XÃ HỘI CHỦ NGHĨA VIỆT NAM", replace(bold, size=min(size, 12)))]
        right.append(("Độc lập - Tự do - Hạnh phúc", replace(CENTRE, size=13, bold=True)))
        if draft.chance(0.6):
            right.append(("_______________________", plain))
    below: Cell = [(numbered, replace(CENTRE, size=13))]
    if about:
        below.append((about, replace(CENTRE, size=12)))
    urgent = random.choice(("KHẨN", "THƯỢNG KHẨN", "HỎA TỐC", "HOẢ TỐC", *[""] * 16))
    if urgent:
        mark = replace(CENTRE, size=13, bold=True, before=6, boxed=True)
        below.append((urgent, mark))
    draft.says["Priority"] = {"KHẨN": "1", "THƯỢNG KHẨN": "2", "HỎA TỐC": "3", "HOẢ TỐC": "3"}.get(urgent, "")
    day: Cell = [(dated, replace(CENTRE, size=13, italic=True))]
    if style == "one column":
        # Letters of firms and old habits: everything under one another over the whole width.
        for text, look in (*right, *left, *below):
            sheet.add(text, look)
        sheet.add(dated, replace(CENTRE, size=13, italic=True, align="end", before=6))
        return
    widths = random.choice(((70.0, 95.0), (75.0, 92.0), (66.0, 98.0)))
    if draft.chance(0.5):
        sheet.table(widths, [[left, right], [below, day]])
    else:
        sheet.table(widths, [[left + below, right + day]])


def _title(draft: Draft, title: str, subject: str, abbreviation: str) -> None:
    sheet = draft.sheet
    bold = not draft.chance(0.1)
    sheet.add(title, replace(CENTRE, size=14, bold=True, before=18))
    under = replace(CENTRE, size=14, bold=bold)
    if len(subject) > 60 and draft.chance(0.3):
        at = subject.rfind(" ", 0, len(subject) * 2 // 3)
        sheet.add(subject[:at] + "\n" + subject[at + 1 :], under)
    else:
        sheet.add(subject, under)
    if draft.chance(0.7):
        sheet.add("_________", replace(CENTRE, size=10))
    if abbreviation in {"NQ", "QĐ"} and draft.chance(0.8):
        who = draft.random.choice(
            ("CHỦ TỊCH ỦY BAN NHÂN DÂN TỈNH", "GIÁM ĐỐC SỞ NỘI VỤ", "HỘI ĐỒNG NHÂN DÂN TỈNH KHÓA X")
        )
        sheet.add(who, replace(CENTRE, size=13.5, bold=True, before=12))


def _middle(draft: Draft, style: str) -> None:
    random, sheet, says = draft.random, draft.sheet, draft.says
    if style == "letter":
        if draft.chance(0.5):
            sheet.add("Kính gửi: Ủy ban nhân dân các xã, phường.", replace(BODY, align="center", before=12))
        else:
            sheet.add("Kính gửi:", replace(BODY, indent=30, before=12))
            sheet.add("- Văn phòng Ủy ban nhân dân tỉnh;\n- Sở Tài chính.", replace(BODY, indent=50))
    says["ResponseFor"] = ""
    if style in {"letter", "one column"} and draft.chance(0.5):
        code, day = random.choice((("1248/BTN-VP", date(2025, 11, 3)), ("96/UBND-KGVX", date(2026, 1, 5))))
        how = random.choice((f"ngày {day:%d/%m/%Y}", f"ngày {day:%d} tháng {day.month:02} năm {day.year}"))
        word = random.choice(("Trả lời", "Phúc đáp"))
        sheet.add(
            f"{word} Công văn số {code} {how} của Bộ Thí nghiệm về việc góp ý dự thảo Quyết định số 11/QĐ-BTN "
            "ngày 02/02/2024, đơn vị có ý kiến như sau:",
            BODY,
        )
        says["ResponseFor"] = f"{code} {day.isoformat()}"
    sheet.columns = 2 if draft.chance(0.06) else 1
    count = random.choice((4, 8, 14, 30))
    sheet.section([(random.choice(made_up.SENTENCES), BODY) for _ in range(count)])
    says["DueDate"] = ""
    if style in {"letter", "state"} and says["IssuedDate"] and draft.chance(0.4):
        limit = date.fromisoformat(says["IssuedDate"]) + timedelta(days=random.randrange(5, 60))
        said = random.choice((f"{limit:%d/%m/%Y}", f"{limit.day:02} tháng {limit.month} năm {limit.year}"))
        sheet.add(f"Đề nghị các đơn vị gửi báo cáo về cơ quan trước ngày {said} để tổng hợp./.", BODY)
        says["DueDate"] = limit.isoformat()


def _foot(draft: Draft, style: str) -> None:
    random, says = draft.random, draft.says
    authority, position = random.choice(made_up.POSITIONS)
    if style == "party":
        authority, position = random.choice(
            ((("T/M BAN THƯỜNG VỤ",), "PHÓ BÍ THƯ"), (("K/T TRƯỞNG BAN",), "PHÓ TRƯỞNG BAN"))
        )
    signer = made_up.name(random)
    places = random.sample(made_up.RECIPIENTS, random.randrange(2, 5))
    kept = f"Lưu: VT, {random.choice(('VP', 'NV', 'KT'))}{random.choice(('', ' (3)'))}"
    says |= {
        "SignerInfo.FullName": signer,
        "SignerInfo.Position": position,
        "SignerInfo.Competence": " ".join(authority),
        "ToPlaces": "\n".join((*places, kept)),
    }
    small, title = Look(size=11), replace(CENTRE, size=13, bold=True)
    left: Cell = [("Nơi nhận:", Look(size=12, bold=True, italic=True))]
    left += [(f"- {place};", small) for place in places]
    left.append((f"- {kept}.", small))
    if draft.chance(0.2):
        left.append(("PL.(300)", small))
    right: Cell = [(line, title) for line in authority if line != "Q."]
    right.append((position, title))
    gap = random.choice((3, 4, 5))
    right += [("", CENTRE)] * gap
    if draft.chance(0.1):
        right[-2] = ("(Đã ký)", replace(CENTRE, italic=True))
    academic = "TS. " if draft.chance(0.06) else ""
    right.append((academic + signer, replace(CENTRE, size=14, bold=True)))
    draft.sheet.table((80.0, 85.0), [[left, right]])


def _annex(draft: Draft) -> None:
    sheet, says = draft.sheet, draft.says
    sheet.add(draft.random.choice(("Phụ lục I", "PHỤ LỤC")), replace(CENTRE, size=14, bold=True, new_page=True))
    sheet.add("DANH MỤC HỒ SƠ, TÀI LIỆU", replace(CENTRE, size=14, bold=True))
    code = f"{says['CodeNumber']}/{says['CodeNotation']}"
    sheet.add(f"(Kèm theo Văn bản số {code} ngày 01 tháng 7 năm 2026 của cơ quan)", replace(CENTRE, italic=True))
    sheet.table(
        (20.0, 90.0, 50.0),
        [[[(text, Look(size=12))] for text in (str(at), "Hồ sơ trình", "NGƯỜI LẬP")] for at in range(12)],
    )


def _copy(draft: Draft) -> None:
    """The block that a certified copy on paper has under it (form 3.1); number and place there are the copy's."""
    centre = replace(CENTRE, size=13)
    left: Cell = [("VĂN PHÒNG SAO", replace(centre, bold=True)), ("Số: 77/SY-VPS", centre)]
    right: Cell = [
        ("SAO Y", replace(centre, bold=True)),
        ("Nơi Sao, ngày 20 tháng 11 năm 2026", replace(centre, italic=True)),
    ]
    draft.sheet.table((70.0, 95.0), [[left, right]])
    foot: Cell = [("Nơi nhận:", Look(size=12, bold=True)), ("- Lưu: VT.", Look(size=11))]
    signed: Cell = [("TL. GIÁM ĐỐC", replace(centre, bold=True)), ("TRƯỞNG PHÒNG", replace(centre, bold=True))]
    signed += [("", centre)] * 3 + [("Người Sao Thử", replace(centre, bold=True))]
    draft.sheet.table((80.0, 85.0), [[foot, signed]])
