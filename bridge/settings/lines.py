"""Tells on which line of a TOML file a key stands, so that an error can name it.

tomllib keeps no positions; this reads just enough of the format (table headers and the first key of a line) for that.
"""

import re

_HEADER = re.compile(r"\s*(\[\[?)\s*([^\]]+?)\s*\]\]?\s*(?:#.*)?$")
_KEY = re.compile(r"""\s*((?:[A-Za-z0-9_-]+|"[^"]*"|'[^']*')(?:\s*\.\s*(?:[A-Za-z0-9_-]+|"[^"]*"|'[^']*'))*)\s*=""")
_PART = re.compile(r"""[A-Za-z0-9_-]+|"[^"]*"|'[^']*'""")


def _parts(text: str) -> tuple[str, ...]:
    return tuple(part.strip("\"'") for part in _PART.findall(text))


def line_of(text: str, path: tuple[str, ...]) -> int | None:
    """The 1-based line where `path` is set, or where the longest part of it begins; None when nowhere.

    Elements of an array of tables are counted in the path: ("axis", "0", "kind").
    """
    best: tuple[int, int] | None = None
    table: tuple[str, ...] = ()
    counts: dict[tuple[str, ...], int] = {}
    for number, line in enumerate(text.splitlines(), start=1):
        if header := _HEADER.match(line):
            table = _parts(header[2])
            if header[1] == "[[":
                position = counts.get(table, -1) + 1
                counts[table] = position
                table = (*table, str(position))
            here = table
        elif key := _KEY.match(line):
            here = (*table, *_parts(key[1]))
        else:
            continue
        shared = next(
            (i for i, (a, b) in enumerate(zip(here, path, strict=False)) if a != b), min(len(here), len(path))
        )
        if shared == min(len(here), len(path)) and shared and (best is None or shared > best[0]):
            best = (shared, number)
    return best[1] if best else None
