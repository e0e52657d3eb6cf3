"""Working days: holidays by law, lunar ones among them, and the office's own table over them."""

from datetime import UTC, date, datetime
from zoneinfo import ZoneInfo

import pytest

from bridge.lunar import solar_date
from bridge.working_days import Calendar

ZONE = ZoneInfo("Asia/Ho_Chi_Minh")


@pytest.mark.parametrize(
    ("year", "new_year", "kings"),
    [
        pytest.param(2020, date(2020, 1, 25), date(2020, 4, 2), id="2020, with a leap 4th month"),
        pytest.param(2023, date(2023, 1, 22), date(2023, 4, 29), id="2023, with a leap 2nd month before the kings"),
        pytest.param(2024, date(2024, 2, 10), date(2024, 4, 18), id="2024"),
        pytest.param(2025, date(2025, 1, 29), date(2025, 4, 7), id="2025, with a leap 6th month"),
        pytest.param(2026, date(2026, 2, 17), date(2026, 4, 26), id="2026"),
        pytest.param(2027, date(2027, 2, 6), date(2027, 4, 16), id="2027"),
        pytest.param(2007, date(2007, 2, 17), date(2007, 4, 26), id="2007, a day before the Chinese new year"),
    ],
)
def test_lunar_days_are_where_the_calendar_has_them(year: int, new_year: date, kings: date) -> None:
    assert (solar_date(year, 1, 1), solar_date(year, 3, 10)) == (new_year, kings)


@pytest.mark.parametrize(
    ("day", "works"),
    [
        pytest.param(date(2026, 11, 20), True, id="a Friday"),
        pytest.param(date(2026, 11, 21), False, id="a Saturday"),
        pytest.param(date(2026, 2, 16), False, id="the eve of Tết"),
        pytest.param(date(2026, 2, 20), False, id="the fourth day of Tết"),
        pytest.param(date(2026, 2, 23), True, id="the Monday behind Tết"),
        pytest.param(date(2027, 2, 10), False, id="made up for the Saturday and Sunday in Tết 2027"),
        pytest.param(date(2026, 4, 26), False, id="the Hùng kings on a Sunday"),
        pytest.param(date(2026, 4, 27), False, id="made up for the Sunday of the Hùng kings"),
        pytest.param(date(2026, 5, 1), False, id="Labour Day"),
        pytest.param(date(2026, 9, 2), False, id="National Day"),
        pytest.param(date(2026, 9, 3), True, id="the day behind it"),
    ],
)
def test_days_of_rest_by_law(day: date, works: bool) -> None:
    assert Calendar().works(day) is works


def test_the_offices_table_is_stronger() -> None:
    table = Calendar(frozenset({date(2026, 11, 24)}), frozenset({date(2026, 11, 21), date(2026, 9, 2)}))
    assert not table.works(date(2026, 11, 24))
    assert table.works(date(2026, 11, 21))
    assert table.works(date(2026, 9, 2))


@pytest.mark.parametrize(
    ("now", "before"),
    [
        pytest.param("2026-11-20T17:00", "2026-11-19T00:00", id="on Friday, what came before Thursday"),
        pytest.param("2026-11-21T08:00", "2026-11-20T00:00", id="on Saturday, what came before Friday"),
        pytest.param("2026-11-23T08:00", "2026-11-20T00:00", id="on Monday still the same: nobody worked since"),
        pytest.param("2026-11-24T00:00", "2026-11-23T00:00", id="when Monday is over, what came at the week's end"),
        pytest.param("2026-02-23T12:00", "2026-02-13T00:00", id="behind Tết, what came before its last working day"),
    ],
)
def test_what_is_overdue(now: str, before: str) -> None:
    moment = datetime.fromisoformat(now).replace(tzinfo=ZONE).astimezone(UTC)
    assert Calendar().overdue_before(moment, ZONE) == datetime.fromisoformat(before).replace(tzinfo=ZONE)
