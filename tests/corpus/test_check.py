"""The real `docbridge check` over a whole corpus folder, by `make corpus CORPUS=DIR` alone.

Whatever lies there: one object of the contract for each file, in order, nothing else said, in bounded time.  What the
manifest of signed files calls bad is never sound, and what it calls signed is never told as unsigned.
"""

import csv
import json
import os
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

import pytest

from tests.cli.check_schema import validate

_SECONDS_PER_FILE = 1.0  # on a machine that does other things as well; the slowest kinds take a tenth of it
_BAD = frozenset({"attack", "tampered", "modified", "partial-coverage", "mixed"})
_UNSIGNED = frozenset({"not-signed", "malformed", "unverifiable"})
#: In the manifest by the origin's word, while the mail holds no signature at all.
_NOT_REALLY = frozenset({"bc__attachonly.eml"})


def check(names: list[str], seconds: float) -> tuple[int, list[dict[str, Any]]]:
    """One call of the installed command."""
    command = [str(Path(sys.executable).parent / "docbridge"), "check", "--json", "--offline", "--", *names]
    done = subprocess.run(command, capture_output=True, check=False, timeout=seconds)
    assert done.stderr == b"", done.stderr.decode("utf-8", "replace")[-2000:]
    return done.returncode, [json.loads(line) for line in done.stdout.decode("utf-8").split("\n")[:-1]]


@pytest.fixture(scope="module")
def told() -> dict[Path, dict[str, Any]]:
    """Every file of the folder, judged in one call."""
    folder = Path(os.environ["DOCBRIDGE_CORPUS"])
    files = sorted(path for path in folder.rglob("*") if path.is_file())
    started = time.monotonic()
    code, lines = check([str(file) for file in files], 30 + _SECONDS_PER_FILE * len(files))
    print(f"\n{len(files)} files checked in {time.monotonic() - started:.0f} s")
    assert code in (0, 1)
    assert [line["file"] for line in lines] == [str(file) for file in files]
    return dict(zip(files, lines, strict=True))


def test_every_answer_keeps_the_contract(told: dict[Path, dict[str, Any]]) -> None:
    wrong = {}
    for file, shown in told.items():
        try:
            validate(shown)
        except AssertionError as error:
            wrong[file.name] = str(error)
    assert wrong == {}


def test_no_file_runs_into_a_wall(told: dict[Path, dict[str, Any]]) -> None:
    crashed = [file.name for file, shown in told.items() for one in shown["findings"] if one["code"] == "file.crashed"]
    assert crashed == []


def test_an_agency_s_file_without_any_sound_signature_is_never_accepted(told: dict[Path, dict[str, Any]]) -> None:
    passed = [
        file.name
        for file, shown in told.items()
        if shown["verdict"] == "accepted" and shown.get("classification", "document") == "document"
        if not any(one["signature_state"] == "sound" for one in (shown, *shown["attachments"]))
    ]
    assert passed == []


def test_what_claims_to_be_signed_is_never_told_as_unsigned_and_what_is_bad_never_as_sound(
    told: dict[Path, dict[str, Any]],
) -> None:
    folder = Path(os.environ["DOCBRIDGE_CORPUS"]) / "signatures"
    with (folder / "manifest.csv").open(encoding="utf-8", newline="") as manifest:
        rows = [row for row in csv.DictReader(manifest) if row["ambiguous"] == "0"]
    silent, believed = [], []
    for row in rows:
        shown = told[folder / row["file"]]
        states = {one["signature_state"] for one in (shown, *shown["attachments"])}
        expected = row["expected_fine"]
        if states == {"none"} and expected not in _UNSIGNED and shown["file"].rpartition("/")[2] not in _NOT_REALLY:
            silent.append(row["file"])
        if shown["signature_state"] == "sound" and expected in _BAD:
            believed.append(row["file"])
    assert (silent, believed) == ([], [])


def test_a_file_alone_is_told_as_it_is_told_among_others(told: dict[Path, dict[str, Any]]) -> None:
    some = list(told)[:: max(1, len(told) // 5)]
    for file in some:
        code, (shown,) = check([str(file)], 60)
        assert code == (0 if shown["verdict"] == "accepted" else 1)
        assert _timeless(shown) == _timeless(told[file])


def _timeless(shown: dict[str, Any]) -> Any:  # noqa: ANN401  JSON
    """Without the moment of the run, which is that of every signature whose time nothing proves."""
    moments = ("findings", "judged_for")
    return json.loads(json.dumps(shown), object_hook=lambda one: {k: v for k, v in one.items() if k not in moments})
