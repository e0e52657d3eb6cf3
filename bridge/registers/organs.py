"""Organs from the rows of a table, and as they are shown and searched for."""

from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from bridge.fields.fold import fold
from bridge.registers import values
from bridge.registers.sheet import Row, Sheet
from store.registry import Organ

COLUMNS = (
    "id",
    "name",
    "ids",
    "abbreviations",
    "addresses",
    "domains",
    "tax_code",
    "former_names",
    "certificates",
    "successor",
)
NEEDED = ("name", "ids")
_SEVERAL = ("addresses", "domains", "abbreviations", "former_names", "certificates")


def organ(
    id_: str,
    name: str,
    ids: tuple[str, ...],
    *,
    addresses: tuple[str, ...] = (),
    domains: tuple[str, ...] = (),
    abbreviations: tuple[str, ...] = (),
    former_names: tuple[str, ...] = (),
    certificates: tuple[str, ...] = (),
    tax_code: str = "",
    successor: str = "",
) -> Organ:
    """An organ; its own id is the first of its ids unless it is given.

    Raises:
        UnfitValueError: a value is not of its form.
    """
    known = values.organ_ids(ids)
    if not known and not id_:
        raise values.UnfitValueError("an organ id is wanted")
    former, names = values.organ_names(former_names)
    return Organ(
        values.identity(id_ or known[0].value),
        values.name(name),
        former_names=former,
        names=names,
        abbreviations=tuple(dict.fromkeys(map(values.name, abbreviations))),
        ids=known,
        addresses=values.addresses(addresses),
        domains=values.domains(domains),
        tax_code=values.tax_code(tax_code),
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


def searched(organs: Iterable[Organ], words: str) -> Iterator[Organ]:
    """Those that bear all the words: in a name of any time, an abbreviation, an id, an address; accents aside."""
    wanted = [part for part in fold(words).split() if part]
    for one in organs:
        texts = (*one.every_name, *one.abbreviations, *one.addresses, *one.domains, one.tax_code)
        text = f" {fold(' '.join((one.id, *(known.value for known in one.ids), *texts)))}"
        if all(f" {part}" in text for part in wanted):
            yield one


def shown(one: Organ) -> Mapping[str, Any]:
    """The organ as JSON shows it."""
    return {
        "id": one.id,
        "name": one.name,
        "abbreviations": one.abbreviations,
        "former_names": (*one.former_names, *(known.name for known in one.names)),
        "names": one.names,
        "ids": one.ids,
        "addresses": one.addresses,
        "domains": one.domains,
        "tax_code": one.tax_code,
        "certificates": one.certificates,
        "successor": one.successor,
    }


def readable(one: Organ) -> Mapping[str, Any]:
    """The organ as people read it, in the form in which tables write it."""
    former = (*one.former_names, *(values.dated(known.name, known.since, known.until) for known in one.names))
    ids = [values.dated(known.value, known.since, known.until) for known in one.ids]
    found = {key: value for key, value in shown(one).items() if key != "names"}
    return {**found, "ids": ids, "former_names": former}


def _of_row(row: Row) -> Organ:
    try:
        return organ(
            row.text("id"),
            row.text("name"),
            row.several("ids"),
            tax_code=row.text("tax_code"),
            successor=row.text("successor"),
            **{column: row.several(column) for column in _SEVERAL},
        )
    except values.UnfitValueError as unfit:
        raise row.wrong(str(unfit)) from unfit
