"""Two hundred kills under load: nothing that was answered 250 is lost, doubled or changed (`make stress`)."""

import os
import secrets
from collections.abc import Callable
from pathlib import Path

import pytest

from bridge.demo.pki import Pki
from tests.journeys.house import House
from tests.journeys.post import from_agency, signed
from tests.servers import clients
from tests.stress.storm import SETTINGS, Storm

KILLS = int(os.environ.get("STRESS_KILLS", "200"))


@pytest.mark.timeout(7200)
def test_what_was_answered_250_survives_two_hundred_kills_under_load(
    build: Callable[..., House], tmp_path: Path, pki: Pki
) -> None:
    with clients.smtp_sink(tmp_path / "sink.log") as sink:
        house = build(SETTINGS, smarthost=sink.port)
        mails = [from_agency(signed(pki)) for _ in range(max(3, KILLS // 5))]
        extra = [(mail.mail_from, mail.raw) for mail in mails]
        storm = Storm(house, secrets.randbelow(10**9), extra, clients=8, most=15 * KILLS)
        storm.furnish()
        try:
            storm.rage(KILLS, 6.0)
            storm.reckon(1800)
            storm.reckon_letters(sink, KILLS)
        finally:
            print(storm.told())
