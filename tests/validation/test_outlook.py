"""winmail.dat and .msg: every file in them comes out with its long name and its exact octets."""

import contextlib
import io
from datetime import UTC, datetime

import olefile
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.validation import files, outlook_files
from validation.codes import Code
from validation.compound import Storage, compound
from validation.damaged import Damaged
from validation.evidence import Evidence
from validation.inspect import inspect
from validation.inspected import Attachment, Inspected
from validation.message import read
from validation.outlook_msg import read_msg
from validation.rtf import decompress, rtf_text
from validation.settings import ReadingCaps
from validation.tnef import read_tnef

NAME = "Quyết định số 35 về dự toán ngân sách năm 2026.pdf"
PDF = files.pdf()
EVIDENCE = Evidence(datetime(2026, 11, 22, tzinfo=UTC))
MANY = 1_000_000

WINMAIL = outlook_files.tnef(
    {0x0037: "Gửi Quyết định", 0x1009: outlook_files.HELLO_RTF, 0x8005: "x"}, [(b"QUYETD~1.PDF", PDF, {0x3707: NAME})]
)
INNER = outlook_files.mail_folder({0x0037: "Thư bên trong"}, [outlook_files.file_folder(NAME, PDF)], 24)
OUTER = outlook_files.msg(
    {0x0037: "Chuyển tiếp", 0x0C1A: "Văn thư", 0x5D01: "vanthu@so.example.vn", 0x1000: "Kính gửi Sở"},
    [outlook_files.embedded_folder(INNER), outlook_files.file_folder("phụ lục.txt", files.TEXT)],
)


def inspected(content: bytes, name: str, caps: ReadingCaps | None = None) -> Inspected:
    """One file in a mail, judged."""
    return inspect(Attachment(("mail.eml", name), "", content), EVIDENCE, caps or ReadingCaps()).file


def paths(file: Inspected) -> list[tuple[str, ...]]:
    """The paths of all that is in it."""
    return [each.path[2:] for each in file.walk()[1:]]


NAMES = {
    "the long name in Unicode": ({0x3707: NAME}, 1252, NAME),
    "the long name in the code page": ({0x3707: (0x1E, b"s\xf4\xec 35.pdf")}, 1258, "số 35.pdf"),
    "the display name where there is no other": ({0x3001: "biên bản.doc"}, 1252, "biên bản.doc"),
    "the short title of old Outlook": ({}, 1252, "QUYETD~1.PDF"),
    "the long one before the short one": ({0x3704: "QUYETD~2.PDF", 0x3707: NAME}, 1252, NAME),
}


@pytest.mark.parametrize(("values", "code_page", "expected"), NAMES.values(), ids=NAMES.keys())
def test_the_name_of_a_file_in_winmail_dat(
    values: dict[int, outlook_files.Value], code_page: int, expected: str
) -> None:
    raw = outlook_files.tnef({}, [(b"QUYETD~1.PDF", PDF, values)], code_page)
    assert [(file.name, file.content) for file in read_tnef(raw, 10, MANY).files] == [(expected, PDF)]


def test_a_winmail_dat_has_a_subject_words_and_files() -> None:
    mail = read_tnef(WINMAIL, 10, MANY)
    assert (mail.subject, mail.text, mail.causes) == ("Gửi Quyết định", "hello world", ())
    assert paths(inspected(WINMAIL, "winmail.dat")) == [(NAME,)]


def test_the_words_of_a_mail_that_is_nothing_but_winmail_dat_are_read() -> None:
    head = b"Subject: x\r\nContent-Type: application/ms-tnef\r\nContent-Transfer-Encoding: binary\r\n\r\n"
    assert read(head + WINMAIL).text == "hello world"


def test_a_mail_and_an_object_within_winmail_dat_are_opened_in_turn() -> None:
    mail: dict[int, outlook_files.Value] = {0x3001: "Thư", 0x3701: (0x0D, outlook_files.IID_MESSAGE + WINMAIL)}
    document = files.ole({"WordDocument": b"\xec\xa5" + bytes(30)})
    embedded: dict[int, outlook_files.Value] = {0x3707: "a.doc", 0x3701: (0x0D, outlook_files.IID_STORAGE + document)}
    file = inspected(outlook_files.tnef({}, [(b"", b"", mail), (b"", b"", embedded)]), "winmail.dat")
    assert paths(file) == [("Thư",), ("Thư", NAME), ("a.doc",)]
    assert file.attachments[1].format.media_type == "application/msword"


@pytest.mark.parametrize("keep", range(0, len(WINMAIL), 61))
def test_a_cut_winmail_dat_keeps_what_came_before_and_says_so(keep: int) -> None:
    mail = read_tnef(WINMAIL[:keep], 10, MANY)
    assert mail.causes or keep == 0 or mail.files == () or keep > len(WINMAIL) - 61


def test_a_msg_has_a_subject_a_sender_words_and_files() -> None:
    mail = read_msg(OUTER, 10, MANY, MANY)
    assert (mail.subject, mail.sender) == ("Chuyển tiếp", "Văn thư <vanthu@so.example.vn>")
    assert (mail.text, mail.causes, mail.limited) == ("Kính gửi Sở", (), False)
    assert [file.name for file in mail.files] == ["Thư bên trong.msg", "phụ lục.txt"]


def test_a_msg_in_a_msg_is_a_msg_of_its_own() -> None:
    file = inspected(OUTER, "thu.msg")
    assert paths(file) == [("Thư bên trong.msg",), ("Thư bên trong.msg", NAME), ("phụ lục.txt",)]
    assert file.attachments[0].format.media_type == "application/vnd.ms-outlook"
    assert file.attachments[0].format.agrees


def test_a_link_to_a_file_elsewhere_is_told() -> None:
    raw = outlook_files.msg({}, [outlook_files.folder({0x370D: "\\\\server\\a.pdf", 0x3705: 2}, 8)])
    assert Code.FORMAT_DAMAGED in {seen.code for seen in inspected(raw, "a.msg").observations}


CAPS = {
    "files in winmail.dat": (outlook_files.tnef({}, [(b"a.txt", b"x", {})] * 5), ReadingCaps(members=3), 3, "members"),
    "octets in winmail.dat": (
        outlook_files.tnef({}, [(b"a.txt", bytes(1000), {})] * 5),
        ReadingCaps(unpacked_total=3_500),
        3,
        "unpacked_total",
    ),
    "files in a .msg": (
        outlook_files.msg({}, [outlook_files.file_folder("a.txt", b"x")] * 5),
        ReadingCaps(members=3),
        3,
        "members",
    ),
    "octets in a .msg": (
        outlook_files.msg({}, [outlook_files.file_folder("a.txt", bytes(5000))] * 5),
        ReadingCaps(unpacked_total=17_000),
        3,
        "unpacked_total",
    ),
}


@pytest.mark.parametrize(("raw", "caps", "count", "limit"), CAPS.values(), ids=CAPS.keys())
def test_each_cap_is_kept_and_told_with_its_value(raw: bytes, caps: ReadingCaps, count: int, limit: str) -> None:
    file = inspected(raw, "winmail.dat", caps)
    assert len(file.attachments) == count
    told = [seen.evidence for seen in file.observations if seen.code is Code.ARCHIVE_LIMIT]
    assert told == [{"limit": limit, "value": str(getattr(caps, limit))}]


def test_a_property_list_that_lies_about_its_counts_ends() -> None:
    lying = b"\xff\xff\xff\xff" + bytes.fromhex("02100037") + b"\xff\xff\xff\xff" + bytes(64)
    raw = outlook_files.tnef({}, []) + outlook_files.attribute(1, 0x00069003, lying)
    assert read_tnef(raw, 10, MANY).causes == ("tnef: properties cut",)


TREES: dict[str, Storage] = {
    "nothing": {},
    "an empty stream": {"a": b""},
    "small streams": {f"s{number}": bytes([number]) * number for number in range(200)},
    "a large one": {"large": bytes(range(256)) * 400},
    "folders": {"f": {"g": {"h": b"x" * 5000}, "i": b"y"}, "j": b"z" * 4096},
    "more than one table sector lists": {"huge": bytes(8_000_000)},
}


@pytest.mark.parametrize("tree", TREES.values(), ids=TREES.keys())
def test_a_compound_file_is_read_back_without_a_defect(tree: Storage) -> None:
    """By olefile, which complains here of everything that it can."""

    def streams(storage: Storage, at: tuple[str, ...] = ()) -> dict[tuple[str, ...], bytes]:
        found: dict[tuple[str, ...], bytes] = {}
        for name, content in storage.items():
            found |= {(*at, name): content} if isinstance(content, bytes) else streams(content, (*at, name))
        return found

    with olefile.OleFileIO(io.BytesIO(compound(tree)), raise_defects=olefile.DEFECT_UNSURE) as ole:
        assert {tuple(path): ole.openstream(path).read() for path in ole.listdir()} == streams(tree)


RTF = {
    "an escape of the code page": (rb"{\rtf1\ansi\ansicpg1258 s\'f4\'ec}", "số"),
    "a Unicode escape with its fallback": (rb"{\rtf1\uc1 B\u7897?i}", "Bội"),
    "fonts are not shown": (rb"{\rtf1{\fonttbl{\f0 Arial;}}x\par y}", "x\ny"),
    "wrapped HTML shows its words": (
        rb"{\rtf1\fromhtml1{\*\htmltag64 <p>}\htmlrtf {\htmlrtf0 x\htmlrtf }\htmlrtf0}",
        "x",
    ),
    "a brace that was never opened": (rb"}}x", "x"),
}


@pytest.mark.parametrize(("raw", "expected"), RTF.values(), ids=RTF.keys())
def test_the_words_of_rich_text(raw: bytes, expected: str) -> None:
    assert rtf_text(raw) == expected


def test_rich_text_that_unpacks_for_ever_is_cut() -> None:
    """A reference costs two octets and gives seventeen."""
    raw = len(HELLO).to_bytes(4, "little") + HELLO[4:]
    assert len(decompress(raw, 1000)) <= 1000 + 8 * 17


HELLO = outlook_files.HELLO_RTF[:16] + (b"\xff" + b"\x00\x0f" * 8) * 5_000


@given(st.binary(max_size=300), st.integers(0, len(WINMAIL)), st.integers(0, len(OUTER)))
def test_any_octets_within_are_read_or_damaged(junk: bytes, at: int, deep: int) -> None:
    """Never another exception."""
    read_tnef(WINMAIL[:at] + junk + WINMAIL[at + len(junk) :], 10, MANY)
    decompress(outlook_files.HELLO_RTF[:16] + junk, MANY)
    rtf_text(junk)
    mangled = OUTER[:deep] + junk + OUTER[deep + len(junk) :]
    with contextlib.suppress(Damaged):
        read_msg(mangled, 10, MANY, MANY)
