"""Ids are UUIDv7 (RFC 9562 section 5.7) as text: they sort by the time they were made."""

import uuid_utils


def new_id() -> str:
    """A new id."""
    return str(uuid_utils.uuid7())
