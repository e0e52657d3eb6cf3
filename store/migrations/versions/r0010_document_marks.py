"""Documents are known again by their content and their issuer's identifier, too."""

import sqlalchemy as sa
from alembic import op

from store.columns import Plain

revision = "0010"
down_revision = "0009"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """One table.  Of documents that are there the marks are not known until they are judged again."""
    op.create_table(
        "document_marks",
        sa.Column("mark", Plain, primary_key=True),
        sa.Column("mail_id", sa.Text, primary_key=True),
        sa.Column("number", sa.Integer, primary_key=True),
        sa.Column("document_id", sa.Text, primary_key=True),
        sa.ForeignKeyConstraint(["mail_id", "number"], ["judgements.mail_id", "judgements.number"]),
    )
    op.create_index("ix_document_marks_mail", "document_marks", ["mail_id", "number"])
