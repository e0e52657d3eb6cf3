"""The parts of a corpus of signed files of other projects, by `make corpus CORPUS=DIR` alone.

The bar: of attacked, tampered, modified, partly covered and mixed files none is sound, nothing raises, and
so many of the good ones are sound as were when the bar was set.
"""

import collections
import csv
import os
import statistics
import time
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path

import pytest

from validation import cms_signatures, package_signatures, pdf_signatures, smime, xml_signatures
from validation.digests import Digests
from validation.evidence import Evidence
from validation.media_type import sniff
from validation.message import read
from validation.settings import ReadingCaps
from validation.signature import Signature, state_of

BAD = frozenset({"attack", "tampered", "modified", "partial-coverage", "mixed", "not-signed"})
EVIDENCE = Evidence(datetime(2026, 11, 22, 3, tzinfo=UTC))
GOOD = "valid-integrity"

Row = tuple[bytes, tuple[bytes, ...], dict[str, str]]


def _pdf(row: Row) -> tuple[Signature, ...]:
    return pdf_signatures.signatures_of(row[0], EVIDENCE).signatures


def _cms(row: Row) -> tuple[Signature, ...]:
    return cms_signatures.signatures_of(row[0], EVIDENCE, [Digests(companion) for companion in row[1]]).signatures


def _smime(row: Row) -> tuple[Signature, ...]:
    return smime.signatures_of(read(row[0]), EVIDENCE).signatures


def _package(row: Row) -> tuple[Signature, ...]:
    media_type = sniff(row[0], row[2]["file"])
    return package_signatures.signatures_of(row[0], media_type, EVIDENCE, ReadingCaps()).signatures


def _xml(row: Row) -> tuple[Signature, ...]:
    # The corpus put eight digits of the digest before the names that references have.
    names = [name.rpartition("/")[2].partition("_")[2] for name in row[2]["companions"].split(";") if name]
    beside = [(name, Digests(companion)) for name, companion in zip(names, row[1], strict=True)]
    return xml_signatures.signatures_of(row[0], EVIDENCE, beside).signatures


def _rows(kind: str) -> list[Row]:
    """The manifest's unambiguous rows, with their files and what these sign."""
    folder = Path(os.environ["DOCBRIDGE_CORPUS"]) / "signatures"
    with (folder / "manifest.csv").open(encoding="utf-8", newline="") as manifest:
        found = [row for row in csv.DictReader(manifest) if row["kind"] == kind and row["ambiguous"] == "0"]
    return [
        (
            (folder / row["file"]).read_bytes(),
            tuple((folder / name).read_bytes() for name in row["companions"].split(";") if name),
            row,
        )
        for row in found
    ]


@pytest.mark.parametrize(
    ("kind", "signatures", "bar"),
    [
        pytest.param("pdf", _pdf, 0.95, id="pdf"),
        pytest.param("cms", _cms, 1.0, id="cms"),
        pytest.param("smime", _smime, 1.0, id="smime"),
        # Not: files that are not at hand, a method without a name, a part signed beside text that is not.
        pytest.param("xml", _xml, 0.84, id="xml"),
        # One in five Office files is genuine and partial (styles, fonts or views unsigned): told as such, by name.
        pytest.param("ooxml", _package, 0.8, id="ooxml"),
        pytest.param("odf", _package, 0.75, id="odf"),  # the fourth has a bare key and no certificate
        pytest.param("asic", _package, 0.84, id="asic"),  # a token without a certificate, a digest that does not match
    ],
)
def test_no_bad_file_is_sound_and_the_good_ones_are(
    kind: str, signatures: Callable[[Row], tuple[Signature, ...]], bar: float
) -> None:
    """Every row, counted by what the manifest says of it and what we say."""
    table: dict[str, collections.Counter[str]] = collections.defaultdict(collections.Counter)
    shown_sound, spent = [], []
    for row in _rows(kind):
        started = time.process_time()
        found = signatures(row)
        spent.append(time.process_time() - started)
        state, expected, name = state_of(found), row[2]["expected_fine"], row[2]["file"]
        table[expected][state] += 1
        causes = "; ".join(f"{one.where}: {one.reason} {one.detail}" for one in found if not one.sound)
        print(f"{expected:17} {state:10} {name} {causes}")
        if expected in BAD and state == "sound":
            shown_sound.append(name)
    for expected, counts in sorted(table.items()):
        print(f"{expected:17} {dict(counts)}")
    print(f"seconds of processor per file: median {statistics.median(spent):.4f}, most {max(spent):.2f}")
    assert shown_sound == []
    assert table[GOOD]["sound"] >= bar * table[GOOD].total()
