"""Lists of deliveries and envelopes go by when they were made: their ids derive from what they hold, not from time."""

from alembic import op

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Index what the lists are ordered by."""
    op.drop_index("ix_deliveries_state", "deliveries")
    op.create_index("ix_deliveries_state", "deliveries", ["state", "born", "id"])
    op.create_index("ix_deliveries_born", "deliveries", ["born", "id"])
    op.create_index("ix_envelopes_made_at", "envelopes", ["made_at", "id"])
