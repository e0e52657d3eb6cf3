"""A verdict is repeated years later from what was kept with it: servers, trust directory and certificates are gone."""

import shutil
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from bridge.demo.authority import Published, Validity
from bridge.demo.documents import DECISION
from bridge.demo.mails import PDF, File, mail
from bridge.demo.office import DOOR, DemoOffice
from bridge.demo.paper import draw
from bridge.demo.pki import AGENCY, OFFICIAL
from bridge.demo.signing import sign_as_agency
from tests.cli.command import Command, judged
from tests.servers.ca_site import CaSite, ca_site
from tests.servers.wait import LOOPBACK

YEARS_LATER = datetime(2041, 1, 1, tzinfo=UTC)


@pytest.fixture
def site(tmp_path: Path) -> Iterator[CaSite]:
    """Where the CA answers."""
    with ca_site(tmp_path / "site") as opened:
        yield opened


@pytest.fixture
def accepted(request: pytest.FixtureRequest, office: Command, template: DemoOffice, site: CaSite) -> str:
    """The id of a mail that was judged by what a CA said on the network, which is gone since."""
    pki, now = template.pki, datetime.now(UTC)
    by_list = request.param == "list"
    published = Published(lists=site.url("ca.crl")) if by_list else Published(responder=site.url("ocsp"))
    ca = replace(pki.government_ca, published=published)
    # A few days are left to them.
    validity = Validity(now - timedelta(days=360), now + timedelta(days=5))
    agency, official = ca.leaf(AGENCY, validity), ca.leaf(OFFICIAL, validity)
    site.respond("ocsp", ca, [agency, official])
    site.files["ca.crl"] = ca.revocation_list(now - timedelta(hours=1))
    folder = office.settings.parent
    (folder / "trust" / "crls" / "government-ca.crl").unlink()
    with office.settings.open("a", encoding="utf-8") as file:
        file.write(f'\n[evidence]\nallow_hosts = ["{LOOPBACK}"]\n')
    paper = sign_as_agency(draw(DECISION), official, agency)
    raw = mail("kept", AGENCY.email, DOOR, "Quyết định", now, (File("35.pdf", PDF, paper),))
    (folder / "mails" / "kept.eml").write_bytes(raw)
    (mail_id,) = office(
        "ingest", folder / "mails" / "kept.eml", "--mail-from", AGENCY.email, "--rcpt-to", DOOR
    ).out.split()
    judged(office.settings)
    assert office("mails", "show", mail_id, "--json").one["state"] == "accepted"
    assert site.asked
    site.close()
    shutil.rmtree(folder / "trust")
    (folder / "trust").mkdir()
    shutil.rmtree(folder / "var" / "evidence")
    return mail_id


@pytest.mark.parametrize("accepted", ["responder", "list"], indirect=True)
def test_years_later_the_verdict_is_the_same(office: Command, accepted: str) -> None:
    said = office("mails", "replay", accepted, "--at", YEARS_LATER.isoformat(), "--json").one
    assert said["before"]["state"] == said["after"]["state"] == "accepted"
    assert said["difference"] == {"state": False, "gone": [], "new": [], "signatures": []}


@pytest.mark.parametrize("accepted", ["list"], indirect=True)
def test_what_would_differ_is_said_signature_by_signature(office: Command, accepted: str) -> None:
    # Before its certificates were made nobody could have signed with them.
    told = office("mails", "replay", accepted, "--at", "2020-01-01", code=1).out
    assert "accepted -> held (nothing was recorded)" in told
    for field in ("ChuKyNguoiCoThamQuyen", "ChuKyCoQuan"):
        assert f"~ mail.eml/35.pdf, {field}: result VALID -> INDETERMINATE" in told
    assert office("mails", "show", accepted, "--json").one["judgements"] == 1
    # By the world of now, in which nobody is trusted, it would be another, too.
    (change, _) = office("mails", "replay", accepted, "--dry-run", "--json", code=1).one["difference"]["signatures"]
    assert change["path"] == ["mail.eml", "35.pdf"]
    assert change["changed"]["trust"] == ["trusted", "untrusted"]


def test_of_a_mail_that_nobody_judged_there_is_no_evidence(office: Command) -> None:
    file = office.settings.parent / "mails" / "correct.eml"
    (mail_id,) = office("ingest", file, "--rcpt-to", DOOR).out.split()
    assert "no evidence was kept" in office("mails", "replay", mail_id, "--at", "2026-11-22", code=1).err
