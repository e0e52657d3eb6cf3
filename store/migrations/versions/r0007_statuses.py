"""What receivers report of an envelope is kept word by word; the envelope is found by what they call its document."""

import sqlalchemy as sa
from alembic import op

from store.columns import Moment, Plain

revision = "0007"
down_revision = "0006"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """One column with its index, one table.  Of older envelopes the name is not known: their statuses are filed."""
    op.add_column("envelopes", sa.Column("known_as", Plain, nullable=True))
    op.create_index("ix_envelopes_known_as", "envelopes", ["known_as"])
    op.create_table(
        "statuses",
        sa.Column("envelope_id", sa.Text, sa.ForeignKey("envelopes.id"), primary_key=True),
        sa.Column("number", sa.Integer, primary_key=True),
        sa.Column("at", Moment, nullable=False),
        sa.Column("organ_id", Plain, nullable=False),
        sa.Column("code", sa.Text, nullable=False),
        sa.Column("said_at", Moment, nullable=True),
        sa.Column("says", Plain, nullable=False),
        sa.Column("mail_id", sa.Text, nullable=False),
    )
