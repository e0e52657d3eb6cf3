"""`check --report` and `mails report`: the same report of a document, from a file and from what is on record."""

import hashlib
import json
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from bridge.demo.documents import DECISION
from bridge.demo.mails import mail
from bridge.demo.office import DOOR, DemoOffice
from bridge.demo.paper import draw
from bridge.demo.pki import AGENCY
from bridge.demo.signing import sign_as_agency
from bridge.settings import load
from store.store import open_store
from tests.cli.command import Command, id_of, judged

KINDS = ["html", "json", "pdf", "xml"]


@pytest.fixture(scope="session")
def paper(template: DemoOffice, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A decision with both signatures."""
    file = tmp_path_factory.mktemp("paper") / "35.pdf"
    file.write_bytes(sign_as_agency(draw(DECISION), template.pki.official, template.pki.agency))
    return file


def reports(folder: Path) -> dict[str, Any]:
    """The JSON of every report in a folder, by digest; each has all its forms."""
    found = {file.stem: json.loads(file.read_text("utf-8")) for file in folder.glob("*.json")}
    for stem in found:
        assert sorted(file.suffix[1:] for file in folder.glob(f"{stem}.*")) == KINDS
    return found


def test_a_file_is_reported_by_its_digest(reading: Command, paper: Path, tmp_path: Path) -> None:
    said = reading("check", "--json", "--offline", paper, "--report", tmp_path / "out").one
    digest = hashlib.sha256(paper.read_bytes()).hexdigest()
    (told,) = said["reports"]
    assert (told["colour"], sorted(told["files"])) == ("green", [f"{digest}.{kind}" for kind in KINDS])
    found = reports(tmp_path / "out")[digest]
    assert found["signatures"][0]["result"] == "VALID"
    assert found["file"]["signatures"] == said["signatures"]
    assert found["card"]["consequence"]["rule"] == "original"
    page = (tmp_path / "out" / f"{digest}.html").read_text("utf-8")
    assert page.count('<div class="box green"') == 2, "drawn by the sandbox, with both places"
    assert {one["kind"] for one in found["evidence"]} == {"certificate", "anchor", "crl"}


def test_a_mail_is_reported_document_by_document_and_what_is_no_file_is_not(
    reading: Command, template: DemoOffice, tmp_path: Path
) -> None:
    file = template.directory / "mails" / "tampered-byte.eml"
    said = reading("check", "--offline", file, tmp_path / "absent", "--report", tmp_path / "out", code=2)
    (found,) = reports(tmp_path / "out").values()
    assert (found["card"]["colour"], found["card"]["consequence"]["rule"]) == ("red", "returned")
    assert found["file"]["path"] == ["tampered-byte.eml", found["file"]["path"][1]]
    assert f"{found['file']['sha256']}.pdf" in said.out


def test_what_is_on_record_is_reported_with_the_evidence_that_was_kept(reading: Command, tmp_path: Path) -> None:
    mail_id = id_of(reading, "accepted")
    said = reading("mails", "report", mail_id, "--to", tmp_path / "out", "--json").one
    shown = reading("mails", "show", mail_id, "--json").one
    (found,) = reports(tmp_path / "out").values()
    (told,) = said["documents"]
    assert (told["id"], told["path"], told["colour"]) == (
        shown["documents"][0]["id"], shown["documents"][0]["main"], "green",
    )  # fmt: skip
    assert (found["mail"]["id"], found["arrived_at"]) == (mail_id, shown["received_at"])
    assert found["fields"]["CodeNumber"] == shown["documents"][0]["fields"]["CodeNumber"]["value"]
    assert [one["judged_for"] for one in found["signatures"]] == [one["signed_at"] for one in found["signatures"]]
    assert '<div class="box green"' in (tmp_path / "out" / f"{found['file']['sha256']}.html").read_text("utf-8")
    plain = reading("mails", "report", mail_id, "--to", tmp_path / "out").out
    assert plain.startswith("ĐẠT  mail.eml/")


def test_of_what_is_not_judged_there_is_no_report(office: Command, tmp_path: Path) -> None:
    file = office.settings.parent / "mails" / "correct.eml"
    (mail_id,) = office("ingest", file).out.split()
    said = office("mails", "report", mail_id, "--to", tmp_path / "out", code=1)
    assert "no report: the mail is not judged yet" in said.err
    assert not (tmp_path / "out").exists()


def test_of_a_sealed_mail_nothing_is_reported_kept_or_repeated(office: Command, tmp_path: Path) -> None:
    file = tmp_path / "mat.eml"
    file.write_bytes(mail("mat", AGENCY.email, DOOR, "Độ mật: MẬT", datetime.now(UTC), ()))
    (mail_id,) = office("ingest", file, "--mail-from", AGENCY.email, "--rcpt-to", DOOR).out.split()
    judged(office.settings)
    assert office("mails", "show", mail_id, "--json").one["sealed"] is True
    assert "is sealed" in office("mails", "report", mail_id, "--to", tmp_path / "out", code=1).err
    assert "is sealed" in office("mails", "replay", mail_id, "--at", "2041-01-01", code=1).err
    assert not (tmp_path / "out").exists()
    store = open_store(load(office.settings, {}).store)
    assert store.mails.judgements.evidence_of(mail_id, 1) is None, "the names of who was asked might tell whose it is"
    store.close()
