"""A table in a CSV file, read row by row: UTF-8 with or without a byte-order mark, a header, comma or semicolon.

Every error names its line, as an editor counts them, and says what was expected.
"""

import csv
import difflib
import io
from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

_SEVERAL = "|"  # between several values of one cell: neither delimiter, and in no address or name
_LARGEST = 200_000_000  # octets; a hundred thousand rows are a tenth of it


class BadSheetError(Exception):
    """The file cannot be imported; the text says on which line and why."""


@dataclass(frozen=True, slots=True)
class Row:
    """One row of the table."""

    line: int  #: of the file, where the row ends
    cells: Mapping[str, str]  #: by column, trimmed; absent columns are absent

    def text(self, column: str) -> str:
        """The cell; "" when it is empty or there is no such column."""
        return self.cells.get(column, "")

    def several(self, column: str) -> tuple[str, ...]:
        """The values of a cell that may hold several, separated by "|"."""
        return tuple(filter(None, (value.strip() for value in self.text(column).split(_SEVERAL))))

    def wrong(self, why: str) -> BadSheetError:
        """An error about this row."""
        return BadSheetError(f"line {self.line}: {why}")


@dataclass(frozen=True, slots=True)
class Sheet:
    """A whole table, its header checked."""

    rows: int  #: lines below the header, at most so many rows
    text: str
    delimiter: str

    def __iter__(self) -> Iterator[Row]:
        """The rows.  Empty lines are passed over."""
        reader = csv.reader(io.StringIO(self.text, newline=""), delimiter=self.delimiter, strict=True)
        try:
            header = [name.strip() for name in next(reader)]
            for cells in reader:
                if not any(cell.strip() for cell in cells):
                    continue
                if len(cells) != len(header):
                    raise BadSheetError(f"line {reader.line_num}: {len(cells)} cells, the header has {len(header)}")
                yield Row(reader.line_num, dict(zip(header, map(str.strip, cells), strict=True)))
        except csv.Error as error:
            raise BadSheetError(f"line {reader.line_num}: {error}") from error


def read(file: Path, columns: Collection[str], needed: Collection[str]) -> Sheet:
    """The table in `file`, whose header names some of `columns` and all of `needed`.

    Raises:
        BadSheetError: it cannot be read, is no UTF-8, or its header is another.
    """
    try:
        if file.stat().st_size > _LARGEST:
            raise BadSheetError(f"is larger than {_LARGEST // 1_000_000} MB")
        octets = file.read_bytes()
    except OSError as error:
        raise BadSheetError(error.strerror or "cannot be read") from error
    try:
        text = octets.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = octets.count(b"\n", 0, error.start) + 1
        raise BadSheetError(f"line {line}: not UTF-8; save the table as CSV UTF-8") from error
    if "\0" in text:
        raise BadSheetError("holds zero octets: a table saved as CSV UTF-8 has none")
    first = text.splitlines()[0] if text.strip() else ""
    # Excel writes semicolons where the comma is the decimal sign, as in Viet Nam.
    delimiter = ";" if first.count(";") > first.count(",") else ","
    try:
        header = [name.strip() for name in next(csv.reader([first], delimiter=delimiter, strict=True), [])]
    except csv.Error as error:
        raise BadSheetError(f"line 1: {error}") from error
    for name in header:
        if name not in columns:
            near = difflib.get_close_matches(name, columns, n=1, cutoff=0.5)
            hint = f'did you mean "{near[0]}"?' if near else f"known are {', '.join(columns)}"
            raise BadSheetError(f'line 1: unknown column "{name}"; {hint}')
    if missing := [name for name in needed if name not in header]:
        raise BadSheetError(f"line 1: no column {', '.join(missing)}")
    if twice := sorted({name for name in header if header.count(name) > 1}):
        raise BadSheetError(f"line 1: {', '.join(twice)} twice")
    return Sheet(max(0, text.count("\n")), text, delimiter)
