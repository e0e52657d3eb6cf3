"""The short form of the kill test: what `make stress` does two hundred times, eight times."""

import secrets
from collections.abc import Callable
from pathlib import Path

from bridge.demo.pki import Pki
from tests.journeys.house import House
from tests.journeys.post import from_agency, signed
from tests.servers import clients
from tests.stress.storm import SETTINGS, Storm

KILLS = 8


def test_what_was_answered_250_survives_kills_under_load_and_letters_are_not_lost(
    build: Callable[..., House], tmp_path: Path, pki: Pki
) -> None:
    with clients.smtp_sink(tmp_path / "sink.log") as sink:
        house = build(SETTINGS, smarthost=sink.port)
        mails = [from_agency(signed(pki)) for _ in range(3)]
        storm = Storm(house, secrets.randbelow(10**9), [(mail.mail_from, mail.raw) for mail in mails], 4, 60)
        storm.furnish()
        try:
            storm.rage(KILLS, 2.5)
            storm.reckon(60)
            storm.reckon_letters(sink, KILLS)
        finally:
            print(storm.told())
    assert len(storm.answered) > 20, "too little load to prove anything"
