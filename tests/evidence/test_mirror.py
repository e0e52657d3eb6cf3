"""The mirror of lists: what is proven and newer takes the place of what is there, and nothing else does."""

import json
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from bridge import truststore
from bridge.demo.authority import Authority, Published, Validity
from bridge.demo.pki import Pki, mint
from bridge.doctor.checkup import Condition
from bridge.doctor.mirror import mirror as doctor
from bridge.evidence.answers import Answers
from bridge.evidence.mirror import Mirror, Mirrored, last
from bridge.settings import Settings, load
from tests.servers.ca_site import CaSite, ca_site
from tests.servers.wait import LOOPBACK

NOW = datetime.now(UTC)
HOUR = timedelta(hours=1)


@pytest.fixture(scope="module")
def pki(tmp_path_factory: pytest.TempPathFactory) -> Pki:
    """Keys take time."""
    return mint(tmp_path_factory.mktemp("pki"), NOW)


@pytest.fixture
def site(tmp_path: Path) -> Iterator[CaSite]:
    """Where the authorities publish."""
    with ca_site(tmp_path / "site") as opened:
        yield opened


@pytest.fixture
def settings(tmp_path: Path, pki: Pki, site: CaSite) -> Settings:
    """An office that trusts the government's root and a CA that names the root's list; the CA's own is a setting."""
    above = replace(pki.government_root, published=Published(lists=site.url("root.crl")))
    ca = above.subordinate("CA có địa chỉ", "Cơ quan thử nghiệm", Validity.around(NOW, years=20)).identity
    for folder, der in (("government", pki.government_root.identity.der), ("intermediates", ca.der)):
        (tmp_path / "trust" / folder).mkdir(parents=True)
        (tmp_path / "trust" / folder / "one.der").write_bytes(der)
    (tmp_path / "trust" / "intermediates" / "ca.der").write_bytes(pki.government_ca.identity.der)
    site.files |= {
        "root.crl": pki.government_root.revocation_list(NOW - HOUR),
        "ca.crl": pki.government_ca.revocation_list(NOW - HOUR),
    }
    file = tmp_path / "docbridge.toml"
    office, places = (
        '[office]\norgan_id = "H99.1"\nname = "UBND"\n',
        '[store]\ndata = "var"\n[trust]\ndirectory = "trust"\n',
    )
    file.write_text(f"{office}{places}[smtp_in]\n[outbound]\n")
    here = {"ALLOW_HOSTS": json.dumps([LOOPBACK]), "MIRROR": json.dumps([site.url("ca.crl")]), "TIMEOUT": "2 s"}
    return load(file, {f"DOCBRIDGE_EVIDENCE__{key}": value for key, value in here.items()})


def refreshed(settings: Settings) -> dict[str, Mirrored]:
    """One round, by the last part of the address."""
    done = Mirror(settings, Answers(settings.evidence, None)).refresh(datetime.now(UTC))
    return {one.url.rpartition("/")[2]: one for one in done}


def lists(settings: Settings) -> set[bytes]:
    """The lists of the trust directory."""
    return set(truststore.read(settings.trust.directory).crls)


def test_the_lists_that_certificates_and_settings_name_come_into_the_trust_directory(
    settings: Settings, site: CaSite
) -> None:
    assert {name: one.state for name, one in refreshed(settings).items()} == {"root.crl": "new", "ca.crl": "new"}
    assert lists(settings) == set(site.files.values())
    assert {one.state for one in refreshed(settings).values()} == {"same"}
    (said,) = doctor(settings, datetime.now(UTC))
    assert said.state is Condition.OK


def test_a_newer_list_takes_the_place_of_the_older(settings: Settings, site: CaSite, pki: Pki) -> None:
    refreshed(settings)
    site.files["ca.crl"] = pki.government_ca.revoke(pki.agency, NOW - HOUR).revocation_list(NOW)
    assert refreshed(settings)["ca.crl"].state == "new"
    assert lists(settings) == set(site.files.values())


def forged(pki: Pki) -> bytes:
    """In the CA's name, by another's key."""
    forger = Authority(replace(pki.government_ca.identity, key=pki.stranger_root.identity.key))
    return forger.revocation_list(NOW)


BAD = [
    pytest.param(forged, "none of our authorities signed it", id="forged in the name of the CA"),
    pytest.param(lambda pki: pki.stranger_root.revocation_list(NOW), "none of our", id="of a stranger"),
    pytest.param(lambda pki: pki.government_ca.revocation_list(NOW - 90 * 24 * HOUR), "ended", id="of last season"),
    pytest.param(lambda pki: b"<html>maintenance</html>", "no list", id="a page"),
    pytest.param(lambda pki: None, "HTTP 404", id="nothing"),
]


@pytest.mark.parametrize(("bad", "cause"), BAD)
def test_what_is_not_proven_leaves_what_is_there_and_doctor_tells(
    settings: Settings, site: CaSite, pki: Pki, bad: object, cause: str
) -> None:
    assert callable(bad)
    refreshed(settings)
    before = lists(settings)
    content = bad(pki)
    if content is None:
        del site.files["ca.crl"]
    else:
        site.files["ca.crl"] = content
    one = refreshed(settings)["ca.crl"]
    assert one.state == "failed"
    assert cause in one.cause
    assert lists(settings) == before
    assert one in last(settings)
    said = [checkup for checkup in doctor(settings, datetime.now(UTC)) if checkup.state is Condition.WARNING]
    assert [cause in checkup.says for checkup in said] == [True]


def test_a_mirror_that_stands_still_is_told(settings: Settings) -> None:
    refreshed(settings)
    later = datetime.now(UTC) + timedelta(days=2)
    assert any("stands still" in checkup.says for checkup in doctor(settings, later))
