"""Durations, sizes and socket addresses as people write them in a settings file: "7 d", "50 MB", "127.0.0.1:2525"."""

import re
from datetime import timedelta

_SECONDS = {
    "ms": 0.001,
    "s": 1,
    "min": 60,
    "m": 60,
    "h": 3600,
    "d": 86400,
    "w": 7 * 86400,
}
_OCTETS = {
    "B": 1,
    "kB": 1000,
    "KB": 1000,
    "MB": 1000**2,
    "GB": 1000**3,
    "KiB": 1024,
    "MiB": 1024**2,
    "GiB": 1024**3,
}
_QUANTITY = re.compile(r"\s*(\d+(?:\.\d+)?)\s*([A-Za-z]+)\s*")


def duration(text: str) -> timedelta:
    """The duration written as a number and one of ms, s, min, h, d, w.

    Raises:
        ValueError: it is not written so.
    """
    found = _QUANTITY.fullmatch(text)
    if not found or found[2] not in _SECONDS:
        raise ValueError(f'"{text}" is not a duration; write a number and one of {", ".join(_SECONDS)}, such as "7 d"')
    return timedelta(seconds=float(found[1]) * _SECONDS[found[2]])


def octets(text: str) -> int:
    """The size in octets, written as a number and one of B, kB, MB, GB, KiB, MiB, GiB.

    Raises:
        ValueError: it is not written so.
    """
    found = _QUANTITY.fullmatch(text)
    if not found or found[2] not in _OCTETS:
        raise ValueError(f'"{text}" is not a size; write a number and one of {", ".join(_OCTETS)}, such as "50 MB"')
    return int(float(found[1]) * _OCTETS[found[2]])


def written(value: timedelta) -> str:
    """The duration as `duration` reads it, in the largest unit that divides it."""
    seconds = value.total_seconds()
    for unit in ("d", "h", "min", "s"):
        if seconds >= _SECONDS[unit] and seconds % _SECONDS[unit] == 0:
            return f"{int(seconds // _SECONDS[unit])} {unit}"
    return f"{int(seconds * 1000)} ms"


def written_octets(value: int) -> str:
    """The size as `octets` reads it, in the largest unit that divides it; a bare number stays bare."""
    for unit in ("GB", "MB", "kB"):
        if value >= _OCTETS[unit] and value % _OCTETS[unit] == 0:
            return f"{value // _OCTETS[unit]} {unit}"
    return str(value)
