"""What every child loads before its walls are raised: afterwards a library finds its code but not its habits.

Each of these reads something from outside at its first use (libmagic its database, mimetypes the system's tables,
zoneinfo the zones), or takes long enough that no mail should pay for it.
"""

import asyncio
import encodings.idna
import io
import mimetypes
import zipfile
import zoneinfo

import pylibmagic  # noqa: F401  it says where its libmagic lies; python-magic asks at import

import magic  # isort: skip
import pikepdf
import pypdfium2
from lxml import etree

from validation import pdf_signatures, smime
from validation.domain import organisation

LOADED = (pdf_signatures, smime, zipfile.ZipFile, encodings.idna.ToASCII)


def warm() -> None:
    """Use each library once."""
    magic.from_buffer(b"%PDF-1.7", mime=True)
    mimetypes.init()
    organisation("a.example")  # reads the list of public suffixes
    zoneinfo.ZoneInfo("Asia/Ho_Chi_Minh")
    etree.fromstring(b"<a/>")
    paper = io.BytesIO()
    with pikepdf.new() as pdf:
        pdf.add_blank_page()
        pdf.save(paper)
    with pypdfium2.PdfDocument(paper.getvalue()) as document:
        len(document)
    with asyncio.Runner() as loop:
        loop.run(asyncio.sleep(0))
