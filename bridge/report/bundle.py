"""Writes the reports of documents into a folder: `<sha256>.html`, `.pdf`, `.xml`, `.json`, and `.tsr` where one stamps.

A file is there whole or not at all.  What this machine cannot make is told, and the rest is made.
"""

import json
import os
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from bridge.cli.output import as_octets, plain
from bridge.evidence.http import NotHadError
from bridge.report import etsi
from bridge.report.card import card_of
from bridge.report.page import page
from bridge.report.pdf import NoPdf, pdf
from bridge.report.places import PictureRequest, Pictures
from bridge.report.settings import Report
from bridge.report.shown import report_shown
from bridge.report.stamp import stamp
from bridge.report.subject import Subject
from store.errors import Unavailable

#: Has the pages of a document pictured, in the sandbox.
Draw = Callable[[PictureRequest], Pictures]


@dataclass(frozen=True, slots=True)
class House:
    """The office's part in a report."""

    report: Report = Report()
    time_zone: str = "Asia/Ho_Chi_Minh"
    templates: Path | None = None  #: of its own
    proxy: str = ""  #: on the way to the time-stamping authority


@dataclass(frozen=True, slots=True)
class Written:
    """The report of one document."""

    subject: Subject
    files: tuple[str, ...]  #: names in the folder
    lacking: tuple[str, ...]  #: what could not be made, and why


def write(subjects: Sequence[Subject], draw: Draw, folder: Path, house: House) -> Iterator[Written]:
    """The reports, one after the other.

    Raises:
        Unavailable: the folder cannot be written.
    """
    for subject in subjects:
        lacking: list[str] = []
        made = dict(_made(subject, draw, house, lacking))
        for suffix, octets in made.items():
            _write(folder / f"{subject.main.sha256}.{suffix}", octets)
        names = tuple(f"{subject.main.sha256}.{suffix}" for suffix in made)
        yield Written(subject, names, tuple(lacking))


def _made(subject: Subject, draw: Draw, house: House, lacking: list[str]) -> Iterator[tuple[str, bytes]]:
    card = card_of(subject)
    pictures = draw(PictureRequest(subject.main.path, tuple(one.signature.where for one in subject.signatures)))
    html = page(subject, card, pictures, house.report, house.time_zone, house.templates)
    yield "html", html.encode()
    try:
        yield "pdf", pdf(html)
    except NoPdf as missing:
        lacking.append(f"no PDF: {missing} is not there; `docbridge doctor` says what to install")
    xml = etsi.report(subject)
    yield "xml", xml
    shown = json.dumps(plain(report_shown(subject, card)), ensure_ascii=False, indent=1)
    yield "json", as_octets(shown) + b"\n"
    if house.report.tsa_url:
        try:
            yield "tsr", stamp(xml, house.report, house.proxy)
        except NotHadError as error:
            lacking.append(f"no time stamp: {error}")


def _write(file: Path, octets: bytes) -> None:
    fresh = file.with_name(f".{file.name}-{os.getpid()}")
    try:
        file.parent.mkdir(parents=True, exist_ok=True)
        fresh.write_bytes(octets)
        fresh.replace(file)
    except OSError as error:
        raise Unavailable(f"{file.parent}: {error.strerror}") from error
