"""An office on disk for the commands: minted and filled once, copied for every test that changes something."""

import shutil
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import pytest

from bridge.demo.documents import DECISION
from bridge.demo.mails import PDF, File, mail, samples
from bridge.demo.office import DOOR, DemoOffice, furnish, packet_of_the_province
from bridge.demo.paper import draw
from bridge.demo.pki import AGENCY
from bridge.demo.signing import TimeStamping, sign_as_agency
from bridge.settings import load
from store.store import Store, open_store
from tests.cli.command import Command, judged


@pytest.fixture(scope="session")
def template(tmp_path_factory: pytest.TempPathFactory) -> DemoOffice:
    """The office with its registers and sample mails as files, nothing taken in."""
    now = datetime.now(UTC)
    office = furnish(tmp_path_factory.mktemp("office"), 1, 9, now)
    folder = office.directory / "mails"
    folder.mkdir()
    for sample in samples(office.pki, DOOR, now):
        (folder / f"{sample.key}.eml").write_bytes(sample.raw)
    pki, nameless = office.pki, replace(DECISION, number="")
    pdf = sign_as_agency(draw(nameless), pki.official, pki.agency, TimeStamping(pki.time_stamper, now))
    file = File("Quyết định.pdf", PDF, pdf)
    raw = mail("nameless", AGENCY.email, DOOR, "Gửi quyết định", now, (file,))
    (folder / "nameless.eml").write_bytes(raw)
    packet_of_the_province(office, now)
    (office.axis / "in" / "gui-doanh-nghiep.edxml").rename(folder / "packet.edxml")
    return office


@pytest.fixture(scope="session")
def filled(template: DemoOffice, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The same with mails taken in and judged: accepted, rejected and held ones.  Never changed."""
    folder = tmp_path_factory.mktemp("filled") / "office"
    shutil.copytree(template.directory, folder)
    command = Command(folder / "docbridge.toml")
    for key in ("correct", "unsigned", "nameless"):
        command("ingest", folder / "mails" / f"{key}.eml", "--mail-from", AGENCY.email, "--rcpt-to", DOOR)
    command("letters", "send", folder / "mails" / "packet.edxml")
    judged(command.settings)
    return folder


@pytest.fixture
def office(template: DemoOffice, tmp_path: Path) -> Command:
    """A command of one's own on an empty office."""
    shutil.copytree(template.directory, tmp_path / "office")
    return Command(tmp_path / "office" / "docbridge.toml")


@pytest.fixture
def busy(filled: Path, tmp_path: Path) -> Command:
    """A command of one's own on an office with mails."""
    shutil.copytree(filled, tmp_path / "office")
    return Command(tmp_path / "office" / "docbridge.toml")


@pytest.fixture
def reading(filled: Path) -> Command:
    """A command that only reads, on the office with mails."""
    return Command(filled / "docbridge.toml")


@pytest.fixture
def store(busy: Command) -> Iterator[Store]:
    """The store of `busy`."""
    opened = open_store(load(busy.settings, {}).store)
    yield opened
    opened.close()


@pytest.fixture
def filled_store(filled: Path) -> Iterator[Store]:
    """The store of `reading`, to be read only."""
    opened = open_store(load(filled / "docbridge.toml", {}).store)
    yield opened
    opened.close()
