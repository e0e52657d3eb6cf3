"""Each event is told once; automatic letters are counted by address; a mail knows which case it goes on with."""

import sqlalchemy as sa
from alembic import op

from store.columns import Moment, Plain

revision = "0006"
down_revision = "0005"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Three columns, three indexes.  What older events said has been told, or nobody waits for it any more."""
    op.add_column("events", sa.Column("told_at", Moment, nullable=True))
    op.execute("UPDATE events SET told_at = at")
    op.create_index("ix_events_told_at", "events", ["told_at"])
    op.create_index("ix_deliveries_recipient", "deliveries", ["recipient", "born"])
    op.add_column("judgements", sa.Column("continues", sa.Text, nullable=True))
    op.add_column("judgements", sa.Column("vouched", Plain, nullable=True))
    op.create_index("ix_judgements_continues", "judgements", ["continues"])
