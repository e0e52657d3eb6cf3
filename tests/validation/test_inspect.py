"""Files inside files: opened under one budget, each judged, none harming its siblings."""

import gzip
import struct
import zlib
from datetime import UTC, datetime

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.validation import files
from validation.codes import Code
from validation.evidence import Evidence
from validation.inspect import inspect
from validation.inspected import Attachment, Inspected
from validation.settings import ReadingCaps

EVIDENCE = Evidence(datetime(2026, 11, 22, tzinfo=UTC))
CAPS = ReadingCaps()


def inspected(content: bytes, name: str, caps: ReadingCaps = CAPS) -> Inspected:
    """One file of a mail."""
    inspection = inspect(Attachment(("mail.eml", name), "", content), EVIDENCE, caps)
    for file in inspection.file.walk():
        assert len(inspection.contents[file.path]) == file.size
    return inspection.file


def codes(file: Inspected) -> list[Code]:
    """What was seen of this file alone."""
    return [seen.code for seen in file.observations]


def paths(file: Inspected) -> list[str]:
    """All that was found, as one line each."""
    return ["/".join(each.path[1:]) for each in file.walk()]


MAIL = (
    b"Subject: x\r\nContent-Type: multipart/mixed; boundary=b\r\n\r\n--b\r\n\r\nhi\r\n--b\r\n"
    b"Content-Type: application/pdf; name=a.pdf\r\n\r\n" + files.pdf() + b"\r\n--b--\r\n"
)
CONTAINERS = {
    "a zip": (
        files.zipped({"a.pdf": files.pdf(), "b.txt": b"hello"}),
        "d.zip",
        ["d.zip", "d.zip/a.pdf", "d.zip/b.txt"],
    ),
    "folders are flattened and names kept apart": (
        files.zipped({"x/a.txt": b"1", "y/a.txt": b"2", "z/": b""}),
        "d.zip",
        ["d.zip", "d.zip/a.txt", "d.zip/a (2).txt"],
    ),
    "names that climb out": (
        files.zipped({"../../etc/passwd": b"1", "C:\\Windows\\x.txt": b"2", "/abs.txt": b"3", "..": b"4"}),
        "d.zip",
        ["d.zip", "d.zip/passwd", "d.zip/x.txt", "d.zip/abs.txt", "d.zip/phan-4.bin"],
    ),
    "a zip in a zip": (
        files.zipped({"e.zip": files.zipped({"a.pdf": files.pdf()})}),
        "d.zip",
        ["d.zip", "d.zip/e.zip", "d.zip/e.zip/a.pdf"],
    ),
    "a mail": (MAIL, "m.eml", ["m.eml", "m.eml/a.pdf"]),
    "a mail in a zip": (files.zipped({"m.eml": MAIL}), "d.zip", ["d.zip", "d.zip/m.eml", "d.zip/m.eml/a.pdf"]),
    "a tar": (files.tarred({"x/a.txt": b"hello"}), "d.tar", ["d.tar", "d.tar/a.txt"]),
    "a compressed tar": (
        gzip.compress(files.tarred({"a.txt": b"1"})),
        "d.tgz",
        ["d.tgz", "d.tgz/d.tar", "d.tgz/d.tar/a.txt"],
    ),
    "a compressed file": (gzip.compress(files.pdf()), "a.pdf.gz", ["a.pdf.gz", "a.pdf.gz/a.pdf"]),
    "a document is no container": (files.docx(), "a.docx", ["a.docx"]),
}


@pytest.mark.parametrize(("content", "name", "expected"), CONTAINERS.values(), ids=CONTAINERS.keys())
def test_what_is_found_in(content: bytes, name: str, expected: list[str]) -> None:
    """In order, parents first."""
    assert paths(inspected(content, name)) == expected


def embedding(stream: bytes, more: bytes = b"") -> bytes:
    """A PDF with one embedded file."""
    names = "/Names<</EmbeddedFiles<</Names[(x) 4 0 R]>>>>"
    content = files.pdf(names, "<</Type/Filespec/F(x.pdf)/UF(x.pdf)/EF<</F 5 0 R>>>>")
    carried = b"5 0 obj\n<</Length %d%s>>\nstream\n%s\nendstream\nendobj\nxref" % (len(stream), more, stream)
    return content.replace(b"xref", carried, 1)


def test_an_embedded_file_that_grows_is_not_unpacked() -> None:
    """It is named as unopened."""
    content = embedding(zlib.compress(b"\0" * 5_000_000), b"/Filter/FlateDecode")
    file = inspected(content, "a.pdf", ReadingCaps(unpacked_total=1_000_000))
    assert Code.ARCHIVE_UNOPENED in codes(file)
    assert not file.attachments


def test_a_directory_of_millions_of_members_is_not_read() -> None:
    """The size of a zip's directory is looked at before it is."""
    members = (b"PK\x01\x02" + b"\0" * 42) * 200_000
    end = struct.pack("<4s4H2LH", b"PK\x05\x06", 0, 0, 0, 0, len(members), 4, 0)
    file = inspected(b"PK\x03\x04" + members + end, "a.zip")
    assert Code.FORMAT_DAMAGED in codes(file)


def test_a_file_embedded_in_a_pdf_is_judged_too() -> None:
    """A program may hide in a document."""
    file = inspected(embedding(files.LNK), "a.pdf")
    assert "embedded-files" in file.format.properties
    assert [codes(inner)[0] for inner in file.attachments] == [Code.FORMAT_EXECUTABLE]


def test_a_nested_archive_is_called_nested() -> None:
    """The outer one."""
    file = inspected(files.zipped({"e.zip": files.zipped({"a.txt": b"a"})}), "d.zip")
    assert file.format.properties == ("archive", "nested")
    assert file.attachments[0].format.properties == ("archive",)


UNOPENED = {
    "rar": (files.RAR, "a.rar"),
    "7-Zip": (files.SEVEN, "a.7z"),
    "a signed envelope that is cut": (files.CMS, "a.p7m"),
    "BinHex": (b"(This file must be converted with BinHex 4.0)\r\n:#dGPDf9X!!!!!", "a.hqx"),
}


@pytest.mark.parametrize(("content", "name"), UNOPENED.values(), ids=UNOPENED.keys())
def test_what_is_not_opened_is_never_passed_on_in_silence(content: bytes, name: str) -> None:
    """`archive.unopened`."""
    assert Code.ARCHIVE_UNOPENED in codes(inspected(content, name))


def test_a_member_without_a_name_is_given_one() -> None:
    """zipfile's own look at such a name is an IndexError."""
    assert paths(inspected(files.zipped({"": files.pdf(), "b.txt": b"x"}), "a.zip"))[1:] == [
        "a.zip/phan-1.bin",
        "a.zip/b.txt",
    ]
    assert inspected(files.docx(**{"": b"x"}), "a.docx").format.extension == "docx"


def test_an_encrypted_member_is_said_and_not_opened() -> None:
    """`format.encrypted`."""
    file = inspected(files.encrypted_zip(), "a.zip")
    assert Code.FORMAT_ENCRYPTED in codes(file)
    assert not file.attachments


LIMITS = {
    "too many members": (
        files.zipped({f"{n}.txt": b"x" for n in range(30)}),
        ReadingCaps(members=10),
        Code.ARCHIVE_LIMIT,
    ),
    "too large in all": (
        files.zipped({f"{n}.txt": bytes([n]) * 1000 for n in range(30)}),
        ReadingCaps(unpacked_total=40_000),
        None,
    ),
    "larger in all than may be": (
        files.zipped({"a.zip": files.zipped({f"{n}.txt": b"%d" % n * 500 for n in range(30)})}),
        ReadingCaps(unpacked_total=16_500),
        Code.ARCHIVE_LIMIT,
    ),
}


@pytest.mark.parametrize(("content", "caps", "code"), LIMITS.values(), ids=LIMITS.keys())
def test_one_budget_for_all_depths(content: bytes, caps: ReadingCaps, code: Code | None) -> None:
    """Reached: said, and no more is opened."""
    seen = {each for file in inspected(content, "d.zip", caps).walk() for each in codes(file)}
    assert seen & {Code.ARCHIVE_LIMIT} == ({code} if code else set())


def test_containers_are_opened_only_so_deep() -> None:
    """The one beyond says so."""
    content = files.TEXT
    for _ in range(9):
        content = files.zipped({"x.zip": content})
    found = inspected(content, "x.zip").walk()
    assert len(found) == CAPS.archive_depth + 1
    assert codes(found[-1]) == [Code.ARCHIVE_LIMIT]


def test_a_gzip_that_grows_is_a_bomb() -> None:
    """And is not unpacked."""
    file = inspected(gzip.compress(b"\0" * 60_000_000), "a.gz")
    assert Code.FORMAT_BOMB in codes(file)
    assert "bomb" in file.format.properties
    assert not file.attachments


def test_members_that_lie_on_top_of_one_another_are_a_bomb() -> None:
    """zbsm's trick: one kernel of data, many names."""
    raw = bytearray(files.zipped({"a.txt": b"x" * 100, "b.txt": b"x" * 100}))
    first = raw.index(b"PK\x01\x02")
    second = raw.index(b"PK\x01\x02", first + 4)
    raw[second + 42 : second + 46] = b"\0\0\0\0"
    assert "bomb" in inspected(bytes(raw), "d.zip").format.properties


def test_one_damaged_member_harms_no_other() -> None:
    """It is named; its siblings are read."""
    raw = bytearray(files.zipped({"a.txt": b"first" * 50, "b.txt": b"second" * 50}))
    raw[40] ^= 0xFF
    file = inspected(bytes(raw), "d.zip")
    assert [each.path[-1] for each in file.attachments] == ["b.txt"]
    assert [seen.about[-1] for seen in file.observations if seen.code is Code.FORMAT_DAMAGED] == ["a.txt"]


def test_a_mail_that_carries_itself_too_deep_ends() -> None:
    """message/rfc822 300 deep."""
    file = inspected(b"From: a@b.vn\r\nTo: c@d.vn\r\nContent-Type: message/rfc822\r\n\r\n" * 300 + b"hi", "m.eml")
    assert len(file.walk()) <= CAPS.archive_depth + 1


KINDS = (files.pdf(), files.docx(), files.ole({"Workbook": b""}), files.RTF, MAIL, files.tarred({"a": b"b"}))


@settings(max_examples=120, deadline=None)
@given(
    st.sampled_from(KINDS),
    st.lists(st.tuples(st.integers(0, 5000), st.binary(max_size=4)), max_size=6),
    st.integers(0, 5000),
)
def test_mutated_files_are_judged_without_an_exception(
    content: bytes, changes: list[tuple[int, bytes]], cut: int
) -> None:
    """Whatever was overwritten or cut off."""
    raw = bytearray(content)
    for position, replacement in changes:
        at = position % len(raw)
        raw[at : at + len(replacement)] = replacement
    inspected(bytes(raw[: len(raw) - cut % len(raw)]) if cut % 3 == 0 else bytes(raw), "x")


@settings(max_examples=60, deadline=None)
@given(st.binary(max_size=300), st.sampled_from(["a.pdf", "a.zip", "a.docx", "a.eml", "a"]))
def test_any_bytes_are_judged_without_an_exception(content: bytes, name: str) -> None:
    """Also behind every magic that opens a parser."""
    for magic in (b"", b"%PDF-1.7 obj", b"PK\x03\x04", bytes.fromhex("d0cf11e0a1b11ae1"), b"\x1f\x8b\x08", b"{\\rtf1"):
        inspected(magic + content, name)
