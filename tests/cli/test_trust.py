"""`trust` add, remove, list and diff: append-only, and every word of it on record."""

import json
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.serialization import pkcs7

from bridge.demo.authority import Authority, Validity
from bridge.demo.documents import DECISION
from bridge.demo.office import DemoOffice
from bridge.demo.paper import draw
from bridge.demo.signing import TimeStamping, sign_pdf
from tests.cli.command import Command

DAY = timedelta(days=1)
NOW = datetime.now(UTC)


def root_of(office: Command, name: str = "government") -> str:
    """The fingerprint of the one anchor of that list."""
    (found,) = (row for row in office("trust", "list", "--json").lines if row["list"] == name)
    return str(found["sha256"])


def signature_on(office: Command, paper: Path) -> dict[str, object]:
    """What `check` says of the one signature."""
    (found,) = office("check", "--json", "--offline", paper, code=None).one["signatures"]
    return dict(found)


@pytest.fixture
def papers(office: Command, template: DemoOffice) -> tuple[Path, Path]:
    """Signed three days ago by a trusted time stamp, and signed without one."""
    pki, folder = template.pki, office.settings.parent
    stamped, bare = folder / "stamped.pdf", folder / "bare.pdf"
    stamped.write_bytes(sign_pdf(draw(DECISION), pki.agency, "S", time=TimeStamping(pki.time_stamper, NOW - 3 * DAY)))
    bare.write_bytes(sign_pdf(draw(DECISION), pki.agency, "S"))
    return stamped, bare


def test_an_anchor_that_ended_is_trusted_for_what_was_signed_before(office: Command, papers: tuple[Path, Path]) -> None:
    """The file stays; a row says who ended it, when and why."""
    assert [signature_on(office, paper)["result"] for paper in papers] == ["VALID", "VALID"]
    said = office("trust", "remove", root_of(office)[:16], "--reason", "thay bằng gốc mới", "--json").one
    assert (said["ended_by"], said["ended_why"]) == ("lan", "thay bằng gốc mới")
    assert [signature_on(office, paper)["trust"] for paper in papers] == ["trusted", "untrusted"]
    (note,) = (row for row in office("journal", "list", "--json").lines if row["verb"] == "trust.removed")
    assert (note["actor"], note["detail"]["reason"]) == ("lan", "thay bằng gốc mới")


def test_an_anchor_can_be_ended_from_an_earlier_day_on(office: Command, papers: tuple[Path, Path]) -> None:
    """Its key was stolen before anybody noticed."""
    office("trust", "remove", root_of(office), "--reason", "lộ khóa", "--since", "2020-01-01")
    assert [signature_on(office, paper)["trust"] for paper in papers] == ["untrusted", "untrusted"]


def test_what_was_ended_can_be_approved_anew_and_the_book_keeps_every_row(
    office: Command, papers: tuple[Path, Path], template: DemoOffice
) -> None:
    fingerprint = root_of(office)
    anchor = office.settings.parent / "root.crt"
    anchor.write_bytes(template.pki.government_root.identity.der)
    office("trust", "remove", fingerprint, "--reason", "nhầm")
    office("trust", "add", anchor, "--list", "government", "--source", "ca.gov.vn")
    assert [signature_on(office, paper)["trust"] for paper in papers] == ["trusted", "trusted"]
    (row,) = (row for row in office("trust", "list", "--json").lines if row["sha256"] == fingerprint)
    assert (row["source"], row["approved_by"], row["ended_since"]) == ("ca.gov.vn", "lan", None)
    book = (office.settings.parent / "trust" / "trust.toml").read_text(encoding="utf-8")
    assert book.count(fingerprint) == 3
    assert "nhầm" in book


@pytest.mark.parametrize(
    ("named", "why"),
    [
        pytest.param("00" * 8, "names 0 certificates", id="nobody's"),
        pytest.param("", "names", id="everybody's"),
    ],
)
def test_a_fingerprint_must_name_one(office: Command, named: str, why: str) -> None:
    assert why in office("trust", "remove", named, "--reason", "x", code=None).err


def test_an_ended_anchor_cannot_end_again(office: Command) -> None:
    fingerprint = root_of(office)
    office("trust", "remove", fingerprint, "--reason", "một")
    assert "names 0" in office("trust", "remove", fingerprint, "--reason", "hai", code=None).err


def test_a_book_that_cannot_be_read_revives_nobody(office: Command, papers: tuple[Path, Path]) -> None:
    (office.settings.parent / "trust" / "trust.toml").write_bytes(b"[[ended")
    said = office("check", "--json", "--offline", papers[0], code=3)
    assert "trust.toml" in said.err


def test_two_directories_and_a_bundle_are_compared(office: Command, template: DemoOffice, tmp_path: Path) -> None:
    """Only what differs, by fingerprint."""
    pki, own = template.pki, office.settings.parent / "trust"
    assert office("trust", "diff", own, "--json").lines == []
    stranger = Authority.root("RootCA mới", "Cơ quan", Validity.around(NOW, years=20))
    bundle = tmp_path / "published.p7b"
    bundle.write_bytes(bundled(pki.government_root, stranger))
    told = office("trust", "diff", bundle, "--json", code=1).lines
    assert [(one["change"], one["list"]) for one in told if one["change"] == "only-there"] == [("only-there", "")]
    assert next(one["subject"] for one in told if one["change"] == "only-there").count("RootCA mới") == 1
    assert root_of(office) not in [one["sha256"] for one in told]
    copy = tmp_path / "other"
    (copy / "government").mkdir(parents=True)
    (copy / "government" / "a.p7b").write_bytes(bundled(pki.government_root, stranger))
    there = {(one["change"], one["list"]) for one in office("trust", "diff", copy, "--json", code=1).lines}
    assert there == {("only-there", "government"), ("only-here", "public"), ("only-here", "intermediates")}


def bundled(*authorities: Authority) -> bytes:
    """Their certificates as CMS without a signer, as an authority publishes them."""
    certificates = [one.identity.certificate for one in authorities]
    return pkcs7.serialize_certificates(certificates, serialization.Encoding.DER)


@pytest.mark.parametrize(
    ("sender_class", "told"),
    [pytest.param("agency", True, id="an agency"), pytest.param("business", False, id="a business")],
)
def test_which_list_may_speak_for_whom_is_policy(
    office: Command, template: DemoOffice, tmp_path: Path, sender_class: str, told: bool
) -> None:
    """A public certificate on an agency's paper: the path is there, and a person looks."""
    paper = tmp_path / "a.pdf"
    paper.write_bytes(sign_pdf(draw(DECISION), template.pki.business, "S"))
    found = office("check", "--json", "--offline", "--sender-class", sender_class, paper, code=None).one
    assert (found["signatures"][0]["trust"], found["signatures"][0]["result"]) == ("trusted", "VALID")
    assert ("signature.list" in json.dumps(found["findings"])) is told


def test_the_office_may_let_both_lists_speak(office: Command, template: DemoOffice, tmp_path: Path) -> None:
    paper = tmp_path / "a.pdf"
    paper.write_bytes(sign_pdf(draw(DECISION), template.pki.business, "S"))
    with office.settings.open("a", encoding="utf-8") as file:
        file.write('\n[policy.trust_lists]\nagency = ["government", "public"]\n')
    found = office("check", "--json", "--offline", paper, code=None).one
    assert "signature.list" not in json.dumps(found["findings"])
