"""The page as PDF, by WeasyPrint: tagged (PDF/UA), A4, from the same HTML as the screen shows.

WeasyPrint draws text by Pango, a library of the system: where that is missing there is no PDF, `doctor` says so, and
the other forms of the report are made all the same.  Nothing is fetched: what the page shows is inside it.
"""

import base64
import contextlib
import io
import logging
import warnings
from functools import cache
from pathlib import Path
from typing import Any

_FONTS = Path(__file__).parent.parent / "demo" / "fonts"


class NoPdf(Exception):  # noqa: N818  says what there is not
    """This machine cannot write PDF; the text says which library is missing."""


def pdf(html: str) -> bytes:
    """The page as PDF.

    Raises:
        NoPdf: the libraries for it are not there.
    """
    weasyprint = _library()
    fetcher = weasyprint.URLFetcher(allowed_protocols=("data",))
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", DeprecationWarning)
        fonts = weasyprint.text.fonts.FontConfiguration()
        ours = weasyprint.CSS(string=_faces(), url_fetcher=fetcher, font_config=fonts)
        octets: bytes = weasyprint.HTML(string=html, url_fetcher=fetcher).write_pdf(
            stylesheets=[ours], font_config=fonts, pdf_variant="pdf/ua-1", pdf_tags=True
        )
    return octets


def _faces() -> str:
    """The fonts that come with the bridge: a machine without any has the letters of Vietnamese all the same."""
    faces = []
    for style, name in (("", "Regular"), ("font-weight:bold;", "Bold"), ("font-style:italic;", "Italic")):
        data = base64.b64encode((_FONTS / f"CongvanSerif-{name}.ttf").read_bytes()).decode()
        faces.append(f"@font-face{{font-family:'Congvan Serif';{style}src:url(data:font/ttf;base64,{data})}}")
    return "".join(faces)


def missing() -> str:
    """The library of the system that PDF reports lack; "" = none, they can be written."""
    try:
        _library()
    except NoPdf as lacking:
        return str(lacking)
    return ""


@cache
def _library() -> Any:  # noqa: ANN401  WeasyPrint has no types
    """WeasyPrint, loaded at its first use: it takes half a second, and prints what it misses to standard output."""
    said = io.StringIO()
    try:
        with warnings.catch_warnings(), contextlib.redirect_stdout(said):
            warnings.simplefilter("ignore", DeprecationWarning)
            import weasyprint
            import weasyprint.text.fonts
    except (ImportError, OSError) as error:
        raise NoPdf(str(error).partition(":")[0]) from error
    # Its warnings quote what the page holds.
    for name in ("weasyprint", "fontTools"):
        logging.getLogger(name).setLevel(logging.CRITICAL + 1)
    return weasyprint
