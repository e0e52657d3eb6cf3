"""The tables.  `migrations/versions` builds the same ones step by step; a test compares the two on both databases."""

from collections.abc import Mapping

from sqlalchemy import (
    BigInteger,
    Column,
    Float,
    ForeignKey,
    ForeignKeyConstraint,
    Index,
    Integer,
    LargeBinary,
    MetaData,
    PrimaryKeyConstraint,
    Table,
    Text,
    UniqueConstraint,
    text,
)

from store.columns import Moment, Plain, Shaped
from store.judgement import FieldRecord
from store.mail import Origin
from store.reply import Reply
from validation.evidence import DnsAnswer
from validation.inspected import Inspected
from validation.signature import Signature

HEAD = "0010"  #: the newest revision in `migrations/versions`; a test holds the two together

Path = tuple[str, ...]

metadata = MetaData(
    naming_convention={
        "ix": "ix_%(table_name)s_%(column_0_N_name)s",
        "uq": "uq_%(table_name)s_%(column_0_N_name)s",
        "fk": "fk_%(table_name)s_%(column_0_N_name)s",
        "pk": "pk_%(table_name)s",
    }
)

mails = Table(
    "mails",
    metadata,
    Column("id", Text, primary_key=True),
    Column("kind", Text, nullable=False),  # of the origin: smtp, imap, file, axis
    Column("origin", Shaped(Origin), nullable=False),
    Column("mail_from", Plain, nullable=False),
    Column("received_at", Moment, nullable=False),
    Column("sha256", Text, nullable=False),
    Column("size", BigInteger, nullable=False),
    Column("sameness", Text, nullable=False),  # digest of what makes two arrivals the same mail
    Column("state", Text, nullable=False),
    Column("message_id", Plain, nullable=False),
    Column("classification", Text, nullable=False),
    Column("judgement", Integer, nullable=False),  # number of the current one; 0 = not judged yet
    # When there is work to do on it; NULL = none.  A lease only moves this moment to its own end, so that one
    # index finds new mail, postponed mail and mail whose worker died.
    Column("due_at", Moment),
    Column("lease_owner", Text),
    Column("token", Integer, nullable=False),
    Column("crashes", Integer, nullable=False),
    Index("ix_mails_due_at", "due_at"),
    Index("ix_mails_sameness", "sameness", "received_at"),
    Index("ix_mails_state", "state", "id"),
    Index("ix_mails_message_id", "message_id"),
)

# Small contents of mails, envelopes and letters, by the id of their owner.  Beside and not in the owner's row, so that
# a lease or a state does not rewrite 64 kB.
contents = Table(
    "contents",
    metadata,
    Column("id", Text, primary_key=True),
    Column("content", LargeBinary, nullable=False),
)

arrivals = Table(
    "arrivals",
    metadata,
    Column("id", Text, primary_key=True),
    Column("mail_id", Text, ForeignKey("mails.id"), nullable=False, index=True),
    Column("at", Moment, nullable=False),
    Column("origin", Shaped(Origin), nullable=False),
    Column("account", Plain),  # IMAP only, as are the next three
    Column("mailbox", Plain),
    Column("uidvalidity", BigInteger),
    Column("uid", BigInteger),
    Column("place", Text, unique=True),  # digest of where it lay, for origins that can show the same thing again
    Index("ix_arrivals_imap", "account", "mailbox", "uidvalidity", "uid"),
)

# How far each mailbox of the IMAP door is settled.
bookmarks = Table(
    "bookmarks",
    metadata,
    Column("account", Plain, primary_key=True),
    Column("mailbox", Plain, primary_key=True),
    Column("uidvalidity", BigInteger, nullable=False),
    Column("uid", BigInteger, nullable=False),
    Column("internal_date", Moment),
    Column("terms", Plain, nullable=False),
    Column("left", Integer, nullable=False),
)

judgements = Table(
    "judgements",
    metadata,
    Column("mail_id", Text, ForeignKey("mails.id"), primary_key=True),
    Column("number", Integer, primary_key=True),
    Column("at", Moment, nullable=False),
    Column("actor", Plain, nullable=False),
    Column("state", Text, nullable=False),
    Column("classification", Text, nullable=False),
    Column("explanation", Shaped(tuple[dict[str, object], ...]), nullable=False),
    Column("continues", Text),  # the mail whose case it goes on with; NULL = none
    Column("vouched", Plain),  # who spoke for its sender, in a form that can be compared; NULL or "" = nobody
    Index("ix_judgements_continues", "continues"),
)


def _of_judgement() -> tuple[Column[str] | Column[int] | ForeignKeyConstraint, ...]:
    return (
        Column("mail_id", Text, primary_key=True),
        Column("number", Integer, primary_key=True),
        Column("position", Integer, primary_key=True),
        ForeignKeyConstraint(["mail_id", "number"], ["judgements.mail_id", "judgements.number"]),
    )


findings = Table(
    "findings",
    metadata,
    *_of_judgement(),
    Column("code", Text, nullable=False),
    Column("severity", Integer, nullable=False),
    Column("about", Shaped(Path), nullable=False),
    Column("evidence", Shaped(dict[str, str]), nullable=False),
    Column("reason", Plain, nullable=False),
)

attachments = Table(
    "attachments",
    metadata,
    *_of_judgement(),
    Column("depth", Integer, nullable=False),  # 0 = in the mail itself; deeper ones stand in the detail of theirs
    Column("path", Shaped(Path), nullable=False),
    Column("sha256", Text, nullable=False),
    Column("size", BigInteger, nullable=False),
    Column("media_type", Plain, nullable=False),
    Column("signature_state", Text, nullable=False),
    Column("detail", Shaped(Inspected)),
    Index("ix_attachments_sha256", "sha256"),
)

documents = Table(
    "documents",
    metadata,
    *_of_judgement(),
    Column("id", Text, nullable=False, index=True),
    Column("main", Shaped(Path), nullable=False),
    Column("annexes", Shaped(tuple[Path, ...]), nullable=False),
    Column("verdict", Text, nullable=False),
    Column("fields", Shaped(Mapping[str, FieldRecord]), nullable=False),
    Column("duplicates", Shaped(Path), nullable=False),
    Column("key", Plain, nullable=False, index=True),
)

document_marks = Table(
    "document_marks",
    metadata,
    Column("mark", Plain, primary_key=True),
    Column("mail_id", Text, primary_key=True),
    Column("number", Integer, primary_key=True),
    Column("document_id", Text, primary_key=True),
    ForeignKeyConstraint(["mail_id", "number"], ["judgements.mail_id", "judgements.number"]),
    Index("ix_document_marks_mail", "mail_id", "number"),
)

decisions = Table(
    "decisions",
    metadata,
    Column("mail_id", Text, ForeignKey("mails.id"), primary_key=True),
    Column("position", Integer, primary_key=True),
    Column("at", Moment, nullable=False),
    Column("actor", Plain, nullable=False),
    Column("verb", Text, nullable=False),
    Column("reason", Plain, nullable=False),
    Column("detail", Shaped(dict[str, str]), nullable=False),
)

envelopes = Table(
    "envelopes",
    metadata,
    Column("id", Text, primary_key=True),
    Column("mail_id", Text, ForeignKey("mails.id"), index=True),
    Column("document_id", Text, nullable=False),
    Column("kind", Text, nullable=False),
    Column("summary", Shaped(dict[str, str]), nullable=False),
    Column("sha256", Text, nullable=False),
    Column("size", BigInteger, nullable=False),
    Column("made_at", Moment, nullable=False),
    # The document's id in the packet, folded: what a status of a receiver calls it; NULL or "" = none.
    Column("known_as", Plain),
    Index("ix_envelopes_made_at", "made_at", "id"),
    Index("ix_envelopes_known_as", "known_as"),
)

# What receivers report of an envelope, each word as it came; the machine that reads them is the bridge's.
statuses = Table(
    "statuses",
    metadata,
    Column("envelope_id", Text, ForeignKey("envelopes.id"), primary_key=True),
    Column("number", Integer, primary_key=True),
    Column("at", Moment, nullable=False),  # when it came
    Column("organ_id", Plain, nullable=False),  # who says so
    Column("code", Text, nullable=False),
    Column("said_at", Moment),  # by its own time stamp; NULL = it bears none
    Column("says", Plain, nullable=False),
    Column("mail_id", Text, nullable=False),  # the packet that said it; "" = we said it ourselves
)

letters = Table(
    "letters",
    metadata,
    Column("id", Text, primary_key=True),
    Column("mail_id", Text, ForeignKey("mails.id"), index=True),
    Column("message_id", Plain, nullable=False, index=True),
    Column("sender", Plain, nullable=False),
    Column("reply_token", Text, nullable=False, index=True),
    Column("sha256", Text, nullable=False),
    Column("size", BigInteger, nullable=False),
    Column("made_at", Moment, nullable=False),
)

_DUE = text("due_at IS NOT NULL")  # most rows are settled, and stay for years

deliveries = Table(
    "deliveries",
    metadata,
    Column("id", Text, primary_key=True),
    Column("mail_id", Text, ForeignKey("mails.id"), index=True),
    Column("kind", Text, nullable=False),
    Column("content_id", Text, nullable=False),
    Column("recipient", Plain, nullable=False),
    Column("born", Moment, nullable=False),
    Column("state", Text, nullable=False),
    Column("due_at", Moment),  # as in mails; NULL = settled
    Column("attempts", Integer, nullable=False),  # since it was queued
    Column("reply", Shaped(Reply)),  # the last word, of Done and Failed
    Column("reason", Plain, nullable=False),  # of Cancelled
    Column("lease_owner", Text),
    Column("token", Integer, nullable=False),
    Column("settled_at", Moment),
    Column("told_at", Moment),  # whoever must know of the end was told
    Column("requeued_at", Moment),  # a person queued it anew: patience counts from here
    Column("rank", Integer, nullable=False, server_default="4"),  # what is urgent goes first: 0 before 4
    UniqueConstraint("content_id", "recipient"),
    Index("ix_deliveries_due", "kind", "rank", "due_at", sqlite_where=_DUE, postgresql_where=_DUE),
    Index("ix_deliveries_state", "state", "born", "id"),
    Index("ix_deliveries_born", "born", "id"),
    Index("ix_deliveries_recipient", "recipient", "born"),  # automatic letters to one address are counted
)

attempts = Table(
    "attempts",
    metadata,
    Column("delivery_id", Text, ForeignKey("deliveries.id"), primary_key=True),
    Column("number", Integer, primary_key=True),
    Column("at", Moment, nullable=False),
    Column("word", Text, nullable=False),
    Column("reply", Shaped(Reply), nullable=False),
)

events = Table(
    "events",
    metadata,
    Column("delivery_id", Text, ForeignKey("deliveries.id"), primary_key=True),
    Column("number", Integer, primary_key=True),
    Column("at", Moment, nullable=False),
    Column("kind", Text, nullable=False),
    Column("detail", Shaped(dict[str, str]), nullable=False),
    Column("told_at", Moment),  # whoever waits for it knows it, or it is nobody's news; NULL = to be told
    Index("ix_events_told_at", "told_at"),
)

notices = Table(
    "notices",
    metadata,
    Column("mail_id", Text, ForeignKey("mails.id"), primary_key=True),
    Column("number", Integer, primary_key=True),  # of the judgement; two judgements may tell the same event
    Column("event", Text, primary_key=True),
    Column("at", Moment, nullable=False),
    Column("told_at", Moment),
    Column("letter_id", Text, ForeignKey("letters.id")),  # NULL though told: there was nobody to write to
    Index("ix_notices_told_at", "told_at"),
)

journal = Table(
    "journal",
    metadata,
    Column("seq", BigInteger, primary_key=True, autoincrement=False),
    Column("at", Moment, nullable=False),
    Column("actor", Plain, nullable=False),
    Column("verb", Text, nullable=False),
    Column("mail_id", Text, nullable=False),
    Column("delivery_id", Text, nullable=False),
    Column("detail", Shaped(dict[str, str]), nullable=False),
    Column("hash", Text, nullable=False),
    Index("ix_journal_mail_id", "mail_id"),
    Index("ix_journal_delivery_id", "delivery_id"),
)

# One row: the end of the chain.  Who appends holds its lock until his transaction ends.
journal_head = Table(
    "journal_head",
    metadata,
    Column("id", Integer, primary_key=True, autoincrement=False),
    Column("seq", BigInteger, nullable=False),
    Column("hash", Text, nullable=False),
)


def _register(name: str) -> Table:
    return Table(
        name,
        metadata,
        Column("id", Text, primary_key=True),
        Column("position", Float, nullable=False),
        Column("entry", Text, nullable=False),
        Index(f"ix_{name}_position", "position", "id"),
    )


routes = _register("routes")
organs = _register("organs")
correspondents = _register("correspondents")

#: What entries of the registers are found by; see `store.register`.
register_keys = Table(
    "register_keys",
    metadata,
    Column("register", Plain, nullable=False),
    Column("key", Plain, nullable=False),
    Column("entry_id", Text, nullable=False),
    PrimaryKeyConstraint("register", "key", "entry_id", name="pk_register_keys"),
    Index("ix_register_keys_entry", "register", "entry_id"),
)

# Certificates, lists of revocation and answers that mails were judged by, each once, whoever relied on it.  Their
# octets lie in `contents` or in a blob, under the digest.
evidence_items = Table(
    "evidence_items",
    metadata,
    Column("sha256", Text, primary_key=True),
    Column("size", BigInteger, nullable=False),
    Column("kept_at", Moment, nullable=False),
)

# The trust directory's certificates as they were at some time; all judgements of that time name the same set.
trust_sets = Table(
    "trust_sets",
    metadata,
    Column("id", Text, primary_key=True),
    Column("position", Integer, primary_key=True),
    Column("kind", Text, nullable=False),  # anchor or intermediate
    Column("list_name", Text, nullable=False),
    Column("ended_at", Moment),
    Column("sha256", Text, ForeignKey("evidence_items.sha256"), nullable=False, index=True),
)

# What one judgement knew of the world.
evidence = Table(
    "evidence",
    metadata,
    Column("mail_id", Text, primary_key=True),
    Column("number", Integer, primary_key=True),
    Column("moment", Moment, nullable=False),
    Column("arrived", Moment),
    Column("trust", Text, nullable=False, index=True),  # a set; there may be none, where the directory is empty
    Column("dns", Shaped(Mapping[str, DnsAnswer]), nullable=False),
    Column("spf", Plain, nullable=False),
    Column("spf_of", Plain, nullable=False),
    Column("signatures", Shaped(tuple[Signature, ...]), nullable=False),  # of the mail itself
    ForeignKeyConstraint(["mail_id", "number"], ["judgements.mail_id", "judgements.number"]),
)

# The lists and answers of one judgement.
evidence_uses = Table(
    "evidence_uses",
    metadata,
    *_of_judgement(),
    Column("kind", Text, nullable=False),  # crl = of the trust directory, fetched = by its key
    Column("key", Plain, nullable=False),
    Column("sha256", Text, nullable=False, index=True),  # an item; "" = asked for, and not to be had
)
