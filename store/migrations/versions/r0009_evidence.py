"""What mails were judged by is kept, each certificate, list and answer once."""

import sqlalchemy as sa
from alembic import op

from store.columns import Moment, Plain

revision = "0009"
down_revision = "0008"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Four tables.  Of older judgements the evidence is not known."""
    op.create_table(
        "evidence_items",
        sa.Column("sha256", sa.Text, primary_key=True),
        sa.Column("size", sa.BigInteger, nullable=False),
        sa.Column("kept_at", Moment, nullable=False),
    )
    op.create_table(
        "trust_sets",
        sa.Column("id", sa.Text, primary_key=True),
        sa.Column("position", sa.Integer, primary_key=True),
        sa.Column("kind", sa.Text, nullable=False),
        sa.Column("list_name", sa.Text, nullable=False),
        sa.Column("ended_at", Moment, nullable=True),
        sa.Column("sha256", sa.Text, sa.ForeignKey("evidence_items.sha256"), nullable=False),
    )
    op.create_index("ix_trust_sets_sha256", "trust_sets", ["sha256"])
    of_judgement = sa.ForeignKeyConstraint(["mail_id", "number"], ["judgements.mail_id", "judgements.number"])
    op.create_table(
        "evidence",
        sa.Column("mail_id", sa.Text, primary_key=True),
        sa.Column("number", sa.Integer, primary_key=True),
        sa.Column("moment", Moment, nullable=False),
        sa.Column("arrived", Moment, nullable=True),
        sa.Column("trust", sa.Text, nullable=False),
        sa.Column("dns", sa.Text, nullable=False),
        sa.Column("spf", Plain, nullable=False),
        sa.Column("spf_of", Plain, nullable=False),
        sa.Column("signatures", sa.Text, nullable=False),
        of_judgement,
    )
    op.create_index("ix_evidence_trust", "evidence", ["trust"])
    of_judgement = sa.ForeignKeyConstraint(["mail_id", "number"], ["judgements.mail_id", "judgements.number"])
    op.create_table(
        "evidence_uses",
        sa.Column("mail_id", sa.Text, primary_key=True),
        sa.Column("number", sa.Integer, primary_key=True),
        sa.Column("position", sa.Integer, primary_key=True),
        sa.Column("kind", sa.Text, nullable=False),
        sa.Column("key", Plain, nullable=False),
        sa.Column("sha256", sa.Text, nullable=False),
        of_judgement,
    )
    op.create_index("ix_evidence_uses_sha256", "evidence_uses", ["sha256"])
