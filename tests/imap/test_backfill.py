"""Old mail is taken in by date: counted first, fetched once, beside a watcher at work."""

import json
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import pytest

from bridge.cli.main import run
from imap_poll.backfill import backfill
from tests.imap.office import Office, mail, port_of

_DAYS = (1, 5, 6, 7, 9)


@pytest.fixture
def old(office: Office) -> Office:
    """Mails of five days at noon in Viet Nam, and one of the last second before the sixth."""
    with office.server.login(office.user) as client:
        for day in _DAYS:
            client.append("INBOX", "", f'"{day:2}-Nov-2026 12:00:00 +0700"', mail(day))
        client.append("INBOX", "", '" 5-Nov-2026 23:59:59 +0700"', mail(50))
    return office


def _day(day: int) -> datetime:
    return datetime.fromisoformat(f"2026-11-{day:02}T00:00:00+07:00").astimezone(UTC)


def test_a_range_of_dates_is_taken_to_the_second(old: Office) -> None:
    seen: list[tuple[int, int]] = []
    account = replace(old.account, since="2026-11-08")
    done = backfill(account, "INBOX", _day(6), _day(8), port_of(old.store), progress=lambda *at: seen.append(at))
    assert (done.found, done.there, done.taken, done.left, done.open) == (2, 0, 2, 0, 0)
    assert sorted(old.kept()) == [mail(6), mail(7)]
    assert old.seen() == 2
    assert (seen[0], seen[-1]) == ((0, 2), (2, 2))
    again = backfill(account, "INBOX", _day(5), _day(8), port_of(old.store))
    assert (again.found, again.there, again.taken) == (4, 2, 2)
    assert len(old.all()) == 4


def test_a_dry_run_counts_and_touches_nothing(old: Office) -> None:
    account = replace(old.account, max_size=10)
    assert backfill(account, "INBOX", _day(1), _day(30), port_of(old.store), dry_run=True).left == 6
    done = backfill(old.account, "INBOX", _day(1), _day(30), port_of(old.store), dry_run=True)
    assert (done.found, done.taken, done.octets > 600) == (6, 6, True)
    assert old.all() == []
    assert old.seen() == 0


def test_a_watcher_that_was_there_before_or_comes_after_doubles_nothing(old: Office) -> None:
    backfill(old.account, "INBOX", _day(1), _day(7), port_of(old.store))
    assert old.watcher().round() == 2
    assert backfill(old.account, "INBOX", _day(1), _day(30), port_of(old.store)).there == 6
    assert len(old.all()) == 6
    assert old.seen() == 6


def test_the_command_tells_what_it_would_do_and_does_it(
    old: Office, tmp_path: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    settings = tmp_path / "docbridge.toml"
    settings.write_text(
        f"""
[office]
organ_id = "H99.12"
name = "UBND"
addresses = ["vanthu@mau.test"]
[store]
data = "{old.store.settings.data}"
[[imap_poll.account]]
name = "vanthu"
host = "127.0.0.1"
port = {old.server.port}
tls = "none"
user = "{old.user.name}"
password_file = "{old.password}"
"""
    )
    words = ["--config", str(settings), "imap", "backfill", "vanthu", "--since", "2026-11-06", "--until", "2026-11-08"]
    assert run([*words, "--dry-run", "--json"]) == 0
    told = json.loads(capfd.readouterr().out)
    assert (told["mailbox"], told["found"], told["taken"], told["dry_run"]) == ("INBOX", 2, 2, True)
    assert old.all() == []
    assert run([*words, "--json"]) == 0
    assert json.loads(capfd.readouterr().out)["taken"] == 2
    assert sorted(old.kept()) == [mail(6), mail(7)]
    assert run(words) == 0
    assert "INBOX" in capfd.readouterr().out
    assert run([*words[:4], "nobody", *words[5:]]) == 2
    assert run([*words[:-1], "2026-11-01"]) == 2
