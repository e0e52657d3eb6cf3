"""The duplicate alarm of Decree 30/2020 Annex VI.III.1h and its kinds; proposals to a clerk, and their confirming."""

import io
import json
import shutil
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import pikepdf
import pytest
from PIL import Image

from bridge.demo.documents import DECISION
from bridge.demo.mails import PDF, File, mail
from bridge.demo.office import DOOR, DemoOffice
from bridge.demo.paper import draw
from bridge.demo.pki import AGENCY
from bridge.demo.signing import TimeStamping, sign_as_agency
from tests.cli.command import Command, judged

KINDS = {"document.duplicate", "document.number-reused", "document.same-content"}


def scan() -> bytes:
    """A page that is a picture and nothing else."""
    picture, out = io.BytesIO(), io.BytesIO()
    Image.new("RGB", (620, 877), "white").save(picture, "PDF")
    with pikepdf.open(picture) as pdf:
        pdf.save(out)
    return out.getvalue()


@pytest.fixture(scope="module")
def mails(template: DemoOffice, tmp_path_factory: pytest.TempPathFactory) -> tuple[Command, dict[str, str]]:
    """A decision, and mails that have something of it again; each name with the id of its mail."""
    folder = tmp_path_factory.mktemp("duplicates") / "office"
    shutil.copytree(template.directory, folder)
    command, now, pki = Command(folder / "docbridge.toml"), datetime.now(UTC), template.pki

    def signed(content: bytes) -> bytes:
        return sign_as_agency(content, pki.official, pki.agency, TimeStamping(pki.time_stamper, now))

    other_text = replace(DECISION, paragraphs=("Điều 1. Bãi bỏ Quy chế cũ.", *DECISION.paragraphs[-1:]))
    sidecar = {"CodeNumber": "35", "CodeNotation": "QĐ-SM", "IssuedDate": "2026-01-02", "DueDate": "2027-03-01"}
    plain = signed(draw(DECISION))
    files = {
        "first": [File("a.pdf", PDF, plain)],
        "again": [File("b.pdf", PDF, signed(draw(DECISION)))],
        "other text": [File("c.pdf", PDF, signed(draw(other_text)))],
        "other number": [File("d.pdf", PDF, signed(draw(replace(DECISION, number="36/QĐ-SM"))))],
        "described": [
            File("e.pdf", PDF, signed(draw(replace(other_text, number="77/QĐ-SM")))),
            File("e.json", "application/json", json.dumps({**sidecar, "CodeNumber": "78"}).encode()),
        ],
        "scan": [File("f.pdf", PDF, signed(scan()))],
    }
    ids = {}
    for name, attached in files.items():
        raw = mail(name.replace(" ", "-"), AGENCY.email, DOOR, "Gửi 99/QĐ-SM ngày 03/02/2026", now, attached)
        file = folder / f"{name}.eml"
        file.write_bytes(raw)
        said = command("ingest", file, "--mail-from", AGENCY.email, "--rcpt-to", DOOR, "--json")
        ids[name] = str(said.one["id"])
    judged(command.settings)
    return command, ids


@pytest.mark.parametrize(
    ("name", "codes", "others"),
    [
        ("first", set(), []),
        ("again", {"document.duplicate"}, ["first"]),
        ("other text", {"document.number-reused"}, ["first"]),
        ("other number", {"document.same-content"}, ["first"]),
    ],
)
def test_each_kind_of_duplicate_is_told_by_its_name(
    mails: tuple[Command, dict[str, str]], name: str, codes: set[str], others: list[str]
) -> None:
    command, ids = mails
    shown = command("mails", "show", ids[name], "--json").one
    assert {finding["code"] for finding in shown["findings"]} & KINDS == codes
    (document,) = shown["documents"]
    assert document["duplicates"] == [ids[other] for other in others]
    told = [finding["says"] for finding in shown["findings"] if finding["code"] in KINDS]
    assert all(ids["first"] in says for says in told)
    held = codes & {"document.duplicate", "document.number-reused"}
    assert shown["state"] == ("held" if held else "accepted")


def test_a_field_stands_on_a_place_of_a_page(mails: tuple[Command, dict[str, str]]) -> None:
    command, ids = mails
    (document,) = command("mails", "show", ids["first"], "--json").one["documents"]
    number = document["fields"]["CodeNumber"]
    left, bottom, right, top = number["box"]
    assert (number["from"], number["page"]) == ("pdf-page-1", 1)
    assert 0 < left < right < 300
    assert 600 < bottom < top < 842
    assert "pdf-page-1, page 1, 98%" in command("mails", "show", ids["first"]).out


def test_a_sidecar_that_disagrees_with_the_page_holds_the_mail_and_never_travels(
    mails: tuple[Command, dict[str, str]],
) -> None:
    command, ids = mails
    shown = command("mails", "show", ids["described"], "--json").one
    (document,) = shown["documents"]
    fields = document["fields"]
    assert (fields["CodeNumber"]["value"], fields["CodeNumber"]["confidence"]) == ("77", 0.5)
    assert (fields["DueDate"]["value"], fields["DueDate"]["from"]) == ("2027-03-01", "sidecar")
    assert document["annexes"] == []
    assert {"field.unsure"} <= {finding["code"] for finding in shown["findings"]}
    assert "format.refused" not in {finding["code"] for finding in shown["findings"]}
    assert shown["state"] == "held"


def test_a_proposal_is_confirmed_as_it_stands(mails: tuple[Command, dict[str, str]], tmp_path: Path) -> None:
    command, ids = mails
    shutil.copytree(command.settings.parent, tmp_path / "office")
    own = Command(tmp_path / "office" / "docbridge.toml")
    assert "give --set" in own("mails", "complete", ids["described"], code=2).err
    nothing = own("mails", "complete", ids["described"], "--confirm", "Priority", code=2)
    assert "Chưa có giá trị đề xuất" in nothing.err
    done = own(
        "mails", "complete", ids["described"], "--confirm", "CodeNumber", "--confirm", "IssuedDate", "--json"
    ).one
    assert done["state"] == "accepted"
    (document,) = own("mails", "show", ids["described"], "--json").one["documents"]
    number = document["fields"]["CodeNumber"]
    assert (number["value"], number["from"], number["confidence"]) == ("77", "clerk", 1.0)


def test_a_scan_is_held_with_what_the_mail_calls_it_as_proposals(mails: tuple[Command, dict[str, str]]) -> None:
    command, ids = mails
    shown = command("mails", "show", ids["scan"], "--json").one
    assert shown["state"] == "held"
    assert "document.scanned" in {finding["code"] for finding in shown["findings"]}
    (document,) = shown["documents"]
    proposed = {key: (field["value"], field["from"]) for key, field in document["fields"].items()}
    assert proposed["CodeNumber"] == ("99", "mail-header")
    assert proposed["IssuedDate"] == ("2026-02-03", "mail-header")
    assert all(document["fields"][key]["confidence"] < 0.8 for key in ("CodeNumber", "IssuedDate", "Subject"))


def test_words_behind_a_picture_are_suggestions() -> None:
    from bridge.fields.identify import identify

    printed = draw(DECISION)
    out = io.BytesIO()
    with pikepdf.open(io.BytesIO(printed)) as pdf:
        content = pdf.pages[0].Contents
        hidden = content.read_bytes().replace(b"BT ", b"BT 3 Tr ")
        pdf.pages[0].Contents = pdf.make_stream(hidden)
        pdf.save(out)
    fields = identify(out.getvalue(), PDF)
    assert fields.value("CodeNumber") == "35"
    assert {fields[key].source for key in ("CodeNumber", "IssuedDate", "OrganName")} == {"ocr"}
    assert max(fields[key].confidence for key in ("CodeNumber", "IssuedDate", "OrganName")) <= 0.6
