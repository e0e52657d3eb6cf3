"""A corpus of other projects' winmail.dat and .msg, by `make corpus CORPUS=DIR` alone: every file in them is found."""

import collections
import csv
import hashlib
import json
import os
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from validation.attachments import clean_name
from validation.codes import Code
from validation.evidence import Evidence
from validation.inspect import inspect
from validation.inspected import Attachment, Inspection

_OBJECT = bytes.fromhex("0b00000000000000c000000000000046")  # IID_IStorage, which one origin leaves before an object

Row = dict[str, str]


@pytest.fixture(scope="module")
def opened() -> list[tuple[Row, dict[str, Any], Inspection]]:
    """Every .msg and winmail.dat of the manifest: its row, what its origin says, and what we found."""
    folder = Path(os.environ["DOCBRIDGE_CORPUS"]) / "mail"
    csv.field_size_limit(10_000_000)
    evidence = Evidence(datetime(2026, 11, 22, tzinfo=UTC))
    with (folder / "manifest.csv").open(encoding="utf-8", newline="") as manifest:
        rows = [row for row in csv.DictReader(manifest) if row["form"] in {"msg", "tnef"}]
    found = []
    for row in rows:
        path = folder / row["file"]
        inspection = inspect(Attachment((path.name,), "", path.read_bytes()), evidence)
        found.append((row, json.loads(row["expected_json"] or "{}"), inspection))
    return found


def test_each_is_known_by_its_content(opened: list[tuple[Row, dict[str, Any], Inspection]]) -> None:
    """Or, of a fuzzer's, called broken; the types of the others are the two."""
    types = collections.Counter(
        (row["form"], inspection.file.format.media_type) for row, _, inspection in opened if "fuzzer" not in row["note"]
    )
    print(f"\n{dict(types)}")
    right = types["msg", "application/vnd.ms-outlook"] + types["tnef", "application/ms-tnef"]
    assert right * 100 >= types.total() * 97


def test_no_reader_hits_a_wall(opened: list[tuple[Row, dict[str, Any], Inspection]]) -> None:
    crashed = [
        row["file"]
        for row, _, inspection in opened
        for each in inspection.file.walk()
        for seen in each.observations
        if seen.code is Code.FILE_CRASHED
    ]
    assert crashed == []


def test_every_file_that_an_origin_names_is_found(opened: list[tuple[Row, dict[str, Any], Inspection]]) -> None:
    """The count; each name; and each content as it is, or with the line ends that the origin gave it."""
    counted: collections.Counter[str] = collections.Counter()
    missing = []
    for row, expected, inspection in opened:
        if "n_attachments" not in expected:
            continue
        files = inspection.file.attachments
        counted["counts"] += 1
        counted["counts right"] += len(files) == expected["n_attachments"]
        contents = [inspection.contents[file.path] for file in files]
        digests = {
            hashlib.sha256(form).hexdigest()
            for content in contents
            for form in (content, content.replace(b"\r\n", b"\n"), _OBJECT + content)
        }
        for file in expected.get("files", ()):
            if file["name"].startswith("message."):  # its words: text here, not a file
                continue
            counted["files"] += 1
            named = clean_name(file["name"]) in {each.path[-1] for each in files}
            counted["files found"] += named and file["sha256"] in digests
            if not (named and file["sha256"] in digests):
                missing.append((row["file"], file["name"], [each.path[-1] for each in files]))
    print(f"\n{dict(counted)}; missing: {missing}")
    assert counted["counts right"] * 100 >= counted["counts"] * 95
    assert counted["files found"] * 100 >= counted["files"] * 95
