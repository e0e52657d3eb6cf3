"""Pages of strangers' files are drawn with the places of their signatures, and nothing is drawn of what is none."""

import io
from email.message import EmailMessage

import pikepdf
import pytest

from bridge.report.drawing import draw
from bridge.report.places import Picture, PictureRequest, Pictures, png
from tests.validation.files import zipped

NAME = "SoMau.ChuKy"


def paper(
    *, rotate: int = 0, crop: tuple[int, ...] = (), pages: int = 1, on: int = 0, size: tuple[int, int] = (400, 800)
) -> bytes:
    """A PDF whose page `on` holds a field at a quarter from the left and an eighth from the bottom."""
    with pikepdf.new() as pdf:
        for _ in range(pages):
            pdf.add_blank_page(page_size=size)
        parent = pdf.make_indirect(pikepdf.Dictionary(T="SoMau"))
        widget = pikepdf.Dictionary(
            Type=pikepdf.Name.Annot, Subtype=pikepdf.Name.Widget, FT=pikepdf.Name.Sig, T="ChuKy", Parent=parent,
            Rect=[100, 100, 200, 140],
        )  # fmt: skip
        other = pikepdf.Dictionary(Type=pikepdf.Name.Annot, Subtype=pikepdf.Name.Widget, T="Khac", Rect=[0, 0, 9, 9])
        unseen = pikepdf.Dictionary(Subtype=pikepdf.Name.Widget, T="ChuKy", Parent=parent, Rect=[0, 0, 0, 0])
        page = pdf.pages[on]
        fields = [pdf.make_indirect(one) for one in (other, widget, unseen)]
        page.Annots = pdf.make_indirect(pikepdf.Array(fields))
        parent.Kids = fields[1:]
        pdf.Root.AcroForm = pikepdf.Dictionary(Fields=[parent, fields[0]])
        page.Rotate = rotate
        if crop:
            page.CropBox = list(crop)
        out = io.BytesIO()
        pdf.save(out)
    return out.getvalue()


def seen(content: bytes) -> Pictures:
    """What is drawn of a lone file."""
    drawn = draw(PictureRequest(("a.pdf",), (NAME,)), content)
    assert all(one.is_fit for one in drawn.pictures)
    return drawn


@pytest.mark.parametrize(
    ("content", "box"),
    [
        pytest.param(paper(), (0.25, 0.825, 0.25, 0.05), id="upright"),
        pytest.param(paper(rotate=90), (0.125, 0.25, 0.05, 0.25), id="turned to the right"),
        pytest.param(paper(rotate=180), (0.5, 0.125, 0.25, 0.05), id="upside down"),
        pytest.param(paper(rotate=270), (0.825, 0.5, 0.05, 0.25), id="turned to the left"),
        pytest.param(paper(crop=(0, 0, 400, 400)), (0.25, 0.65, 0.25, 0.1), id="cut"),
    ],
)
def test_a_signature_is_where_it_is_seen(content: bytes, box: tuple[float, ...]) -> None:
    (picture,) = seen(content).pictures
    (place,) = picture.places
    assert place.where == NAME
    assert (place.left, place.top, place.width, place.height) == pytest.approx(box, abs=0.01)


def test_page_one_and_the_pages_with_signatures_are_drawn() -> None:
    drawn = seen(paper(pages=7, on=4))
    assert drawn.pages == 7
    assert [(one.page, len(one.places)) for one in drawn.pictures] == [(1, 0), (5, 1)]


def _locked() -> bytes:
    out = io.BytesIO()
    with pikepdf.open(io.BytesIO(paper())) as pdf:
        pdf.save(out, encryption=pikepdf.Encryption(user="mật khẩu", owner="b"))
    return out.getvalue()


@pytest.mark.parametrize(
    "content",
    [
        pytest.param(b"", id="nothing"),
        pytest.param(b"PK\x03\x04", id="something else"),
        pytest.param(b"%PDF-1.7\n" + b"\xff" * 4000, id="a head alone"),
        pytest.param(paper()[:300], id="cut short"),
        pytest.param(_locked(), id="under a password"),
        pytest.param(paper().replace(b"/Count 1", b"/Count 9"), id="fewer pages than it says"),
        pytest.param(paper().replace(b"/MediaBox", b"/MediaB0x"), id="a page without a size"),
        pytest.param(paper(size=(14400, 3)), id="wide as a band"),
        pytest.param(paper(size=(3, 14400)), id="high as a band"),
    ],
)
def test_what_cannot_be_drawn_is_no_error(content: bytes) -> None:
    assert len(seen(content).pictures) <= 1


def test_a_file_in_an_archive_in_a_mail_is_found_by_its_path() -> None:
    message = EmailMessage()
    message.set_content("Kính gửi")
    archive = zipped({"a.pdf": b"%PDF- another", "35.pdf": paper()}, 8)
    message.add_attachment(archive, maintype="application", subtype="zip", filename="ho-so.zip")
    raw = message.as_bytes().replace(b"\n", b"\r\n")
    path = ("mail.eml", "ho-so.zip", "35.pdf")
    assert len(draw(PictureRequest(path, (NAME,)), raw).pictures) == 1
    assert draw(PictureRequest((*path[:2], "b.pdf"), (NAME,)), raw) == Pictures()


def test_a_picture_is_plain_png() -> None:
    picture = Picture(1, 2, 1, b"\xff\0\0\0\0\xff")
    octets = png(picture)
    assert octets.startswith(b"\x89PNG\r\n\x1a\n")
    from PIL import Image

    with Image.open(io.BytesIO(octets)) as image:
        assert (image.size, image.getpixel((0, 0)), image.getpixel((1, 0))) == ((2, 1), (255, 0, 0), (0, 0, 255))
    assert not Picture(1, 2, 1, b"\0").is_fit
    assert not Picture(1, 10**6, 1, bytes(3 * 10**6)).is_fit
