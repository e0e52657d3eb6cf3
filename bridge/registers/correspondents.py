"""Correspondents from the rows of a table."""

from collections.abc import Iterator
from dataclasses import replace

from bridge.registers import values
from bridge.registers.sheet import Row, Sheet
from store.registry import Correspondent

COLUMNS = ("id", "class", "name", "organ_id", "tax_code", "addresses", "domains", "certificates")
NEEDED = ("class", "name")


def checked(one: Correspondent) -> Correspondent:
    """The correspondent with every value in its form.

    Without an id of its own it takes the organ id, the tax code or the first address.

    Raises:
        UnfitValueError: a value is not of its form, or nothing says whose mail this is.
    """
    found = replace(
        one,
        sender_class=values.sender_class(one.sender_class),
        name=values.name(one.name),
        organ_id=values.organ_id(one.organ_id) if one.organ_id else "",
        tax_code=values.tax_code(one.tax_code),
        addresses=values.addresses(one.addresses),
        domains=values.domains(one.domains),
        certificates=values.fingerprints(one.certificates),
    )
    if not (found.addresses or found.domains or found.organ_id or found.tax_code):
        raise values.UnfitValueError("an address, a domain, an organ id or a tax code is wanted")
    id_ = found.id or found.organ_id or found.tax_code or next(iter((*found.addresses, *found.domains)), "")
    return replace(found, id=values.identity(id_))


def of_sheet(sheet: Sheet) -> Iterator[Correspondent]:
    """Every correspondent of a table.

    Raises:
        BadSheetError: a row is wrong, or an id or an address stands in two rows.
    """
    lines: dict[str, int] = {}
    for row in sheet:
        found = _of_row(row)
        # One address is one correspondent's: whose rules would hold else?
        for key in {found.id.casefold(), *(address.casefold() for address in found.addresses)}:
            if key in lines:
                raise row.wrong(f"{key} stands in line {lines[key]} already")
            lines[key] = row.line
        yield found


def _of_row(row: Row) -> Correspondent:
    try:
        return checked(
            Correspondent(
                row.text("id"),
                row.text("class"),
                row.text("name"),
                organ_id=row.text("organ_id"),
                tax_code=row.text("tax_code"),
                addresses=row.several("addresses"),
                domains=row.several("domains"),
                certificates=row.several("certificates"),
            )
        )
    except values.UnfitValueError as unfit:
        raise row.wrong(str(unfit)) from unfit
