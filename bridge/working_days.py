"""Which days an office works, and by when something that came must have been dealt with.

Public holidays are those of the Labour Code 2019 Art. 112; one that falls on a day of rest is made up for on the next
working day (Art. 111.3).  What the government decides anew each year (the second day of National Day, bridges between
holidays, Saturdays worked instead) stands in the office's own table, which is stronger.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from functools import lru_cache
from zoneinfo import ZoneInfo

from bridge.lunar import solar_date

_DAY = timedelta(days=1)
_SATURDAY = 5
_LONGEST_REST = 40  # days in a row; behind that the table is taken to be wrong


@dataclass(frozen=True, slots=True)
class Calendar:
    """The office's table beside the holidays by law."""

    off: frozenset[date] = frozenset()  #: days of rest besides
    on: frozenset[date] = frozenset()  #: days worked all the same

    def works(self, day: date) -> bool:
        """Is it a working day?"""
        if day in self.on:
            return True
        return day not in self.off and day.weekday() < _SATURDAY and day not in _holidays(day.year)

    def next_after(self, day: date) -> date:
        """The first working day behind `day`."""
        for number in range(1, _LONGEST_REST):
            if self.works(day + number * _DAY):
                return day + number * _DAY
        return day + _LONGEST_REST * _DAY

    def overdue_before(self, now: datetime, zone: ZoneInfo) -> datetime:
        """What came before this moment, and had to be dealt with by the end of the next working day, is overdue.

        Decree 30/2020 Art. 4.2.c and 23.1: on the day of arrival, at the latest on the working day that follows.
        """
        today = now.astimezone(zone).date()
        last = today - _DAY  # the last day that is over
        while not self.works(last) and today - last < _LONGEST_REST * _DAY:
            last -= _DAY
        return datetime.combine(last, time(), zone)


@lru_cache(maxsize=16)
def _holidays(year: int) -> frozenset[date]:
    """The days of rest by law, those made up for on another day included."""
    found: set[date] = set()
    for first, length in _by_law(year):
        days = [first + number * _DAY for number in range(length)]
        found.update(days)
        behind = days[-1]
        for _ in (day for day in days if day.weekday() >= _SATURDAY):
            behind += _DAY
            while behind.weekday() >= _SATURDAY or behind in found:
                behind += _DAY
            found.add(behind)
    return frozenset(found)


def _by_law(year: int) -> Iterator[tuple[date, int]]:
    """The first day of each holiday and its length (Labour Code 2019 Art. 112.1)."""
    yield date(year, 1, 1), 1
    yield solar_date(year, 1, 1) - _DAY, 5  # Tết: from the last day of the old year
    yield solar_date(year, 3, 10), 1  # the Hùng kings
    yield date(year, 4, 30), 2  # Reunification and Labour Day are neighbours
    yield date(year, 9, 1), 2  # National Day, and one day before or behind it: the office's table knows
