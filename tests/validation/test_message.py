"""What a reader of mail must get right where senders get it wrong, case by case."""

import base64

import pytest

from validation.codes import Code
from validation.message import read
from validation.settings import ReadingCaps


def mail(headers: str, body: bytes = b"") -> bytes:
    """A mail with CRLF ends, whose header lines are `headers`."""
    return headers.strip().replace("\n", "\r\n").encode("utf-8") + b"\r\n\r\n" + body


def multipart(*parts: tuple[str, bytes]) -> bytes:
    """A multipart/mixed mail of (header lines, body)."""
    body = b"".join(b"--=_b\r\n" + mail(headers, content) + b"\r\n" for headers, content in parts)
    return mail('Subject: x\nContent-Type: multipart/mixed; boundary="=_b"', body + b"--=_b--\r\n")


FILE_NAMES = {
    "a plain name": ('filename="a.pdf"', "a.pdf"),
    "a name without quotes and with blanks": ("filename=Cong van so 35.pdf", "Cong van so 35.pdf"),
    "a quote that is never closed": ('filename="a.pdf', "a.pdf"),
    "RFC 2231 with a charset": ("filename*=UTF-8''C%C3%B4ng%20v%C4%83n.pdf", "Công văn.pdf"),
    "RFC 2231 in pieces out of order": ("filename*1*=%83n.pdf; filename*0*=UTF-8''C%C3%B4ng%20v%C4", "Công văn.pdf"),
    "RFC 2231 wins over the plain name beside it": (
        "filename=\"C?ng v?n.pdf\"; filename*=utf-8''C%C3%B4ng.pdf",
        "Công.pdf",
    ),
    "RFC 2231 with an unknown charset": ("filename*=x-foo''C%C3%B4ng.pdf", "Công.pdf"),
    "RFC 2231 with a broken percent sign": ("filename*=utf-8''a%ZZb.pdf", "a%ZZb.pdf"),
    "RFC 2047 words inside quotes": ('filename="=?utf-8?B?Q8O0bmcgdsSDbi5wZGY=?="', "Công văn.pdf"),
    "RFC 2047 in pieces of RFC 2231": ('filename*0="=?utf-8?B?Q8O0bmcg"; filename*1="dsSDbi5wZGY=?="', "Công văn.pdf"),
    "decomposed Unicode": ("filename*=utf-8''Co%CC%82ng.pdf", "Công.pdf"),
    "a Windows path": (r'filename="C:\Users\a\b.pdf"', "b.pdf"),
    "a path upwards": ('filename="../../etc/passwd"', "passwd"),
    "a document's number with a slash": ('filename="35/QĐ-UBND.pdf"', "35-QĐ-UBND.pdf"),
    "a null character and a line end": ('filename="a\x00b.pdf"', "ab.pdf"),
    "dots and blanks at the end": ('filename="a.exe. . "', "a.exe"),
    "nothing but dots": ('filename=".."', "phan-1.pdf"),
    "none at all": ("x=y", "phan-1.pdf"),
}


@pytest.mark.parametrize(("parameter", "expected"), FILE_NAMES.values(), ids=FILE_NAMES.keys())
def test_the_name_of_an_attachment(parameter: str, expected: str) -> None:
    """Whatever the sender's program wrote, one safe NFC segment comes out."""
    raw = multipart((f"Content-Type: application/pdf\nContent-Disposition: attachment; {parameter}", b"%PDF-"))
    (attachment,) = read(raw).attachments
    assert attachment.path == ("mail.eml", expected)


def test_two_files_of_one_name_have_two_paths() -> None:
    """Even if they differ only in the case of letters."""
    part = "Content-Type: application/pdf; name="
    raw = multipart((part + "a.pdf", b"1"), (part + "A.PDF", b"2"), (part + "a.pdf", b"3"))
    assert [attachment.name for attachment in read(raw).attachments] == ["a.pdf", "A (2).PDF", "a (3).pdf"]


SUBJECTS = {
    "plain": (b"Bao cao", "Bao cao"),
    "raw UTF-8": ("Báo cáo".encode(), "Báo cáo"),
    "raw windows-1252": (b"caf\xe9", "café"),
    "one word": (b"=?UTF-8?Q?B=C3=A1o_c=C3=A1o?=", "Báo cáo"),
    "a character cut in two between words": (b"=?utf-8?B?QsM=?= =?utf-8?B?oW8=?=", "Báo"),
    "blanks between words vanish, others stay": (b"a =?utf-8?q?b?= =?utf-8?q?c?= d", "a bc d"),
    "decomposed becomes NFC": (b"=?utf-8?q?Ho=CC=82?=", "Hô"),
    "VISCII": (b"=?VISCII?Q?Kh=E4i?=", "Khải"),
    "windows-1258": (b"=?windows-1258?Q?Tr=E2=CCn?=", "Trần"),
    "a charset that nobody knows": (b"=?x-what?Q?B=C3=A1o?=", "Báo"),
    "a language tag": (b"=?utf-8*vi?Q?B=C3=A1o?=", "Báo"),
    "base64 without its padding": (b"=?utf-8?B?QsOhbw?=", "Báo"),
    "a line end inside a word": (b"=?utf-8?Q?a=0D=0ABcc:_x?=", "a Bcc: x"),
    "folded": (b"one\r\n two\r\n\tthree", "one two three"),
}


@pytest.mark.parametrize(("raw", "expected"), SUBJECTS.values(), ids=SUBJECTS.keys())
def test_a_subject(raw: bytes, expected: str) -> None:
    """Decoded, NFC, on one line."""
    assert read(b"Subject: " + raw + b"\r\n\r\n").subject == expected


ADDRESSES = {
    "a name and an address": ("A B <a@b.vn>", [("A B", "a@b.vn")]),
    "a comma in a quoted name": ('"A, B" <a@b.vn>', [("A, B", "a@b.vn")]),
    "a comment as name": ("a@b.vn (A B)", [("A B", "a@b.vn")]),
    "nested comments": ("a@b.vn (A (B) C)", [("A B C", "a@b.vn")]),
    "a group": ("g: a@b.vn, c@d.vn;", [("", "a@b.vn"), ("", "c@d.vn")]),
    "an empty group with words behind it": ("unlisted-recipients:; (no To-header on input)", []),
    "an encoded name": ("=?utf-8?q?V=C4=83n_th=C6=B0?= <a@b.vn>", [("Văn thư", "a@b.vn")]),
    "a source route": ("<@x.vn,@y.vn:a@b.vn>", [("", "a@b.vn")]),
    "a quoted local part": ('<"a b"@c.vn>', [("", '"a b"@c.vn')]),
    "an address in capitals and Unicode": ("<văn@thư.vn>", [("", "văn@thư.vn")]),
    "nothing": ("", []),
}


@pytest.mark.parametrize(("raw", "expected"), ADDRESSES.values(), ids=ADDRESSES.keys())
def test_an_address_list(raw: str, expected: list[tuple[str, str]]) -> None:
    """As RFC 5322 has it, and as mail really looks."""
    found = read(mail(f"To: {raw}")).mailboxes("To")
    assert [(mailbox.name, mailbox.address) for mailbox in found] == expected


DAMAGED = {
    "a boundary that never comes": (mail("Content-Type: multipart/mixed; boundary=x", b"hello"), "boundary-not-found"),
    "no last delimiter": (
        mail("Content-Type: multipart/mixed; boundary=x", b"--x\r\n\r\nhi"),
        "close-delimiter-missing",
    ),
    "a charset that nobody knows": (mail("Content-Type: text/plain; charset=x-what", b"\xff"), "charset-unknown"),
    "a charset that the text is not in": (
        mail("Content-Type: text/plain; charset=utf-8", b"\xff\xfe\xfd"),
        "charset-wrong",
    ),
    "broken base64": (
        mail("Content-Type: application/pdf\nContent-Transfer-Encoding: base64", b"QUJDR"),
        "base64-damaged",
    ),
    "an unknown transfer encoding": (
        mail("Content-Type: application/pdf\nContent-Transfer-Encoding: x-yenc", b"a"),
        "encoding-unknown",
    ),
    "no blank line before the body": (b"Subject: x\r\nhello there\r\n", "header-body-separator-missing"),
    "a senseless content type": (mail("Content-Type: ;;;", b"a"), ""),
    "a content type with a blank in it": (mail("Content-Type: app lication", b"a"), "content-type-invalid"),
}


@pytest.mark.parametrize(("raw", "defect"), DAMAGED.values(), ids=DAMAGED.keys())
def test_each_repair_is_named(raw: bytes, defect: str) -> None:
    """`mail.damaged` says what was wrong."""
    seen = [dict(one.evidence)["defect"] for one in read(raw).observations if one.code is Code.MAIL_DAMAGED]
    assert seen == ([defect] if defect else [])


LIMITS = {
    "parts": (multipart(*[("X: y", b"")] * 20), ReadingCaps(parts=5), "parts"),
    "depth": (
        b"".join(b"Content-Type: multipart/mixed; boundary=b%d\r\n\r\n--b%d\r\n" % (n, n) for n in range(20)),
        ReadingCaps(depth=5),
        "depth",
    ),
    "header octets": (mail("Subject: x\n" + "X-Y: z\n" * 200, b"body"), ReadingCaps(header_bytes=500), "header_bytes"),
    "header fields": (mail("Subject: x\n" + "X-Y: z\n" * 200, b"body"), ReadingCaps(headers=50), "headers"),
    "parameters": (mail("Content-Type: text/plain" + "; a=b" * 50), ReadingCaps(parameters=10), "parameters"),
    "text": (mail("Subject: x", b"a" * 5000), ReadingCaps(text_bytes=1000), "text_bytes"),
}


@pytest.mark.parametrize(("raw", "caps", "limit"), LIMITS.values(), ids=LIMITS.keys())
def test_each_cap_is_kept_and_named(raw: bytes, caps: ReadingCaps, limit: str) -> None:
    """What lies beyond a cap is not read, and the mail says so."""
    message = read(raw, caps=caps)
    assert limit in [one.evidence["limit"] for one in message.observations if one.code is Code.MAIL_LIMIT]
    assert len(message.parts) <= caps.parts
    assert len(message.text) <= caps.text_bytes


def test_a_body_behind_a_capped_header_is_still_found() -> None:
    """A flood of fields hides no attachment-less body."""
    message = read(mail("Subject: x\n" + "X-Y: z\n" * 1000, b"body"), caps=ReadingCaps(header_bytes=500))
    assert (message.subject, message.text) == ("x", "body")


@pytest.mark.parametrize("kind", ["partial; id=a; number=1; total=2", "external-body; access-type=URL"])
def test_content_that_is_elsewhere_is_refused_by_name(kind: str) -> None:
    """RFC 2046 sections 5.2.2 and 5.2.3."""
    seen = read(mail(f"Content-Type: message/{kind}", b"X: y\r\n\r\n")).observations
    assert [one.code for one in seen] == [Code.MAIL_REFERENCE]


def test_the_span_of_a_part_is_its_exact_octets() -> None:
    """An S/MIME signature covers them."""
    inner = b"Content-Type: text/plain\r\n\r\nsigned words"
    raw = mail(
        "Content-Type: multipart/signed; boundary=s",
        b"--s\r\n" + inner + b"\r\n--s\r\nContent-Type: a/b\r\n\r\n\r\n--s--",
    )
    message = read(raw)
    start, end = message.parts[0].span
    assert raw[start:end] == inner
    assert message.multiparts[0].content_type == "multipart/signed"


def test_a_fold_without_its_blank_loses_no_attachment() -> None:
    """The fields behind the broken line count."""
    content = base64.b64encode(b"%PDF-")
    raw = b"Subject: long\r\nsubject goes on\r\nContent-Type: application/pdf; name=a.pdf\r\n"
    raw += b"Content-Transfer-Encoding: base64\r\n\r\n" + content
    assert [file.content for file in read(raw).attachments] == [b"%PDF-"]


def test_the_text_of_html_has_no_scripts() -> None:
    """Nor styles, tags and comments."""
    raw = mail(
        "Content-Type: text/html; charset=utf-8",
        "<style>a</style><p>Kính gửi&nbsp;<b>ông</b></p><!-- x --><script>y</script>Hết".encode(),
    )
    assert read(raw).text == "Kính gửi\xa0ông\nHết"
