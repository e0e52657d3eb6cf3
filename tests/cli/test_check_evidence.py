"""`check` asks for what certificates point to, unless it is told not to."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import pytest

from bridge.demo.authority import Published, Validity
from bridge.demo.documents import DECISION
from bridge.demo.office import DemoOffice
from bridge.demo.paper import draw
from bridge.demo.pki import AGENCY
from bridge.demo.signing import sign_pdf
from tests.cli.command import Command
from tests.servers.ca_site import CaSite, ca_site
from tests.servers.wait import LOOPBACK


@pytest.fixture
def site(tmp_path: Path) -> Iterator[CaSite]:
    """Where the CA answers."""
    with ca_site(tmp_path / "site") as opened:
        yield opened


@pytest.mark.parametrize(
    ("options", "revocation", "asked"),
    [
        pytest.param((), "good", ["POST ocsp"], id="the responder is asked"),
        pytest.param(("--offline",), "unknown", [], id="offline nobody is asked"),
    ],
)
def test_check_asks_for_revocation_unless_offline(
    office: Command, template: DemoOffice, site: CaSite, options: tuple[str, ...], revocation: str, asked: list[str]
) -> None:
    ca = replace(template.pki.government_ca, published=Published(responder=site.url("ocsp")))
    signer = ca.leaf(AGENCY, Validity.around(datetime.now(UTC), years=4))
    site.respond("ocsp", ca, [signer])
    folder = office.settings.parent
    (folder / "trust" / "crls" / "government-ca.crl").unlink()
    with office.settings.open("a", encoding="utf-8") as file:
        file.write(f'\n[evidence]\nallow_hosts = ["{LOOPBACK}"]\n')
    paper = folder / "a.pdf"
    paper.write_bytes(sign_pdf(draw(DECISION), signer, "Sig1"))
    code = 0 if revocation == "good" else 1
    (signature,) = office("check", "--json", *options, paper, code=code).one["signatures"]
    assert (signature["trust"], signature["revocation"]) == ("trusted", revocation)
    assert site.asked == asked
