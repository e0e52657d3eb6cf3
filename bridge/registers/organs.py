"""Organs from the rows of a table, and as they are shown."""

from collections.abc import Iterator

from bridge.registers import values
from bridge.registers.sheet import Row, Sheet
from store.registry import Organ

COLUMNS = ("id", "name", "ids", "addresses", "former_names", "certificates", "successor")
NEEDED = ("name", "ids")


def organ(
    id_: str,
    name: str,
    ids: tuple[str, ...],
    *,
    addresses: tuple[str, ...] = (),
    former_names: tuple[str, ...] = (),
    certificates: tuple[str, ...] = (),
    successor: str = "",
) -> Organ:
    """An organ; its own id is the first of its ids unless it is given.

    Raises:
        UnfitValueError: a value is not of its form.
    """
    known = values.organ_ids(ids)
    if not known and not id_:
        raise values.UnfitValueError("an organ id is wanted")
    return Organ(
        values.identity(id_ or known[0].value),
        values.name(name),
        former_names=tuple(map(values.name, former_names)),
        ids=known,
        addresses=values.addresses(addresses),
        certificates=values.fingerprints(certificates),
        successor=successor,
    )


def of_sheet(sheet: Sheet) -> Iterator[Organ]:
    """Every organ of a table.

    Raises:
        BadSheetError: a row is wrong, or an id stands in two rows.
    """
    lines: dict[str, int] = {}
    for row in sheet:
        found = _of_row(row)
        for key in {found.id, *(known.value.casefold() for known in found.ids)}:
            if key in lines:
                raise row.wrong(f"{key} stands in line {lines[key]} already")
            lines[key] = row.line
        yield found


def _of_row(row: Row) -> Organ:
    try:
        return organ(
            row.text("id"),
            row.text("name"),
            row.several("ids"),
            addresses=row.several("addresses"),
            former_names=row.several("former_names"),
            certificates=row.several("certificates"),
            successor=row.text("successor"),
        )
    except values.UnfitValueError as unfit:
        raise row.wrong(str(unfit)) from unfit
