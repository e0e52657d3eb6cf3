"""The axis' list of organisations beside the register: what would change, and nothing changes before it is approved.

Promise: what the register alone knows stays (addresses, certificates, successors, earlier names and ids); a name that
changes becomes an earlier one with its last day; whoever the list does not show is told and kept.
"""

import hashlib
import json
from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import date, timedelta
from typing import Literal

from bridge.axis.protocol import ListedOrgan
from bridge.registers import organs, values
from store.registry import Organ, OrganName


@dataclass(frozen=True, slots=True)
class Change:
    """One organ that the list has otherwise than the register."""

    kind: Literal["added", "changed", "not-listed", "unfit"]
    id: str  #: our own, or the axis' where we have none
    name: str
    what: tuple[str, ...] = ()  #: name, ids, addresses; or why it is unfit
    after: Organ | None = None  #: what is to be written; None = nothing


def differences(listed: Iterable[ListedOrgan], register: Iterable[Organ], today: date) -> tuple[Change, ...]:
    """What the list has otherwise, in its order; then those that it does not show."""
    mine = {organ.id: organ for organ in register}
    by_id = {known.value.casefold(): organ.id for organ in mine.values() for known in organ.ids}
    seen: set[str] = set()
    found: list[Change] = []
    for one in listed:
        keys = [key.casefold() for key in (one.organ_id, one.old_organ_id) if key]
        known = next((by_id[key] for key in keys if key in by_id), "")
        if known in seen:
            continue  # the list has it under both ids
        seen.add(known) if known else None
        try:
            change = _changed(mine[known], one, today) if known else _added(one)
        except values.UnfitValueError as unfit:
            change = Change("unfit", one.organ_id, one.name, (str(unfit),))
        if change:
            found.append(change)
    gone = (organ for organ in mine.values() if organ.id not in seen and organ.ids and not organ.successor)
    return (*found, *(Change("not-listed", organ.id, organ.name) for organ in gone))


def digest(changes: Iterable[Change]) -> str:
    """Names exactly these changes: what is approved is what was shown."""
    told = [[one.kind, one.id, repr(one.after)] for one in changes if one.after]
    return hashlib.sha256(json.dumps(told).encode()).hexdigest()[:12] if told else ""


def _added(one: ListedOrgan) -> Change:
    mail = (one.mail,) if _is_mail(one.mail) else ()
    made = organs.organ("", one.name, tuple(filter(None, (one.organ_id, one.old_organ_id))), addresses=mail)
    return Change("added", made.id, made.name, ("name", "ids", *(("addresses",) if mail else ())), made)


def _changed(mine: Organ, one: ListedOrgan, today: date) -> Change | None:
    after = mine
    name = values.name(one.name) if one.name.strip() else mine.name
    if name != mine.name:
        after = replace(after, name=name)
        if mine.name not in mine.former_names:
            after = replace(after, names=(*mine.names, OrganName(mine.name, until=today - timedelta(days=1))))
    held = {known.value.casefold() for known in mine.ids}
    fresh = [id_ for id_ in (one.organ_id, one.old_organ_id) if id_ and id_.casefold() not in held]
    if fresh:
        after = replace(after, ids=(*mine.ids, *values.organ_ids(fresh)))
    if _is_mail(one.mail):
        (address,) = values.addresses((one.mail,))
        if address.lower() not in (known.lower() for known in mine.addresses):
            after = replace(after, addresses=(*mine.addresses, address))
    what = tuple(key for key in ("name", "ids", "addresses") if getattr(after, key) != getattr(mine, key))
    return Change("changed", mine.id, after.name, what, after) if what else None


def _is_mail(text: str) -> bool:
    """The list's mail column holds all sorts of things."""
    try:
        return bool(values.addresses((text,))) if text else False
    except values.UnfitValueError:
        return False
