"""What organs and correspondents are found by, so that nobody reads a register as a whole to find one entry."""

import json
from collections.abc import Iterator
from typing import Any

import sqlalchemy as sa
from alembic import op

from store.columns import Plain

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None

_BATCH = 1000


def _of_organ(entry: dict[str, Any]) -> Iterator[str]:
    yield from entry.get("certificates", ())
    yield from (known["value"] for known in entry.get("ids", ()))
    for address in entry.get("addresses", ()):
        yield address
        yield "@" + address.rpartition("@")[2]


def _of_correspondent(entry: dict[str, Any]) -> Iterator[str]:
    yield from entry.get("certificates", ())
    yield entry.get("organ_id", "")
    yield entry.get("tax_code", "")
    yield from entry.get("addresses", ())
    yield from ("@" + domain.lstrip("@") for domain in entry.get("domains", ()))


def upgrade() -> None:
    """One table, filled from the entries that are there."""
    keys = op.create_table(
        "register_keys",
        sa.Column("register", Plain, nullable=False),
        sa.Column("key", Plain, nullable=False),
        sa.Column("entry_id", sa.Text, nullable=False),
        sa.PrimaryKeyConstraint("register", "key", "entry_id", name="pk_register_keys"),
    )
    op.create_index("ix_register_keys_entry", "register_keys", ["register", "entry_id"])
    connection = op.get_bind()
    for register, of_entry in (("organs", _of_organ), ("correspondents", _of_correspondent), ("routes", None)):
        table = sa.table(register, sa.column("id", sa.Text), sa.column("entry", sa.Text))
        rows: list[dict[str, str]] = []
        for id_, text in connection.execute(sa.select(table.c.id, table.c.entry)).all():
            found = of_entry(json.loads(text)) if of_entry else ()
            folded = dict.fromkeys(key.strip().casefold() for key in (id_, *found) if key)
            rows += [{"register": register, "key": key, "entry_id": id_} for key in folded]
        for start in range(0, len(rows), _BATCH):
            connection.execute(sa.insert(keys), rows[start : start + _BATCH])
