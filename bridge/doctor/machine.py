"""The machine: libraries, directories, room on the disk."""

import importlib
import os
import shutil
import tempfile
from collections.abc import Iterator
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path

from bridge.axis.settings import FolderAxis
from bridge.doctor.checkup import Checkup, ok, problem, warning
from bridge.report import pdf
from bridge.settings import Settings

#: Module -> distribution, of what has parts in C or reads hostile bytes: where these load, the rest does.
LIBRARIES = {
    "lxml.etree": "lxml",
    "magic": "python-magic",
    "pikepdf": "pikepdf",
    "pypdfium2": "pypdfium2",
    "pyhanko.sign": "pyhanko",
    "cryptography.x509": "cryptography",
    "sqlalchemy": "sqlalchemy",
    "psycopg": "psycopg",
    "uvloop": "uvloop",
}
_SCARCE, _LITTLE = 500_000_000, 5_000_000_000  # octets free: nearly nothing; some days of mail


def libraries() -> Iterator[Checkup]:
    """Do the libraries load?"""
    found = []
    for module, distribution in LIBRARIES.items():
        try:
            if module == "magic":
                importlib.import_module("pylibmagic")  # names the library that the wheel carries
            importlib.import_module(module)
            found.append(f"{distribution} {version(distribution)}")
        except (ImportError, OSError, PackageNotFoundError) as error:
            yield problem(
                f"library {distribution}",
                f"does not load: {type(error).__name__}",
                "install docbridge anew (`make demo` makes .venv), or the library that is named",
            )
    yield ok("libraries", ", ".join(found))


def reports() -> Checkup:
    """Can reports be written as PDF?  The only thing that needs libraries of the system."""
    lacking = pdf.missing()
    if not lacking:
        return ok("reports", f"HTML, PDF (weasyprint {version('weasyprint')}), XML, JSON")
    do = "install Pango (Debian: libpango-1.0-0 libpangoft2-1.0-0 libharfbuzz-subset0); until then they come as HTML"
    return warning("reports", f"no PDF: {lacking} does not load", do)


def directories(settings: Settings) -> Iterator[Checkup]:
    """Can the service write where it must, and read where it must?"""
    for name, folder in _written(settings):
        yield _writable(name, folder)
    trust = settings.trust.directory
    if not trust.is_dir():
        yield problem("directory [trust]", f"{trust} is no directory", "make it, or correct [trust] directory")
    elif not os.access(trust, os.R_OK | os.X_OK):
        yield problem("directory [trust]", f"{trust} cannot be read", "let the service's user read it")


def disk(settings: Settings) -> Iterator[Checkup]:
    """Is there room for mail?"""
    folder = _existing(settings.store.data)
    usage = shutil.disk_usage(folder)
    says = f"{usage.free / 1e9:.1f} GB free of {usage.total / 1e9:.1f} GB at {folder}"
    do = "make room: mails are put off with 452 4.3.1 when less than [smtp_in] min_free_disk is free"
    if usage.free < max(_SCARCE, settings.smtp_in.min_free_disk, 3 * settings.smtp_in.max_size):
        yield problem("disk", says, do)
    elif usage.free < _LITTLE:
        yield warning("disk", says, do)
    else:
        yield ok("disk", says)


def _written(settings: Settings) -> Iterator[tuple[str, Path]]:
    yield "directory [store] data", settings.store.data
    for axis in settings.axis:
        if isinstance(axis, FolderAxis):
            yield f"directory [[axis]] {axis.name}", axis.directory
    if settings.sandbox.folder:
        yield "directory [sandbox] folder", settings.sandbox.folder


def _writable(name: str, folder: Path) -> Checkup:
    """Is it there, or could the service make it?  Tried with a file: modes alone do not tell."""
    there = _existing(folder)
    try:
        with tempfile.TemporaryFile(dir=there) as file:
            file.write(b"docbridge doctor")
            file.flush()
            os.fsync(file.fileno())
    except OSError as error:
        return problem(name, f"{there} cannot be written: {error.strerror}", "let the service's user write there")
    return ok(name, f"{folder} can be written" if there == folder else f"{folder} can be made")


def _existing(folder: Path) -> Path:
    """The folder, or the nearest one above it that there is."""
    return next((place for place in (folder, *folder.parents) if place.is_dir()), Path("/"))
