"""Draws pages of a hostile PDF and finds where its signatures stand: a job of the sandbox's children, of nobody else.

Promise: whatever the octets are the answer is pictures of bounded size, or none.
"""

import ctypes
import io

import pikepdf
import pypdfium2
import pypdfium2.raw as pdfium

from bridge.report.places import Picture, PictureRequest, Pictures, Place
from validation.container import open_container
from validation.damaged import Damaged
from validation.formats import judge_form
from validation.inspected import Attachment
from validation.opened import Budget
from validation.settings import ReadingCaps

_PDF = "application/pdf"
_WIDTH = 760  #: points of a drawn page: legible on paper at 9 cm, and some hundred kilobytes
_TALLEST = 1_600
_MOST_PAGES = 3  #: pictures in one report
_SEARCHED = 400  #: pages on which signatures are looked for
_UNREADABLE = (
    *(pypdfium2.PdfiumError, pikepdf.PdfError, pikepdf.PasswordError),
    *(ValueError, TypeError, KeyError, AttributeError, IndexError, OSError, RuntimeError),
)


def warm() -> None:
    """Use the libraries once, before the walls go up."""
    paper = io.BytesIO()
    with pikepdf.new() as pdf:
        pdf.add_blank_page()
        pdf.save(paper)
    draw(PictureRequest(("a.pdf",)), paper.getvalue())


def draw(request: PictureRequest, content: bytes) -> Pictures:
    """The pictures of the file at `request.path` within `content`; none where it is no PDF, or cannot be drawn."""
    found = _within(Attachment(request.path[:1], "", content), request.path)
    if found is None:
        return Pictures()
    try:
        places = _places(found, request.where)
    except _UNREADABLE:
        places = {}
    try:
        return _drawn(found, places)
    except _UNREADABLE:
        # What the libraries raise for files that are none: told by the absence of a picture.
        return Pictures()


def _within(outer: Attachment, path: tuple[str, ...]) -> bytes | None:
    """The octets of the PDF at `path`, opened container by container."""
    caps = ReadingCaps()
    budget = Budget(caps.members, caps.unpacked_total)
    while outer.path != path:
        try:
            form, _ = judge_form(outer, caps)
            inner = open_container(outer, form, budget, caps).attachments
        except (Damaged, MemoryError, RecursionError):
            return None
        nearer = [one for one in inner if path[: len(one.path)] == one.path]
        if not nearer:
            return None
        outer = max(nearer, key=lambda one: len(one.path))
    return outer.content if b"%PDF-" in outer.content[:1024] else None


def _places(content: bytes, names: tuple[str, ...]) -> dict[int, list[tuple[str, tuple[float, ...]]]]:
    """Page, from 0 -> names and rectangles of the signatures that stand on it."""
    found: dict[int, list[tuple[str, tuple[float, ...]]]] = {}
    with pikepdf.open(io.BytesIO(content)) as pdf:
        for number, page in enumerate(pdf.pages[:_SEARCHED]):
            for annotation in page.get("/Annots", ()):
                name = _name(annotation)
                if name not in names:
                    continue
                box = tuple(float(edge) for edge in annotation.get("/Rect", ()))
                if len(box) == 4 and box[0] != box[2] and box[1] != box[3]:
                    found.setdefault(number, []).append((name, box))
    return found


def _name(annotation: pikepdf.Object) -> str:
    """The full name of the field whose widget this is (ISO 32000-2 section 12.7.4.2): its parents' names before it."""
    parts: list[str] = []
    for _ in range(16):
        if "/T" in annotation:
            parts.insert(0, str(annotation["/T"]))
        if "/Parent" not in annotation:
            break
        annotation = annotation["/Parent"]
    return ".".join(parts)


def _drawn(content: bytes, places: dict[int, list[tuple[str, tuple[float, ...]]]]) -> Pictures:
    with pypdfium2.PdfDocument(content) as document:
        document.init_forms()  # the pictures of signatures are those of their fields
        pages = len(document)
        shown = sorted({0, *sorted(places)[:_MOST_PAGES]})[:_MOST_PAGES]
        pictures = tuple(_page(document, number, places.get(number, [])) for number in shown if number < pages)
    return Pictures(pages, pictures)


def _page(document: pypdfium2.PdfDocument, number: int, places: list[tuple[str, tuple[float, ...]]]) -> Picture:
    page = document[number]
    width, height = page.get_size()
    scale = min(_WIDTH / width, _TALLEST / height)
    bitmap = page.render(scale=scale, rev_byteorder=True)
    found = tuple(_placed(page, name, box, bitmap.width, bitmap.height) for name, box in places)
    return Picture(number + 1, bitmap.width, bitmap.height, _points(bitmap), found)


def _points(bitmap: pypdfium2.PdfBitmap) -> bytes:
    """Red, green and blue alone, without what fills up a row or a point."""
    octets, stride, channels = bytes(bitmap.buffer), bitmap.stride, bitmap.n_channels
    rows = [octets[at * stride : at * stride + channels * bitmap.width] for at in range(bitmap.height)]
    packed = bytearray(3 * bitmap.width * bitmap.height)
    whole = b"".join(rows)
    for channel in range(3):
        packed[channel::3] = whole[channel::channels]
    return bytes(packed)


def _placed(page: pypdfium2.PdfPage, name: str, box: tuple[float, ...], width: int, height: int) -> Place:
    """The rectangle as the page is seen: turned, and cut, as pdfium shows it."""
    first, second = (_seen(page, box[0], box[1], width, height), _seen(page, box[2], box[3], width, height))
    left, right = sorted((first[0], second[0]))
    top, bottom = sorted((first[1], second[1]))
    return Place(name, left / width, top / height, (right - left) / width, (bottom - top) / height)


def _seen(page: pypdfium2.PdfPage, x: float, y: float, width: int, height: int) -> tuple[int, int]:
    across, down = ctypes.c_int(), ctypes.c_int()
    pdfium.FPDF_PageToDevice(page, 0, 0, width, height, 0, x, y, across, down)
    return min(max(across.value, 0), width), min(max(down.value, 0), height)
