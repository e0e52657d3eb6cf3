"""The office of the demonstration: its settings, its trust directory, its registers, and the province's packet."""

import shutil
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from bridge.demo.mails import signed_decision
from bridge.demo.pki import AGENCY, BUSINESS, Pki, mint
from bridge.edxml.compose import document_packet
from bridge.edxml.packet import PacketFile, Party
from bridge.edxml.write import write
from bridge.fields.identify import identify
from bridge.settings import load
from store.connection import migrate, open_database
from store.registry import Correspondent, Organ, OrganId, RoutingRule
from store.store import open_store

DOOR = "vanthu@mau.test"
ORGAN, RECEIVER, OTHERS, SENDER = "H99.12", "H99.12.05", "H99.99", "H99.15"

_SETTINGS = """\
[office]
organ_id = "{organ}"
name = "Văn phòng Ủy ban nhân dân tỉnh Mẫu"
addresses = ["{door}"]

[store]
data = "./var"

[smtp_in]
listen = ["127.0.0.1:{smtp}"]
hostname = "docbridge.mau.test"

[outbound]
smarthost = "127.0.0.1:{smarthost}"
sender = "{door}"
return_path = "bounce+{{token}}@mau.test"
reply_to = "reply+{{token}}@mau.test"
tls = "none"

[[axis]]
name = "tinh"
kind = "folder"
directory = "./axis"
organ_id_of_others = "{others}"

[trust]
directory = "./trust"

[receipts]
gather = "1 s"

[worker]
poll = "200 ms"

[web]
listen = ""
"""


@dataclass(frozen=True, slots=True)
class DemoOffice:
    """Everything on disk that the demonstration needs."""

    directory: Path
    pki: Pki
    smtp_port: int

    @property
    def settings_file(self) -> Path:
        """docbridge.toml."""
        return self.directory / "docbridge.toml"

    @property
    def axis(self) -> Path:
        """The folder that is shared with the province."""
        return self.directory / "axis"


def furnish(directory: Path, smtp_port: int, smarthost_port: int, now: datetime) -> DemoOffice:
    """Makes the office: keys, settings, schema, registers."""
    pki = mint(directory / "pki", now)
    shutil.copytree(pki.trust_directory, directory / "trust")
    office = DemoOffice(directory, pki, smtp_port)
    office.settings_file.write_text(
        _SETTINGS.format(organ=ORGAN, door=DOOR, smtp=smtp_port, smarthost=smarthost_port, others=OTHERS),
        encoding="utf-8",
    )
    settings = load(office.settings_file, {})
    settings.store.data.mkdir()
    database = open_database(settings.store)
    migrate(database)
    database.close()
    store = open_store(settings.store)
    registry, actor = store.registry, "demo"
    registry.organs.add(Organ("noi-vu", "Sở Nội vụ tỉnh Mẫu", ids=(OrganId("qd-20", RECEIVER),)), actor, now)
    registry.routes.add(RoutingRule("vanthu", recipient=DOOR, organs=("noi-vu",)), actor, now)
    registry.correspondents.add(
        Correspondent("so-mau", "agency", AGENCY.name, organ_id=SENDER, addresses=(AGENCY.email,)), actor, now
    )
    registry.correspondents.add(
        Correspondent("vi-du", "business", BUSINESS.name, tax_code=BUSINESS.tax_code, addresses=(BUSINESS.email,)),
        actor,
        now,
    )
    store.close()
    return office


def packet_of_the_province(office: DemoOffice, now: datetime) -> Path:
    """Puts a packet for the business into the axis' folder, as the province's side would."""
    pdf = signed_decision(office.pki, now)
    fields = identify(pdf, "application/pdf")
    packet = document_packet(
        fields,
        Party(ORGAN, "Ủy ban nhân dân tỉnh Mẫu"),
        (Party(OTHERS, BUSINESS.name, email=BUSINESS.email),),
        (PacketFile("35_QD-SM.pdf", pdf, "application/pdf", "Văn bản chính"),),
        now,
        own_id="00000000-0000-4000-8000-000000000035",
    )
    inbox = office.axis / "in"
    inbox.mkdir(parents=True, exist_ok=True)
    target = inbox / "gui-doanh-nghiep.edxml"
    with target.with_suffix(".tmp").open("wb") as out:
        write(packet, out)
    target.with_suffix(".tmp").rename(target)
    return target
