"""What the tests of the VXP axis are given: settings, packets, and a run through an axis full of faults."""

import random
from collections import Counter
from datetime import UTC, date, datetime, timedelta
from io import BytesIO
from pathlib import Path
from typing import Any

from bridge.axis.settings import VxpAxis
from bridge.axis.vxp import Vxp
from bridge.edxml.packet import Code, DocumentPacket, DocumentType, PacketFile, PacketSigner, Party
from bridge.edxml.write import write
from bridge.parts.exchange import Exchange
from bridge.sandbox.settings import SandboxSettings
from bridge.settings import Settings
from bridge.settings.sections import Office, Web
from bridge.wiring import bench_of
from outbound.settings import OutboundSettings
from smtp_in.settings import SmtpSettings
from store.connection import migrate, open_database
from store.delivery import Done
from store.errors import Unavailable
from store.judgement import EnvelopeRecord, NewDelivery
from store.mail import AxisOrigin
from store.settings import StoreSettings
from store.store import open_store
from tests.axis.standin import StandIn
from tests.servers.wait import wait_until


def packet(number: int = 35, to: str = "H99.12.05") -> bytes:
    """A packet with that number."""
    out = BytesIO()
    write(
        DocumentPacket(
            sender=Party("H99.12", "Văn phòng"),
            receivers=(Party(to, "Sở Nội vụ"),),
            code=Code(str(number), "VP-TH"),
            issued=date(2026, 11, 20),
            type=DocumentType("Công văn"),
            subject="V/v kiểm tra & thử <nghiệm>",
            signer=PacketSigner("Người Ký"),
            document_id=f"H99.12,2026/11/20,{number}/VP-TH",
            files=(PacketFile("a.txt", b"mot", "text/plain"),),
        ),
        out,
    )
    return out.getvalue()


def settings_of(stand_in: StandIn, folder: Path, **others: Any) -> VxpAxis:  # noqa: ANN401  any setting
    """Settings for that axis; the secret lies in a file."""
    secret = folder / "secret"
    secret.write_bytes(stand_in.secret + b"\n")
    quick = {
        "timeout": timedelta(seconds=5),
        "poll": timedelta(),
        "breaker_pause": timedelta(milliseconds=20),
    }
    return VxpAxis("tinh", stand_in.url, stand_in.system_id, secret, **{**quick, **others})


#: Two calls of three go well.
FAULTS = (*("",) * 14, "reset", "502", "html", "busy", "hang-up", "truncated", "502-after")


def run_through_faults(stand_in: StandIn, folder: Path, count: int, seed: int) -> None:
    """Sends `count` documents and takes in a tenth as many, while every third call goes wrong."""
    dice = random.Random(seed)
    data = StoreSettings(data=folder / "var")
    database = open_database(data)
    migrate(database)
    database.close()
    settings = Settings(
        Office("H99.12", "Văn phòng", addresses=("vanthu@mau.test",)),
        data,
        SmtpSettings(),
        OutboundSettings(sender="vanthu@mau.test"),
        axis=(settings_of(stand_in, folder),),
        sandbox=SandboxSettings(children=1),
        web=Web(""),
    )
    store = open_store(data)
    bench = bench_of(settings, store)
    axis = Vxp(settings_of(stand_in, folder), stand_in.secret, lambda: datetime.now(UTC))
    try:
        now = datetime.now(UTC)
        contents = {f"00000000-0000-4000-8000-{number:012d}": packet(number) for number in range(1, count + 1)}
        store.deliveries.add(
            [NewDelivery(id_, "envelope", id_, "tinh", now) for id_ in contents],
            now,
            envelope_records=[EnvelopeRecord(id_, "", content) for id_, content in contents.items()],
        )
        stand_in.listed = 25  # fewer than are sent between two tries of one packet
        incoming = [stand_in.put(packet(number)) for number in range(1, count // 10 + 1)]
        stand_in.twice = True
        stand_in.fault = lambda operation: dice.choice(FAULTS)
        exchange = Exchange(bench, axis, "test", waits=(0.0,))

        def busy() -> bool:
            try:
                return exchange.once()
            except Unavailable:  # as the part's loop does
                return True

        def all_through() -> bool:
            for _ in range(10):
                busy()
            return len(stand_in.sent) >= count and all(one.status == "done" for one in stand_in.inbox.values())

        wait_until(all_through, 0.1 * count + 60, "everything being through")
        stand_in.fault = lambda operation: ""
        wait_until(lambda: not busy(), 60, "the axis being idle")
        assert Counter(stand_in.bodies) == Counter(contents.values())
        assert sum(1 for _ in store.deliveries.list(Done)) == count
        origins = [mail.origin for mail in store.mails.list()]
        assert sorted(one.packet for one in origins if isinstance(one, AxisOrigin)) == sorted(incoming)
        assert stand_in.problems == []
    finally:
        axis.close()
        bench.pool.close()
        store.close()
