"""Old Vietnamese code pages through the reader: subjects, bodies, names, members of archives; and what is told."""

import base64
import io
import tarfile
import zipfile
from datetime import UTC, datetime
from urllib.parse import quote_from_bytes

import pytest

from tests.validation.legacy import PAGES, written
from validation.codes import Code
from validation.evidence import Evidence
from validation.inspect import inspect
from validation.inspected import Attachment, Inspection
from validation.message import Message, read
from validation.mime_charset import reading

SUBJECT = "Đề nghị thẩm định hồ sơ đất đai"
NAME = "Quyết định phê duyệt.pdf"
BODY = "Kính gửi quý cơ quan,\nsở chúng tôi gửi kèm quyết định.\nTrân trọng cảm ơn."
LABELS = {
    "viscii": ("VISCII", "csVISCII", "x-viet-viscii"),
    "tcvn5712-1": ("TCVN", "tcvn-5712", "TCVN5712-1", "x-viet-tcvn5712"),
    "tcvn3": ("tcvn3", "x-tcvn3"),
    "vni": ("x-viet-vni", "x-vni", "VNI"),
    "windows-1258": ("windows-1258", "cp1258"),
}
DECLARED = [(page, label) for page, labels in LABELS.items() for label in labels]
MISLABELS = ("us-ascii", "iso-8859-1", "windows-1252", "unknown-8bit", "utf-8", "")
MISLABELLED = [(page, label) for page in PAGES for label in MISLABELS]


def mail(page: str, label: str) -> Message:
    """A mail whose subject, text and file name are in `page` and say `label`."""
    charset = f"; charset={label}" if label else ""
    subject = written(SUBJECT, page)
    word = b"=?%b?B?%b?=" % (label.encode(), base64.b64encode(subject)) if label else subject
    name = f"filename*={label}''{quote_from_bytes(written(NAME, page))}".encode()
    if not label:
        name = b'filename="' + written(NAME, page) + b'"'
    return read(
        b"Subject: %b\r\nContent-Type: multipart/mixed; boundary=x\r\n\r\n--x\r\n" % word
        + f"Content-Type: text/plain{charset}\r\nContent-Transfer-Encoding: base64\r\n\r\n".encode()
        + base64.b64encode(written(BODY, page))
        + b"\r\n--x\r\nContent-Type: application/pdf\r\nContent-Disposition: attachment; %b\r\n\r\n%%PDF-" % name
        + b"\r\n--x--\r\n"
    )


def told(message: Message) -> set[tuple[str, str]]:
    """What was guessed, and where."""
    seen = [one for one in message.observations if one.code is Code.TEXT_CHARSET_GUESSED]
    return {(place, one.evidence["charset"]) for one in seen for place in one.evidence["where"].split(", ")}


@pytest.mark.parametrize(("page", "label"), DECLARED, ids=[f"{page} as {label}" for page, label in DECLARED])
def test_a_declared_page_is_believed(page: str, label: str) -> None:
    """Nothing is guessed, so nothing is told."""
    message = mail(page, label)
    assert message.subject.casefold() == SUBJECT.casefold()
    assert message.text.casefold() == BODY.casefold()
    assert message.attachments[0].name.casefold() == NAME.casefold()
    assert told(message) == set()


@pytest.mark.parametrize(
    ("page", "label"), MISLABELLED, ids=[f"{page} as {label or 'nothing'}" for page, label in MISLABELLED]
)
def test_a_page_that_nobody_declared_is_told(page: str, label: str) -> None:
    """Read as Unicode; the octets stay as they came, and the record says which page was used."""
    message = mail(page, label)
    assert message.subject.casefold() == SUBJECT.casefold()
    assert message.text.casefold() == BODY.casefold()
    assert message.attachments[0].name.casefold() == NAME.casefold()
    places = {place for place, _ in told(message)}
    assert places == {"subject", "text", "name"}
    assert {charset for _, charset in told(message)} <= ({page, "tcvn3"} if page.startswith("tcvn") else {page})
    assert {one.about for one in message.observations if one.code is Code.TEXT_CHARSET_GUESSED} == {
        ("mail.eml",),
        message.attachments[0].path,
    }
    if label:
        assert base64.b64encode(written(SUBJECT, page)) in (message.headers.raw("Subject") or b"")
    else:
        assert message.headers.raw("Subject") == written(SUBJECT, page)


RIGHT = {
    "French": ("Procès-verbal de la réunion à Orléans", "cp1252"),
    "German": ("Grüße aus München über Köln", "cp1252"),
    "Vietnamese": ("Thông báo kết quả", "utf-8"),
    "Japanese": ("これはテストです", "iso-2022-jp"),
    "Russian": ("Привет, как дела", "koi8-r"),
}


@pytest.mark.parametrize(("text", "charset"), RIGHT.values(), ids=RIGHT.keys())
def test_what_is_right_is_not_told(text: str, charset: str) -> None:
    """Under its own label."""
    raw = b"Content-Type: text/plain; charset=%b\r\n\r\n%b" % (charset.encode(), text.encode(charset))
    message = read(raw)
    assert message.text == text
    assert told(message) == set()


def test_windows_1258_declared_for_text_of_a_font() -> None:
    """Vietnamese Windows writes the label by itself, whatever font one types with."""
    found = reading(written(BODY, "tcvn3"), "windows-1258")
    assert (found.text, found.guessed) == (BODY, "tcvn3")


def test_viqr_where_it_is_declared_alone() -> None:
    """Undeclared it is ASCII like any other."""
    assert reading(b"Ki'nh gu+?i o^ng", "viqr").text == "Kính gửi ông"
    assert reading(b"Ki'nh gu+?i o^ng").text == "Ki'nh gu+?i o^ng"


def test_vps_where_it_is_declared_alone() -> None:
    """ASCII under this label, which some programs write by default, is ASCII."""
    assert reading(b"Vi\x8ct Nam", "X-VIET-VPS") == ("Việt Nam", "", None)
    assert reading(b"Bug in git rebase", "X-VIET-VPS") == ("Bug in git rebase", "", None)


def test_an_unknown_page_is_named_unknown() -> None:
    """The octets stay Western, and `mail.damaged` says so."""
    message = read(b"Content-Type: text/plain; charset=x-viet-mac\r\n\r\nC\xe5\xdf")
    assert [one.evidence["defect"] for one in message.observations] == ["charset-unknown"]


def archive(name: bytes) -> Inspection:
    """A zip with one member of that name, its flag for UTF-8 not set, looked into."""
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as made:
        made.writestr("x" * len(name), b"%PDF-1.4")
    content = buffer.getvalue().replace(b"x" * len(name), name)
    return inspect(Attachment(("a.zip",), "", content), Evidence(datetime(2026, 11, 22, tzinfo=UTC)))


TARS = {
    "UTF-8": (NAME.encode(), ""),
    "TCVN3": (written(NAME, "tcvn3"), "tcvn3"),
    "windows-1258": (written(NAME, "windows-1258"), "windows-1258"),
}


@pytest.mark.parametrize(("raw", "page"), TARS.values(), ids=TARS.keys())
def test_a_member_of_a_tar(raw: bytes, page: str) -> None:
    """Names in a tar are octets; whose, nobody says.  It is no PDF though it begins with one."""
    buffer = io.BytesIO()
    with tarfile.open(fileobj=buffer, mode="w", format=tarfile.GNU_FORMAT, encoding="latin-1") as made:
        info = tarfile.TarInfo("x/" + raw.decode("latin-1"))
        info.size = len(pdf := b"%PDF-1.4\n1 0 obj\nendobj\nxref\n")
        made.addfile(info, io.BytesIO(pdf))
    content = Attachment(("a.tar",), "", buffer.getvalue())
    found = inspect(content, Evidence(datetime(2026, 11, 22, tzinfo=UTC))).file
    assert found.format.media_type == "application/x-tar"
    assert [inner.path[-1] for inner in found.attachments] == [NAME]
    seen = [(one.about, one.evidence["charset"]) for one in found.observations if one.code is Code.TEXT_CHARSET_GUESSED]
    assert seen == ([(("a.tar", NAME), page)] if page else [])


MEMBERS = {
    "UTF-8 without its flag": (NAME.encode(), NAME, ""),
    "TCVN3": (written(NAME, "tcvn3"), NAME, "tcvn3"),
    "VNI": (written(NAME, "vni"), NAME, "vni"),
    "windows-1258": (written(NAME, "windows-1258"), NAME, "windows-1258"),
    "cp437, as the standard has it": ("déjà vu.pdf".encode("cp437"), "déjà vu.pdf", ""),
    "a folder and a backslash": (b"h\xe5 s\xac\\" + written(NAME, "tcvn3"), NAME, "tcvn3"),
}


@pytest.mark.parametrize(("raw", "name", "page"), MEMBERS.values(), ids=MEMBERS.keys())
def test_a_member_of_a_zip(raw: bytes, name: str, page: str) -> None:
    """By the name that its maker saw."""
    found = archive(raw).file
    assert [inner.path[-1] for inner in found.attachments] == [name]
    seen = [one for one in found.observations if one.code is Code.TEXT_CHARSET_GUESSED]
    assert [one.evidence["charset"] for one in seen] == ([page] if page else [])
    assert [one.about for one in seen] == ([("a.zip", name)] if page else [])
