"""The document that a status speaks of, from what was recorded of it."""

from collections.abc import Mapping
from datetime import date

from bridge.edxml.packet import Concerned
from store.judgement import FieldRecord


def concerned(fields: Mapping[str, FieldRecord]) -> Concerned:
    """The document as `ResponseFor` names it; what is not known stays out."""
    known = {key: field.value for key, field in fields.items()}
    number, notation = known.get("CodeNumber", ""), known.get("CodeNotation", "")
    issued = known.get("IssuedDate", "")
    return Concerned(
        known.get("OrganId", ""),
        f"{number}/{notation}" if number and notation else "",
        date.fromisoformat(issued) if issued else None,
        known.get("DocumentId", ""),
    )
