"""A delivery queued anew gets new patience; files are found again by their digest (the same mail in other bytes)."""

import sqlalchemy as sa
from alembic import op

from store.columns import Moment

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """One column, one index.  NULL is right for every older row: nobody queued it anew."""
    op.add_column("deliveries", sa.Column("requeued_at", Moment, nullable=True))
    op.create_index("ix_attachments_sha256", "attachments", ["sha256"])
