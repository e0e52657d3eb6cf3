"""What is urgent goes first; the index of what is due holds nothing that is settled."""

import sqlalchemy as sa
from alembic import op

revision = "0008"
down_revision = "0007"
branch_labels = None
depends_on = None

_DUE = sa.text("due_at IS NOT NULL")


def upgrade() -> None:
    """One column, one index in the place of another.  What waits already is of no special urgency."""
    op.add_column("deliveries", sa.Column("rank", sa.Integer, nullable=False, server_default="4"))
    op.drop_index("ix_deliveries_due", "deliveries")
    op.create_index(
        "ix_deliveries_due", "deliveries", ["kind", "rank", "due_at"], sqlite_where=_DUE, postgresql_where=_DUE
    )
