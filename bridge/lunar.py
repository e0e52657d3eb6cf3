"""The Vietnamese lunar calendar, as far as public holidays hang on it: the solar date of a lunar day.

Promise: right for 1968 to 2199, reckoned for the meridian 105° E.  New moons by the series of J. Meeus, Astronomical
Algorithms (1991), chapter 47, the sun's longitude by chapter 24, in their short form, which is good to some minutes.
A month begins on the day of its new moon; the month that holds the winter solstice is the 11th; in a year of thirteen
the first month in which the sun enters no principal term is a leap month.
"""

import math
from datetime import date, timedelta
from functools import lru_cache

_EPOCH = 2415021.076998695  # Julian day of the new moon of 1 January 1900
_MONTH = 29.530588853
_ZONE = 7 / 24  # of a day
_DAY_ONE = date(1, 1, 1)
_JULIAN_OF_DAY_ONE = 1721426  # Julian day number of 1 January 1


@lru_cache(maxsize=64)
def solar_date(year: int, month: int, day: int) -> date:
    """The day that is `day` of the (not leap) lunar `month`, the 1st to the 10th, of the lunar year of `year`."""
    eleventh = _eleventh_month(year - 1)
    number = _number_of(eleventh)
    months = _number_of(_eleventh_month(year)) - number
    ahead = month + 1  # months behind the 11th, were none a leap month
    if months == 13 and ahead >= _leap(number):
        ahead += 1
    return _of_julian(_new_moon(number + ahead) + day - 1)


def _leap(number: int) -> int:
    """How many months behind the 11th the leap month comes: the first without a principal term."""
    before = _term(_new_moon(number + 1))
    for ahead in range(1, 14):
        following = _term(_new_moon(number + ahead + 1))
        if following == before:
            return ahead
        before = following
    return 14


def _eleventh_month(year: int) -> int:
    """The Julian day on which the lunar month begins that holds the winter solstice of `year`."""
    number = int((_to_julian(date(year, 12, 31)) - _EPOCH) / _MONTH)
    start = _new_moon(number)
    # The sun is past 270° when the month begins: the solstice was in the month before.
    return _new_moon(number - 1) if _term(start) >= 9 else start


def _number_of(start: int) -> int:
    return int(0.5 + (start - _EPOCH) / _MONTH)


def _new_moon(number: int) -> int:
    """The Julian day (in Vietnam) of the new moon with that number since 1900."""
    t = number / 1236.85
    rad = math.radians
    mean = (
        2415020.75933
        + 29.53058868 * number
        + 0.0001178 * t**2
        - 0.000000155 * t**3
        + 0.00033 * math.sin(rad(166.56 + 132.87 * t - 0.009173 * t**2))
    )
    sun = rad(359.2242 + 29.10535608 * number - 0.0000333 * t**2 - 0.00000347 * t**3)
    moon = rad(306.0253 + 385.81691806 * number + 0.0107306 * t**2 + 0.00001236 * t**3)
    node = rad(21.2964 + 390.67050646 * number - 0.0016528 * t**2 - 0.00000239 * t**3)
    shift = (
        (0.1734 - 0.000393 * t) * math.sin(sun)
        + 0.0021 * math.sin(2 * sun)
        - 0.4068 * math.sin(moon)
        + 0.0161 * math.sin(2 * moon)
        - 0.0004 * math.sin(3 * moon)
        + 0.0104 * math.sin(2 * node)
        - 0.0051 * math.sin(sun + moon)
        - 0.0074 * math.sin(sun - moon)
        + 0.0004 * math.sin(2 * node + sun)
        - 0.0004 * math.sin(2 * node - sun)
        - 0.0006 * math.sin(2 * node + moon)
        + 0.0010 * math.sin(2 * node - moon)
        + 0.0005 * math.sin(2 * moon + sun)
    )
    dynamic = -0.000278 + 0.000265 * t + 0.000262 * t**2  # from dynamical to universal time
    return math.floor(mean + shift - dynamic + 0.5 + _ZONE)


def _term(day: int) -> int:
    """In which twelfth of its way (from the spring equinox) the sun is when that day begins in Vietnam."""
    t = (day - 0.5 - _ZONE - 2451545.0) / 36525
    anomaly = math.radians(357.52910 + 35999.05030 * t - 0.0001559 * t**2 - 0.00000048 * t**3)
    mean = 280.46645 + 36000.76983 * t + 0.0003032 * t**2
    centre = (
        (1.914600 - 0.004817 * t - 0.000014 * t**2) * math.sin(anomaly)
        + (0.019993 - 0.000101 * t) * math.sin(2 * anomaly)
        + 0.000290 * math.sin(3 * anomaly)
    )
    return int((mean + centre) % 360 / 30)


def _to_julian(day: date) -> int:
    return (day - _DAY_ONE).days + _JULIAN_OF_DAY_ONE


def _of_julian(day: int) -> date:
    return _DAY_ONE + timedelta(days=day - _JULIAN_OF_DAY_ONE)
