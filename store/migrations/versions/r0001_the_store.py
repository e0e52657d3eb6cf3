"""The store's first schema.  Frozen: what it says never changes, whatever becomes of `store.schema`."""

import sqlalchemy as sa
from alembic import op

from store.columns import Moment

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None


def _text(name: str, *, null: bool = False) -> sa.Column[str]:
    return sa.Column(name, sa.Text, nullable=null)


def _number(name: str, *, null: bool = False) -> sa.Column[int]:
    return sa.Column(name, sa.Integer, nullable=null)


def _big(name: str, *, null: bool = False) -> sa.Column[int]:
    return sa.Column(name, sa.BigInteger, nullable=null)


def _moment(name: str, *, null: bool = False) -> sa.Column[object]:
    return sa.Column(name, Moment, nullable=null)


def _key(table: str, *columns: str) -> sa.PrimaryKeyConstraint:
    return sa.PrimaryKeyConstraint(*columns, name=f"pk_{table}")


def _mail(table: str) -> sa.ForeignKeyConstraint:
    return sa.ForeignKeyConstraint(["mail_id"], ["mails.id"], name=f"fk_{table}_mail_id")


def _index(table: str, *columns: str, name: str = "") -> None:
    op.create_index(f"ix_{table}_{name or '_'.join(columns)}", table, list(columns))


def upgrade() -> None:
    """Make every table."""
    _taken_in()
    _judged()
    _going_out()
    _kept_beside()


def _taken_in() -> None:
    op.create_table(
        "mails",
        *(_text("id"), _text("kind"), _text("origin"), _text("mail_from"), _moment("received_at")),
        *(_text("sha256"), _big("size"), _text("sameness"), _text("state"), _text("message_id")),
        *(_text("classification"), _number("judgement"), _moment("due_at", null=True)),
        *(_text("lease_owner", null=True), _number("token"), _number("crashes")),
        _key("mails", "id"),
    )
    _index("mails", "due_at")
    _index("mails", "sameness", "received_at", name="sameness")
    _index("mails", "state", "id", name="state")
    _index("mails", "message_id")
    op.create_table(
        "contents", _text("id"), sa.Column("content", sa.LargeBinary, nullable=False), _key("contents", "id")
    )
    op.create_table(
        "arrivals",
        *(_text("id"), _text("mail_id"), _moment("at"), _text("origin")),
        *(_text("account", null=True), _text("mailbox", null=True)),
        *(_big("uidvalidity", null=True), _big("uid", null=True), _text("place", null=True)),
        _key("arrivals", "id"),
        _mail("arrivals"),
        sa.UniqueConstraint("place", name="uq_arrivals_place"),
    )
    _index("arrivals", "mail_id")
    _index("arrivals", "account", "mailbox", "uidvalidity", "uid", name="imap")


def _judged() -> None:
    op.create_table(
        "judgements",
        *(_text("mail_id"), _number("number"), _moment("at"), _text("actor"), _text("state")),
        *(_text("classification"), _text("explanation")),
        _key("judgements", "mail_id", "number"),
        _mail("judgements"),
    )
    parts: dict[str, tuple[sa.Column[str] | sa.Column[int], ...]] = {
        "findings": (_text("code"), _number("severity"), _text("about"), _text("evidence"), _text("reason")),
        "attachments": (
            *(_number("depth"), _text("path"), _text("sha256"), _big("size"), _text("media_type")),
            *(_text("signature_state"), _text("detail", null=True)),
        ),
        "documents": (
            *(_text("id"), _text("main"), _text("annexes"), _text("verdict"), _text("fields")),
            *(_text("duplicates"), _text("key")),
        ),
    }
    for table, columns in parts.items():
        op.create_table(
            table,
            *(_text("mail_id"), _number("number"), _number("position"), *columns),
            _key(table, "mail_id", "number", "position"),
            sa.ForeignKeyConstraint(
                ["mail_id", "number"], ["judgements.mail_id", "judgements.number"], name=f"fk_{table}_mail_id_number"
            ),
        )
    _index("documents", "id")
    _index("documents", "key")
    op.create_table(
        "decisions",
        *(_text("mail_id"), _number("position"), _moment("at"), _text("actor"), _text("verb")),
        *(_text("reason"), _text("detail")),
        _key("decisions", "mail_id", "position"),
        _mail("decisions"),
    )


def _going_out() -> None:
    op.create_table(
        "envelopes",
        *(_text("id"), _text("mail_id", null=True), _text("document_id"), _text("kind"), _text("summary")),
        *(_text("sha256"), _big("size"), _moment("made_at")),
        _key("envelopes", "id"),
        _mail("envelopes"),
    )
    _index("envelopes", "mail_id")
    op.create_table(
        "letters",
        *(_text("id"), _text("mail_id", null=True), _text("message_id"), _text("sender"), _text("reply_token")),
        *(_text("sha256"), _big("size"), _moment("made_at")),
        _key("letters", "id"),
        _mail("letters"),
    )
    _index("letters", "mail_id")
    _index("letters", "message_id")
    _index("letters", "reply_token")
    op.create_table(
        "deliveries",
        *(_text("id"), _text("mail_id", null=True), _text("kind"), _text("content_id"), _text("recipient")),
        *(_moment("born"), _text("state"), _moment("due_at", null=True), _number("attempts")),
        *(_text("reply", null=True), _text("reason"), _text("lease_owner", null=True), _number("token")),
        *(_moment("settled_at", null=True), _moment("told_at", null=True)),
        _key("deliveries", "id"),
        _mail("deliveries"),
        sa.UniqueConstraint("content_id", "recipient", name="uq_deliveries_content_id_recipient"),
    )
    _index("deliveries", "mail_id")
    _index("deliveries", "kind", "due_at", name="due")
    _index("deliveries", "state", "id", name="state")
    for table, columns in {
        "attempts": (_text("word"), _text("reply")),
        "events": (_text("kind"), _text("detail")),
    }.items():
        op.create_table(
            table,
            *(_text("delivery_id"), _number("number"), _moment("at"), *columns),
            _key(table, "delivery_id", "number"),
            sa.ForeignKeyConstraint(["delivery_id"], ["deliveries.id"], name=f"fk_{table}_delivery_id"),
        )
    op.create_table(
        "notices",
        *(_text("mail_id"), _number("number"), _text("event"), _moment("at")),
        *(_moment("told_at", null=True), _text("letter_id", null=True)),
        _key("notices", "mail_id", "number", "event"),
        _mail("notices"),
        sa.ForeignKeyConstraint(["letter_id"], ["letters.id"], name="fk_notices_letter_id"),
    )
    _index("notices", "told_at")


def _kept_beside() -> None:
    op.create_table(
        "journal",
        sa.Column("seq", sa.BigInteger, nullable=False, autoincrement=False),
        *(_moment("at"), _text("actor"), _text("verb"), _text("mail_id"), _text("delivery_id")),
        *(_text("detail"), _text("hash")),
        _key("journal", "seq"),
    )
    _index("journal", "mail_id")
    _index("journal", "delivery_id")
    head = op.create_table(
        "journal_head",
        sa.Column("id", sa.Integer, nullable=False, autoincrement=False),
        *(_big("seq"), _text("hash")),
        _key("journal_head", "id"),
    )
    op.bulk_insert(head, [{"id": 1, "seq": 0, "hash": "0" * 64}])
    for table in ("routes", "organs", "correspondents"):
        op.create_table(
            table,
            *(_text("id"), sa.Column("position", sa.Float, nullable=False), _text("entry")),
            _key(table, "id"),
        )
        _index(table, "position", "id", name="position")
