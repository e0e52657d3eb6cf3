"""What documents are known again by besides their number: marks that somebody else has made, looked up by equality."""

from collections.abc import Mapping, Sequence

from sqlalchemy import Connection, insert, select

from store.judgement import DocumentRecord
from store.schema import document_marks, mails


def write(connection: Connection, numbered: Mapping[str, object], documents: Sequence[DocumentRecord]) -> None:
    """Record the marks of a judgement's documents."""
    rows = [
        {**numbered, "mark": mark, "document_id": document.id}
        for document in documents
        for mark in dict.fromkeys(document.marks)
    ]
    if rows:
        connection.execute(insert(document_marks), rows)


def documents_with(connection: Connection, mark: str, but_mail: str) -> tuple[tuple[str, str], ...]:
    """(document, mail) ids of the current documents under `mark` in other mails, by mail."""
    current = (mails.c.id == document_marks.c.mail_id) & (mails.c.judgement == document_marks.c.number)
    asked = (
        select(document_marks.c.document_id, document_marks.c.mail_id)
        .join(mails, current)
        .where(document_marks.c.mark == mark, document_marks.c.mail_id != but_mail)
        .order_by(document_marks.c.mail_id)
    )
    return tuple((row.document_id, row.mail_id) for row in connection.execute(asked))
