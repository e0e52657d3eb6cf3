"""Where a mark is looked for: on the first and last page, stamped or printed, in Word, in mails inside, in archives."""

import io
import zipfile
from collections.abc import Sequence
from datetime import UTC, date, datetime
from email.message import EmailMessage
from email.policy import SMTP

import pikepdf
import pytest
from reportlab.pdfbase import pdfmetrics
from reportlab.pdfgen.canvas import Canvas

from bridge.demo import paper
from bridge.secrecy import of_mail
from validation.evidence import Evidence
from validation.inspect import inspect
from validation.message import read
from validation.secrecy import Suspicion

NONE, WEAK, STRONG = Suspicion.NONE, Suspicion.WEAK, Suspicion.STRONG
OLE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(504)
HEAD = "UBND TỈNH MẪU"
RIGHT = "CỘNG HÒA XÃ HỘI CHỦ NGHĨA VIỆT NAM"


def pdf(*pages: Sequence[str], spacing: float = 0.0) -> bytes:
    """One page for each; its lines in the left column, with the national name beside them on the right."""
    paper.draw(paper.Paper("", "x", "1/CV", "x", date(2026, 1, 1), "x"))  # registers the embedded fonts
    assert paper.BOLD in pdfmetrics.getRegisteredFontNames()
    out = io.BytesIO()
    canvas = Canvas(out, pagesize=(paper.WIDTH, paper.HEIGHT))
    for lines in pages:
        for number, line in enumerate(lines):
            canvas.setFont(paper.BOLD, 12)
            canvas.drawString(90, 780 - 20 * number, line, charSpace=spacing)
            canvas.drawString(330, 780 - 20 * number, RIGHT)
        canvas.showPage()
    canvas.save()
    return out.getvalue()


def stamped(content: bytes, mark: str) -> bytes:
    """`content` with `mark` as a stamp (an annotation) on its first page, not in the page's own text."""
    with pikepdf.open(io.BytesIO(content)) as file, pikepdf.open(io.BytesIO(pdf([mark]))) as other:
        form = file.copy_foreign(other.pages[0].as_form_xobject())
        form.BBox = pikepdf.Array([80, 770, 260, 800])
        stamp = pikepdf.Dictionary(
            Type=pikepdf.Name.Annot,
            Subtype=pikepdf.Name.Stamp,
            Rect=pikepdf.Array([80, 600, 260, 630]),
            AP=pikepdf.Dictionary(N=form),
            F=4,
        )
        file.pages[0].Annots = file.make_indirect(pikepdf.Array([file.make_indirect(stamp)]))
        out = io.BytesIO()
        file.save(out)
        return out.getvalue()


def docx(*paragraphs: str) -> bytes:
    """A Word file with these paragraphs."""
    space = "http://schemas.openxmlformats.org/wordprocessingml/2006/main"
    body = "".join(f"<w:p><w:r><w:t>{text}</w:t></w:r></w:p>" for text in paragraphs)
    return zipped(("word/document.xml", f'<w:document xmlns:w="{space}"><w:body>{body}</w:body></w:document>'.encode()))


def zipped(*members: tuple[str, bytes]) -> bytes:
    """An archive."""
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as archive:
        for name, content in members:
            archive.writestr(name, content)
    return out.getvalue()


def mail(*files: tuple[str, bytes], text: str = "Kính gửi quý cơ quan.", html: str = "") -> bytes:
    """A mail with these files."""
    message = EmailMessage(policy=SMTP)
    message["From"], message["Subject"] = "a@b.example", "Gửi công văn"
    message.set_content(text)
    if html:
        message.add_alternative(html, subtype="html")
    for name, content in files:
        message.add_attachment(content, maintype="application", subtype="octet-stream", filename=name)
    return message.as_bytes()


def found(raw: bytes) -> Suspicion:
    """What the pipeline would see in the mail."""
    message = read(raw)
    contents: dict[tuple[str, ...], bytes] = {}
    for attachment in message.attachments:
        contents.update(inspect(attachment, Evidence(datetime(2026, 11, 22, tzinfo=UTC))).contents)
    return of_mail(message, contents)


PLAIN, MARK = [HEAD, "Số: 12/UBND-VP"], "TỐI MẬT"
CASES = {
    "nothing": (mail(("a.pdf", pdf(PLAIN))), NONE),
    "on the first page beside the national name": (mail(("a.pdf", pdf([HEAD, MARK], PLAIN, PLAIN))), STRONG),
    "on the last page": (mail(("a.pdf", pdf(PLAIN, PLAIN, [HEAD, MARK]))), STRONG),
    "on a page between, which is not read": (mail(("a.pdf", pdf(PLAIN, [HEAD, MARK], PLAIN))), NONE),
    "letters set apart": (mail(("a.pdf", pdf([HEAD, MARK], spacing=6))), STRONG),
    "as a stamp": (mail(("a.pdf", stamped(pdf(PLAIN), "MẬT"))), STRONG),
    "inside a sentence": (mail(("a.pdf", pdf([HEAD, "V/v gửi công văn MẬT số 3"]))), WEAK),
    "an ordinary word": (mail(("a.pdf", pdf([HEAD, "QUY CHẾ BẢO MẬT", "ĐỔI MẬT KHẨU"]))), NONE),
    "in a Word file": (mail(("a.docx", docx(HEAD, MARK))), STRONG),
    "in an archive": (mail(("a.zip", zipped(("b.pdf", pdf([HEAD, MARK]))))), STRONG),
    "in the name of a file in an archive": (mail(("a.zip", zipped(("CV_MAT.pdf", pdf(PLAIN))))), WEAK),
    "in a mail inside": (mail(("thu.eml", mail(("a.pdf", pdf([HEAD, MARK]))))), STRONG),
    "in a sidecar": (mail(("a.xml", "<Doc><DoMat>Mật</DoMat></Doc>".encode())), STRONG),
    "in a text file": (mail(("a.txt", f"{HEAD}\r\n{MARK}\r\n".encode())), STRONG),
    "in the mail's words": (mail(text=f"Kính gửi\n{MARK}\n"), STRONG),
    "in the HTML beside harmless words": (mail(html=f"<p>Kính gửi</p><p><b>{MARK}</b></p>"), STRONG),
    "in rich text": (mail(("a.rtf", rb"{\rtf1\ansi UBND\par T\u7888?I M\u7852?T\par x}")), STRONG),
    "in an old Word file": (mail(("a.doc", OLE + f"{HEAD}\r{MARK}\rSố: 1".encode("utf-16-le"))), STRONG),
    "the same at an odd place": (mail(("a.doc", OLE + b"x" + f"{HEAD}\r{MARK}\r".encode("utf-16-le"))), STRONG),
    "in an old Word file in an old font": (mail(("a.doc", OLE + b"S\xe8: 1\rt\xe8i m\xcbt\rx")), STRONG),
    "in a sentence of an old Word file": (mail(("a.doc", OLE + "gửi công văn MẬT số 5".encode("utf-16-le"))), WEAK),
    "an ordinary word in an old Word file": (mail(("a.doc", OLE + "đổi mật khẩu\r".encode("utf-16-le"))), NONE),
    "a damaged PDF": (mail(("a.pdf", b"%PDF-1.7\nnothing")), NONE),
}  # fmt: skip


@pytest.mark.parametrize(("raw", "expected"), CASES.values(), ids=CASES)
def test_a_mark_is_seen(raw: bytes, expected: Suspicion) -> None:
    assert found(raw) is expected
