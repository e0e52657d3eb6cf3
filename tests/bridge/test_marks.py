"""What another mail that has the same means, and which file of a mail is the document."""

import pytest

from bridge.fields.fields import Field, Fields, Source
from bridge.marks import Marks, Seen, key_of, marks_of
from bridge.papers import papers
from validation.codes import Code
from validation.inspected import Format, Inspected
from validation.signature import Carrier, Coverage, Integrity, Signature

PDF, WORD = "application/pdf", "application/vnd.openxmlformats-officedocument.wordprocessingml.document"
MARKS = Marks("so mau|35|qd sm|2026", "id:g1,2026/01/02,35/qđ-sm", "words:abc")


def fields(number: str = "35", source: Source = Source.PDF_PAGE_1, issuer: str = "SỞ MẪU") -> Fields:
    told = {"CodeNumber": number, "CodeNotation": "QĐ-SM", "OrganName": issuer, "IssuedDate": "2026-01-02"}
    return Fields({key: Field(value, source, 0.9) for key, value in told.items()})


@pytest.mark.parametrize(
    ("known", "seen"),
    [
        ({}, ()),
        ({MARKS.both: "m1", MARKS.number: "m1", MARKS.content: "m1"}, (Seen(Code.DOCUMENT_DUPLICATE, "m1"),)),
        ({MARKS.identifier: "m1"}, (Seen(Code.DOCUMENT_DUPLICATE, "m1"),)),
        ({MARKS.number: "m1"}, (Seen(Code.DOCUMENT_NUMBER_REUSED, "m1"),)),
        ({MARKS.content: "m1"}, (Seen(Code.DOCUMENT_SAME_CONTENT, "m1"),)),
        (
            {MARKS.number: "m1", MARKS.content: "m2"},
            (Seen(Code.DOCUMENT_NUMBER_REUSED, "m1"),),
        ),
        ({MARKS.both: "m2", MARKS.number: "m1"}, (Seen(Code.DOCUMENT_DUPLICATE, "m2"),)),
    ],
    ids=[
        "nothing is known",
        "the same document",
        "the same identifier",
        "the same number on another text",
        "the same text under another number",
        "the number in one mail, the text in another",
        "the same document, and another text under its number before",
    ],
)
def test_what_is_known_is_told_by_its_strongest_reason(known: dict[str, str], seen: tuple[Seen, ...]) -> None:
    assert MARKS.seen(known) == seen


def test_the_number_that_tells_documents_apart_comes_from_the_document_itself() -> None:
    assert key_of(fields("035")) == key_of(fields("35")) == "so mau|35|qd sm|2026"
    assert key_of(fields(issuer="UBND xã Mẫu")) == key_of(fields(issuer="ỦY BAN NHÂN DÂN XÃ MẪU"))
    assert [key_of(fields(source=source)) for source in (Source.OCR, Source.MAIL_HEADER, Source.MAIL_BODY)] == [""] * 3
    assert key_of(Fields()) == ""


def test_a_document_with_little_text_is_known_by_its_file() -> None:
    assert marks_of(Fields(), "", "ff").content == "file:ff"
    assert marks_of(Fields(), "aa", "ff").content == "words:aa"
    assert marks_of(Fields(), "aa", "ff").all == ("words:aa",)


def file(name: str, media_type: str, *, signed: bool = False) -> Inspected:
    signature = Signature(Carrier.PDF, "S", True, (), Integrity.INTACT, Coverage.WHOLE)
    return Inspected(("mail.eml", name), "0" * 64, 1, Format(media_type, "", "", True), (signature,) if signed else ())


def test_one_number_in_several_files_is_one_document_and_the_signed_one_is_it() -> None:
    other, word = file("b.pdf", PDF), file("a.docx", WORD)
    plain, signed = file("a.pdf", PDF), file("c.pdf", PDF, signed=True)
    found = papers((other, word, plain, signed), lambda each: fields("36") if each is other else fields("35"))
    assert [(paper.main, paper.annexes) for paper in found] == [(other, ()), (signed, (word, plain))]
