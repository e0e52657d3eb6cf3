"""What the signers of a PDF permit to follow: the certification in force, and the fields that a signature locks.

ISO 32000-2 section 12.8.2.2: a certification (DocMDP) says 1 = nothing, 2 = filling of forms and signing, 3 = also
annotations; a later signature may only say less.  Nothing follows an approval signature without one but further
signatures and what proves them.
"""

from dataclasses import dataclass
from enum import IntEnum

from pyhanko.pdf_utils import generic


class Permission(IntEnum):
    """The levels of DocMDP."""

    NOTHING = 1
    FORMS = 2
    ANNOTATIONS = 3


@dataclass(frozen=True, slots=True)
class Granted:
    """What one signature dictionary, or its field's lock, grants."""

    revision: int
    permission: Permission | None


def granted(signature: generic.DictionaryObject, field: generic.DictionaryObject) -> Permission | None:
    """The level that a signature or its lock names; None = it names none.  Raises for levels that there are not."""
    # pyHanko resolves references when an entry is indexed, not when it is got.
    references = signature["/Reference"] if "/Reference" in signature else ()  # noqa: SIM401
    for number in range(len(references)):
        one = references[number]
        if str(one["/TransformMethod"]) == "/DocMDP":
            parameters = one["/TransformParams"] if "/TransformParams" in one else {}  # noqa: SIM401
            return Permission(int(parameters["/P"])) if "/P" in parameters else Permission.FORMS
    if "/Lock" not in field or "/P" not in field["/Lock"]:
        return None
    return Permission(int(field["/Lock"]["/P"]))


def in_force(grants: tuple[Granted, ...], revision: int) -> Permission | None:
    """The strictest level of the signatures up to `revision`; None = nobody has certified."""
    levels = [one.permission for one in grants if one.permission is not None and one.revision <= revision]
    return min(levels, default=None)
