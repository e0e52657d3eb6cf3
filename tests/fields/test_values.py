"""Patterns, types, folding and a clerk's entries, each by its table."""

import pickle

import pytest

from bridge.fields.clerk import BadField, with_clerk
from bridge.fields.fields import Field, Fields, Key, Source
from bridge.fields.fold import fold, tidy
from bridge.fields.patterns import designation, person, place_and_date, priority
from bridge.fields.types import TYPES, Class, by_abbreviation, by_name, by_plain_abbreviation


@pytest.mark.parametrize(
    ("text", "number", "notation"),
    [
        ("Số: 35/2018/QĐ-UBND", "35", "2018/QĐ-UBND"),
        ("3321/UBND-KSTTHC", "3321", "UBND-KSTTHC"),
        ("20/2023/QH15", "20", "2023/QH15"),
        ("879/VTLTNN-NVĐP", "879", "VTLTNN-NVĐP"),
        ("12/QyĐ-UBND", "12", "QyĐ-UBND"),
        ("1547/STTTT-CNTT&BCVT", "1547", "STTTT-CNTT&BCVT"),
        ("45/SNNMT-P.QLĐĐ", "45", "SNNMT-P.QLĐĐ"),
        ("12/2015/TTLT-BTC-BNV", "12", "2015/TTLT-BTC-BNV"),
        ("27a/QĐ-UBND", "27a", "QĐ-UBND"),
        ("19/2018/Q\u00d0-UBND", "19", "2018/QĐ-UBND"),
        ("Số: 1117/UBND \u2013 VX", "1117", "UBND-VX"),
        ("Số 06-QC/VPTW", "06", "QC/VPTW"),
        ("Số:     /QĐ-UBND", "", "QĐ-UBND"),
        ("Số: ……/TB-STD", "", "TB-STD"),
    ],
)
def test_a_designation_is_read(text: str, number: str, notation: str) -> None:
    found = designation(tidy(text))
    assert found is not None
    assert (found.number, found.notation) == (number, notation)


@pytest.mark.parametrize("text", ["3/4", "05/12/2018", "tỷ lệ 1/2", "Số điện thoại 0200 111 222"])
def test_what_is_no_designation_is_none(text: str) -> None:
    assert designation(text) is None


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("Hà Nội, ngày 05 tháng 01 năm 2020", ("Hà Nội", "2020-01-05")),
        ("Bà Rịa - Vũng Tàu, ngày 1 tháng 6 năm 2020", ("Bà Rịa - Vũng Tàu", "2020-06-01")),
        ("TP. Thí Dụ , ngày 09 tháng 12 năm 2026", ("TP. Thí Dụ", "2026-12-09")),
        ("Hà Nội, ngày 31 tháng 6 năm 2020", None),
        ("Hà Nội, ngày    tháng    năm 2026", None),
    ],
    ids=["as the decree has it", "a name with a dash", "an abbreviated city", "no such day", "a draft"],
)
def test_place_and_date_are_read(text: str, expected: tuple[str, str] | None) -> None:
    found = place_and_date(text)
    assert (found and (found[0], found[1].isoformat())) == expected


@pytest.mark.parametrize(
    ("line", "name"),
    [
        ("Nguyễn Văn Mẫu", "Nguyễn Văn Mẫu"),
        ("PGS.TS. Lê Văn Hùng", "Lê Văn Hùng"),
        ("Ỷ Lan", "Ỷ Lan"),
        ("NGUYỄN VĂN MẪU", None),
        ("Phó Giám đốc", None),
        ("Lưu: VT", None),
    ],
)
def test_a_person_is_told_from_a_title(line: str, name: str | None) -> None:
    assert person(line) == name


def test_urgency_is_a_line_of_its_own() -> None:
    assert [priority(mark) for mark in ("KHẨN", "[ HỎA TỐC HẸN GIỜ ]", "khẩn trương", "KHẨN TRƯƠNG")] == [
        1,
        4,
        None,
        None,
    ]


def test_the_table_has_the_decrees_types() -> None:
    administrative = [type_ for type_ in TYPES if type_.kind is Class.ADMINISTRATIVE]
    assert len(administrative) == 29
    assert [type_.name for type_ in administrative if not type_.abbreviation] == ["Công văn", "Thư công"]
    assert len({type_.abbreviation for type_ in TYPES if type_.abbreviation}) == len(TYPES) - 2


def test_an_abbreviation_counts_by_its_case_and_a_collision_is_not_guessed() -> None:
    names = [type_.name for head in ("CT", "CTr", "TT", "TTr") if (type_ := by_abbreviation(head))]
    assert names == ["Chỉ thị", "Chương trình", "Thông tư", "Tờ trình"]
    assert by_plain_abbreviation("DA") is None
    assert by_plain_abbreviation("HD") is None
    plain = by_plain_abbreviation("QD")
    assert plain is not None
    assert plain.name == "Quyết định"


@pytest.mark.parametrize("title", ["QUYẾT ĐỊNH", "Quyết định", "Nghị quyết (cá biệt)", "GIẤY UỶ QUYỀN"])
def test_a_title_names_its_type_however_it_is_spelt(title: str) -> None:
    assert by_name(title) is not None


def test_folding_makes_one_spelling_of_many() -> None:
    spellings = ("CỘNG HÒA", "Cộng hoà", "Co\u0323\u0302ng  hòa", "cong-hoa")
    assert {fold(text) for text in spellings} == {"cong hoa"}
    assert fold("\u00d0ắk L\u200bắk") == "dak lak"


def test_fields_are_frozen_ordered_and_travel_between_processes() -> None:
    fields = Fields({"Subject": Field("a", Source.CLERK, 1), "CodeNumber": Field("1", Source.CLERK, 1)})
    assert list(fields) == ["CodeNumber", "Subject"]
    assert pickle.loads(pickle.dumps(fields)) == fields
    assert fields.value("Place") == ""
    assert "a" not in repr(fields).split("(")[1].replace("Fields", "").split(", ")
    with pytest.raises(ValueError, match="NoSuch"):
        Fields({"NoSuch": Field("a", Source.CLERK, 1)})
    with pytest.raises(ValueError, match="value"):
        Field("", Source.CLERK, 1)


def test_the_surer_field_stands_when_two_readings_meet() -> None:
    sure, unsure = Field("a", Source.PDF_PAGE_1, 0.9), Field("b", Source.MAIL_HEADER, 0.4)
    assert Fields({"Subject": unsure}).over(Fields({"Subject": sure})).value("Subject") == "a"
    assert Fields({"Subject": sure}).over(Fields({"Subject": unsure})).value("Subject") == "a"


@pytest.mark.parametrize(
    ("key", "typed", "kept"),
    [
        (Key.CODE_NUMBER, " 35 ", "35"),
        (Key.ISSUED_DATE, "22/11/2026", "2026-11-22"),
        (Key.ISSUED_DATE, "2026-11-22", "2026-11-22"),
        (Key.TYPE_NAME, "quyết định", "Quyết định"),
        (Key.CODE_NOTATION, "Q\u00d0-UBND", "QĐ-UBND"),
        (Key.TO_PLACES, "Như trên\nLưu: VT", "Như trên\nLưu: VT"),
    ],
)
def test_a_clerks_entry_stands_over_what_was_found(key: str, typed: str, kept: str) -> None:
    found = Fields({key: Field("x", Source.PDF_PAGE_1, 0.99)})
    assert with_clerk(found, {key: typed})[key] == Field(kept, Source.CLERK, 1.0)
    assert key not in with_clerk(found, {key: " "})


@pytest.mark.parametrize(
    ("key", "typed"),
    [
        ("Số", "35"),
        ("CodeNumber", "ba lăm"),
        ("CodeNotation", "QĐ UBND"),
        ("IssuedDate", "31/02/2026"),
        ("IssuedDate", "01/01/0026"),
        ("PageAmount", "0"),
        ("Priority", "5"),
        ("Subject", "hai\ndòng"),
        ("Subject", "a\x07"),
        ("OrganId", "H" * 36),
    ],
)
def test_a_malformed_entry_is_told_in_vietnamese(key: str, typed: str) -> None:
    with pytest.raises(BadField) as bad:
        with_clerk(Fields(), {key: typed})
    assert bad.value.key == key
    assert bad.value.reason.endswith((".", ")."))
