"""How far each mailbox is settled, so that a restart neither lists nor fetches what is behind."""

import sqlalchemy as sa
from alembic import op

from store.columns import Moment, Plain

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """One table.  Empty is right for older data: what is on disk is recognised, and its mailbox is listed once."""
    op.create_table(
        "bookmarks",
        sa.Column("account", Plain, nullable=False),
        sa.Column("mailbox", Plain, nullable=False),
        sa.Column("uidvalidity", sa.BigInteger, nullable=False),
        sa.Column("uid", sa.BigInteger, nullable=False),
        sa.Column("internal_date", Moment, nullable=True),
        sa.Column("terms", Plain, nullable=False),
        sa.Column("left", sa.Integer, nullable=False),
        sa.PrimaryKeyConstraint("account", "mailbox", name="pk_bookmarks"),
    )
