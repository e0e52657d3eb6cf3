"""What is read from documents made by LibreOffice is what they say: precision and recall of each field.

`make fields` runs this: it takes minutes and needs LibreOffice.  Where something is believed it must be so in 99 of 100
cases; where that cannot be reached the confidence has to be lower.
"""

import json
import os
from pathlib import Path

import pytest

from bridge.fields.identify import identified
from bridge.policy import Policy
from tests.forms.forms import Paper, papers
from tests.forms.measure import Measure
from tests.forms.office import printed
from tests.forms.regulations import sheets

COUNT = int(os.environ.get("DOCBRIDGE_FORMS", "240"))
PDF = "application/pdf"
TYPES = {
    "docx": "application/vnd.openxmlformats-officedocument.wordprocessingml.document",
    "odt": "application/vnd.oasis.opendocument.text",
    "doc": "application/msword",
}
ENOUGH = 0.99
RECALL = {
    "CodeNumber": 0.97,
    "CodeNotation": 0.97,
    "IssuedDate": 0.97,
    "TypeName": 0.95,
    "Subject": 0.85,
    "OrganName": 0.7,
}


def measured(files: dict[str, Path], says: dict[str, tuple[dict[str, str], str]], media_type: str) -> Measure:
    measure = Measure(Policy().confidence)
    for name, file in files.items():
        told, kind = says[name]
        fields = identified(file.read_bytes(), media_type).fields
        measure.add(f"{name} ({kind})", told, {key: (field.value, field.confidence) for key, field in fields.items()})
    return measure


def report(title: str, measure: Measure) -> None:
    """To the screen, and as a line of JSON where benches leave theirs."""
    print(f"\n{title}: precision {measure.precision:.4f}\n{measure.table()}", *measure.mistakes, sep="\n")
    fields = {
        key: {"precision": round(count.precision, 4), "recall": round(count.recall, 4), "there": count.there}
        for key, count in measure.counts.items()
    }
    out = Path("var")
    out.mkdir(exist_ok=True)
    with (out / "fields.jsonl").open("a", encoding="utf-8") as lines:
        lines.write(json.dumps({"of": title, "precision": round(measure.precision, 4), "fields": fields}) + "\n")


def assert_believable(measure: Measure) -> None:
    poor = {key: count.precision for key, count in measure.counts.items() if count.precision < ENOUGH}
    assert not poor, measure.mistakes
    assert measure.precision >= ENOUGH


@pytest.fixture(scope="module")
def made() -> dict[str, Paper]:
    return {f"{number:03}": paper for number, paper in enumerate(papers(COUNT))}


def test_pages_of_the_forms_are_read(made: dict[str, Paper], tmp_path: Path) -> None:
    files = printed({name: paper.xml for name, paper in made.items()}, tmp_path)
    measure = measured(files, {name: (paper.says, paper.kind) for name, paper in made.items()}, PDF)
    report(f"{len(made)} documents as PDF", measure)
    assert_believable(measure)
    assert {key: measure.counts[key].recall for key in RECALL if measure.counts[key].recall < RECALL[key]} == {}


@pytest.mark.parametrize("form", TYPES)
def test_office_files_of_the_forms_are_read(form: str, made: dict[str, Paper], tmp_path: Path) -> None:
    some = dict(list(made.items())[:60])
    files = printed({name: paper.xml for name, paper in some.items()}, tmp_path, form)
    measure = measured(files, {name: (paper.says, paper.kind) for name, paper in some.items()}, TYPES[form])
    report(f"{len(some)} documents as .{form}", measure)
    assert_believable(measure)


def test_real_regulations_are_read(tmp_path: Path) -> None:
    folder = os.environ.get("DOCBRIDGE_REGULATIONS")
    if not folder:
        print("\nno real texts: make fields REGULATIONS=DIR reads those of a folder")
        return
    found = list(sheets(Path(folder)))
    files = printed({name: xml for name, xml, _ in found}, tmp_path)
    measure = measured(files, {name: (says, name) for name, _, says in found}, PDF)
    report(f"{len(found)} real texts", measure)
    assert_believable(measure)
