"""Which organ a rule means: by our own uid or by any id it ever had; a dissolved one stands for its successor."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from store.registry import Organ

SCHEMES = ("qd-20", "qcvn-102")  #: the present scheme first


@dataclass(frozen=True, slots=True)
class Addressee:
    """One organ as a packet addresses it."""

    organ_id: str
    name: str  #: "" = not in the register
    instead_of: str = ""  #: the dissolved organ that was meant; "" = itself


def find(name: str, organs: Sequence[Organ]) -> Organ | None:
    """The organ with that uid or id; ids compare without letter case."""
    wanted = name.strip().casefold()
    for organ in organs:
        if organ.id == name or any(known.value.casefold() == wanted for known in organ.ids):
            return organ
    return None


def present_id(organ: Organ, today: date, scheme: str = SCHEMES[0]) -> str:
    """The id that holds today, of that scheme where there are several; "" when it has none."""
    holding = [
        known
        for known in organ.ids
        if (not known.since or known.since <= today) and (not known.until or today <= known.until)
    ]
    holding.sort(key=lambda known: known.scheme != scheme)
    return holding[0].value if holding else ""


def present(organ: Organ, organs: Sequence[Organ]) -> Organ:
    """The organ, or whichever is in its place now."""
    passed = {organ.id}
    while organ.successor and organ.successor not in passed:
        following = find(organ.successor, organs)
        if following is None:
            break
        organ = following
        passed.add(organ.id)
    return organ


def addressee(name: str, organs: Sequence[Organ], today: date, scheme: str = SCHEMES[0]) -> Addressee:
    """The organ meant by `name`, by its id of `scheme`; one that no register knows is taken at its word, as its id."""
    organ = find(name, organs)
    if organ is None:
        return Addressee(name.strip(), "")
    meant, organ = organ, present(organ, organs)
    as_written = any(known.value.casefold() == name.strip().casefold() for known in organ.ids)
    organ_id = name.strip() if as_written else present_id(organ, today, scheme)
    return Addressee(organ_id or name.strip(), organ.name, meant.name if meant is not organ else "")
