"""A corpus of other projects' files, by `make corpus CORPUS=DIR` alone: types, properties, and nothing raises."""

import collections
import csv
import os
import re
import time
from datetime import UTC, datetime
from pathlib import Path

import pytest

from validation.evidence import Evidence
from validation.inspect import inspect
from validation.inspected import Attachment, Inspected

OPEN = "application/vnd.openxmlformats-officedocument."
#: Media types that are right for a `true_type` of the manifest; "encrypted" is right for any locked OOXML.
TYPES = {
    "pdf": "application/pdf",
    "docx": f"{OPEN}wordprocessingml.document",
    "xlsx": f"{OPEN}spreadsheetml.sheet",
    "pptx": f"{OPEN}presentationml.presentation",
    "xlsm": "application/vnd.ms-excel.sheet.macroenabled.12",
    "xlsb": "application/vnd.ms-excel.sheet.binary.macroenabled.12",
    "docm": "application/vnd.ms-word.document.macroenabled.12",
    "doc": "application/msword",
    "xls": "application/vnd.ms-excel",
    "ppt": "application/vnd.ms-powerpoint",
    "vsd": "application/vnd.visio",
    "vsdx": "application/vnd.ms-visio.drawing",
    "odt": "application/vnd.oasis.opendocument.text",
    "ods": "application/vnd.oasis.opendocument.spreadsheet",
    "odp": "application/vnd.oasis.opendocument.presentation",
    "epub": "application/epub+zip",
    "rtf": "application/rtf",
    "zip": "application/zip",
    "tar": "application/x-tar application/x-ustar",
    "7z": "application/x-7z-compressed",
    "rar": "application/x-rar",
    "gz": "application/gzip",
    "bz2": "application/x-bzip2",
    "xz": "application/x-xz",
    "jpg": "image/jpeg",
    "jpeg": "image/jpeg",
    "png": "image/png",
    "gif": "image/gif",
    "tif": "image/tiff",
    "tiff": "image/tiff",
    "bmp": "image/bmp",
    "svg": "image/svg+xml",
    "html": "text/html",
    "xml": "text/xml application/msword-xml",
    "txt": "text/plain",
    "csv": "text/csv text/plain",
    "exe": "application/vnd.microsoft.portable-executable application/x-dosexec",
    "elf": "application/x-executable",
    "p7m": "application/pkcs7-mime",
    "p7s": "application/pkcs7-signature application/pkcs7-mime",
    "mp3": "audio/mpeg",
}
ODD = frozenset({"broken", "malformed_ok_in_some_reader", "unreadable_by_qpdf", "not_openable_by_zipfile", "split"})
#: Words of the manifest, and ours.
PROPERTIES = {
    "encrypted": "encrypted",
    "macro": "macros",
    "xlm_macro": "macros",
    "js": "javascript",
    "embedded_file": "embedded-files",
    "ole_embedded": "embedded-files",
    "xfa": "active-content",
    "bomb": "bomb",
    "polyglot": "polyglot",
}


@pytest.fixture(scope="module")
def judged() -> list[tuple[dict[str, str], set[str], Inspected]]:
    """Every file of the manifest: its row, its properties there, and our judgement."""
    folder = Path(os.environ["DOCBRIDGE_CORPUS"]) / "files"
    evidence = Evidence(datetime(2026, 11, 22, tzinfo=UTC))
    with (folder / "manifest.csv").open(encoding="utf-8", newline="") as manifest:
        rows = list(csv.DictReader(manifest))
    found = []
    slowest = (0.0, "")
    for row in rows:
        path = folder / row["file"]
        words = set(re.split("[;,]", ";".join(value for key, value in row.items() if key.startswith("props_"))))
        started = time.process_time()
        found.append((row, words, inspect(Attachment((path.name,), "", path.read_bytes()), evidence).file))
        slowest = max(slowest, (time.process_time() - started, row["file"]))
    print(f"\n{len(found)} files judged; the slowest took {slowest[0]:.1f} s: {slowest[1]}")
    return found


def test_types(judged: list[tuple[dict[str, str], set[str], Inspected]]) -> None:
    """At least 97 of 100 sound files have the type that their origin says."""
    right, wrong = 0, collections.Counter[tuple[str, str]]()
    for row, words, file in judged:
        if row["true_type"] not in TYPES or words & ODD or row["kind"] in {"fake_signature", "polyglot"}:
            continue
        if (
            file.format.media_type in TYPES[row["true_type"]].split()
            or file.format.media_type == "application/encrypted"
        ):
            right += 1
        else:
            wrong[row["true_type"], file.format.media_type] += 1
    total = right + wrong.total()
    print(f"\ntypes: {right} of {total} = {100 * right / total:.1f} %; wrong: {dict(wrong)}")
    assert right * 100 >= total * 97


def test_no_bare_magic_is_believed(judged: list[tuple[dict[str, str], set[str], Inspected]]) -> None:
    """None of the files that hold nothing but magic octets."""
    claimed = [
        (row["file"], file.format.media_type)
        for row, _, file in judged
        if row["kind"] == "fake_signature" and file.format.media_type not in {"application/octet-stream", "text/plain"}
    ]
    assert not claimed


def test_properties(judged: list[tuple[dict[str, str], set[str], Inspected]]) -> None:
    """What is found of what the origin says; every locked OOXML file is called encrypted."""
    table: collections.Counter[tuple[str, bool]] = collections.Counter()
    for _, words, file in judged:
        for theirs, ours in PROPERTIES.items():
            if theirs in words:
                table[ours, ours in file.format.properties] += 1
        if "ooxml_encrypted" in words:
            assert "encrypted" in file.format.properties
    print()
    for ours in sorted(set(PROPERTIES.values())):
        print(f"{ours:20} found {table[ours, True]:4} missed {table[ours, False]:4}")
    assert not table["encrypted", False]
