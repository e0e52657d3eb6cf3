"""Recording a judgement: everything that follows from it in one transaction, by whoever holds the lease."""

from collections.abc import Mapping, Sequence
from datetime import datetime

from sqlalchemy import Connection, insert, select, update

from store import evidence, marks, outgoing
from store.blobs import Blobs
from store.connection import Database
from store.contents import Contents
from store.decisions import write_decision
from store.errors import LeaseLostError
from store.journal import Entry, append
from store.judgement import Decision, DecisionVerb, DocumentRecord, FieldRecord, Judged, Judgement
from store.mail import MailState, move
from store.schema import attachments, documents, findings, judgements, mails, notices
from store.settings import StoreSettings
from store.tracking import learn
from validation.codes import Code
from validation.finding import Finding, Severity
from validation.inspected import Inspected

_NO_EVIDENCE: Mapping[str, str] = {}


class Judgements:
    """The judgements of every mail, none ever overwritten.  Thread-safe."""

    def __init__(self, db: Database, blobs: Blobs, settings: StoreSettings) -> None:
        self._db = db
        self._contents = Contents(db, blobs, settings)

    def record(self, mail_id: str, token: int, judgement: Judgement, actor: str, now: datetime) -> int:
        """Record what was judged and give up the lease; returns the judgement's number.

        Raises:
            LeaseLostError: `token` is not the lease's any more; nothing was recorded.
            IllegalMoveError: the mail cannot go where the judgement says: our bug.
        """
        out = outgoing.ready(self._contents, judgement.envelopes, judgement.letters, judgement.deliveries)
        known = judgement.evidence and evidence.Kept(judgement.evidence, judgement.signatures)
        proof = evidence.ready(self._db, self._contents, known) if known else None
        with self._db.transaction() as connection:
            row = connection.execute(
                select(mails.c.state, mails.c.token, mails.c.lease_owner, mails.c.judgement)
                .where(mails.c.id == mail_id)
                .with_for_update()
            ).one_or_none()
            if row is None or row.lease_owner is None or row.token != token:
                raise LeaseLostError(mail_id)
            state = move(MailState(row.state), judgement.state)
            if state is MailState.POSTPONED and judgement.due is None:
                raise ValueError("a postponed mail needs the moment when it is judged again")
            number: int = row.judgement + 1
            head = {"mail_id": mail_id, "number": number, "at": now, "actor": actor}
            _write(connection, head, judgement)
            outgoing.write(connection, self._contents, out, mail_id, now)
            if proof:
                evidence.write(connection, proof, mail_id, number, now)
            write_notices(connection, mail_id, number, judgement.notices, now)
            for learnt in judgement.learnt:
                learn(connection, learnt, now, actor)
            if judgement.supersedes:
                _supersede(connection, judgement.continues, mail_id, actor, now)
            connection.execute(
                update(mails)
                .where(mails.c.id == mail_id)
                .values(
                    state=state.value,
                    classification=judgement.classification,
                    message_id=judgement.message_id,
                    judgement=number,
                    due_at=judgement.due if state is MailState.POSTPONED else None,
                    lease_owner=None,
                    crashes=0,
                )
            )
            detail = {
                "state": state.value,
                "number": str(number),
                "findings": " ".join(sorted({finding.code.value for finding in judgement.findings})),
                "deliveries": str(len(judgement.deliveries)),
            }
            append(connection, now, [Entry(actor, "mail.judged", mail_id, detail=detail)])
        return number

    def set_aside(
        self,
        mail_id: str,
        token: int,
        actor: str,
        now: datetime,
        *,
        evidence: Mapping[str, str] = _NO_EVIDENCE,
        notices: Sequence[str] = (),
    ) -> int:
        """Hold a mail whose reading kills its worker again and again, so that it delays nobody.

        Raises:
            LeaseLostError: as `record`.
        """
        crashed = Finding(Code.MAIL_CRASHED, Severity.DOUBT, (), evidence)
        held = Judgement(MailState.HELD, findings=(crashed,), notices=tuple(notices))
        return self.record(mail_id, token, held, actor, now)

    def current(self, mail_id: str) -> Judged | None:
        """The judgement in force; None = not judged yet."""
        with self._db.reading() as connection:
            number = connection.execute(select(mails.c.judgement).where(mails.c.id == mail_id)).scalar_one_or_none()
            return _read(connection, mail_id, number) if number else None

    def all(self, mail_id: str) -> tuple[Judged, ...]:
        """Every judgement of the mail, oldest first."""
        with self._db.reading() as connection:
            asked = select(judgements.c.number).where(judgements.c.mail_id == mail_id).order_by(judgements.c.number)
            return tuple(_read(connection, mail_id, number) for number in connection.execute(asked).scalars().all())

    def evidence_of(self, mail_id: str, number: int) -> evidence.Kept | None:
        """What was known of the world when the judgement of that number was made; None = it was not kept.

        Raises:
            Unavailable: octets of it are not there.
        """
        return evidence.read(self._db, self._contents, mail_id, number)

    def documents_with_key(self, key: str, but_mail: str = "") -> tuple[tuple[str, str], ...]:
        """(document, mail) ids of the current documents under that key or mark in other mails: the duplicate alarm."""
        if not key:
            return ()
        current = (mails.c.id == documents.c.mail_id) & (mails.c.judgement == documents.c.number)
        asked = (
            select(documents.c.id, documents.c.mail_id)
            .join(mails, current)
            .where(documents.c.key == key, documents.c.mail_id != but_mail)
            .order_by(documents.c.mail_id)
        )
        with self._db.reading() as connection:
            found = tuple((row.id, row.mail_id) for row in connection.execute(asked))
            return found or marks.documents_with(connection, key, but_mail)

    def mails_with_file(self, sha256: str) -> tuple[str, ...]:
        """Ids of the mails that hold a file of that digest."""
        asked = select(attachments.c.mail_id).where(attachments.c.sha256 == sha256).distinct()
        with self._db.reading() as connection:
            return tuple(sorted(connection.execute(asked).scalars()))


def write_notices(connection: Connection, mail_id: str, number: int, events: Sequence[str], now: datetime) -> None:
    """Note what the sender is to be told; the same event of the same judgement is one notice."""
    told = select(notices.c.event).where(notices.c.mail_id == mail_id, notices.c.number == number)
    there = set(connection.execute(told).scalars())
    rows = [
        {"mail_id": mail_id, "number": number, "event": event, "at": now, "told_at": None, "letter_id": None}
        for event in dict.fromkeys(events)
        if event not in there
    ]
    if rows:
        connection.execute(insert(notices), rows)


def _supersede(connection: Connection, old: str, by: str, actor: str, now: datetime) -> None:
    """Have `old` judged again in the light of the mail that takes its place; too late where somebody has decided."""
    row = connection.execute(select(mails.c.state).where(mails.c.id == old).with_for_update()).one_or_none()
    if row is None or row.state not in (MailState.HELD.value, MailState.POSTPONED.value):
        return
    write_decision(connection, old, Decision(DecisionVerb.SUPERSEDE, actor, detail={"mail": by}), now)
    state = move(MailState(row.state), MailState.RECEIVED)
    connection.execute(update(mails).where(mails.c.id == old).values(state=state.value, due_at=now))
    append(connection, now, [Entry(actor, "mail.supersede", old, detail={"by": by})])


def _write(connection: Connection, head: dict[str, object], judgement: Judgement) -> None:
    connection.execute(
        insert(judgements).values(
            **head,
            state=judgement.state.value,
            classification=judgement.classification,
            explanation=tuple(dict(step) for step in judgement.explanation),
            continues=judgement.continues or None,
            vouched=judgement.vouched or None,
        )
    )
    numbered = {"mail_id": head["mail_id"], "number": head["number"]}
    if judgement.findings:
        rows = [
            {
                **numbered,
                "position": position,
                "code": finding.code.value,
                "severity": int(finding.severity),
                "about": finding.about,
                "evidence": dict(finding.evidence),
                "reason": finding.reason,
            }
            for position, finding in enumerate(judgement.findings)
        ]
        connection.execute(insert(findings), rows)
    files = [row for top in judgement.attachments for row in _files(top)]
    if files:
        rows = [{**numbered, "position": position, **file} for position, file in enumerate(files)]
        connection.execute(insert(attachments), rows)
    if judgement.documents:
        rows = [
            {
                **numbered,
                "position": position,
                "id": document.id,
                "main": document.main,
                "annexes": document.annexes,
                "verdict": document.verdict,
                "fields": dict(document.fields),
                "duplicates": document.duplicates,
                "key": document.key,
            }
            for position, document in enumerate(judgement.documents)
        ]
        connection.execute(insert(documents), rows)
        marks.write(connection, numbered, judgement.documents)


def _files(file: Inspected, depth: int = 0) -> list[dict[str, object]]:
    row: dict[str, object] = {
        "depth": depth,
        "path": file.path,
        "sha256": file.sha256,
        "size": file.size,
        "media_type": file.format.media_type,
        "signature_state": file.signature_state,
        "detail": file if depth == 0 else None,
    }
    return [row, *(inner for child in file.attachments for inner in _files(child, depth + 1))]


def _read(connection: Connection, mail_id: str, number: int) -> Judged:
    head = connection.execute(
        select(judgements).where(judgements.c.mail_id == mail_id, judgements.c.number == number)
    ).one()
    found = connection.execute(
        select(findings).where(findings.c.mail_id == mail_id, findings.c.number == number).order_by(findings.c.position)
    ).all()
    files = connection.execute(
        select(attachments.c.detail)
        .where(attachments.c.mail_id == mail_id, attachments.c.number == number, attachments.c.depth == 0)
        .order_by(attachments.c.position)
    ).scalars()
    papers = connection.execute(
        select(documents)
        .where(documents.c.mail_id == mail_id, documents.c.number == number)
        .order_by(documents.c.position)
    ).all()
    return Judged(
        mail_id=mail_id,
        number=number,
        at=head.at,
        actor=head.actor,
        state=MailState(head.state),
        classification=head.classification,
        findings=tuple(
            Finding(Code(row.code), Severity(row.severity), row.about, row.evidence, row.reason) for row in found
        ),
        attachments=tuple(files),
        documents=tuple(
            DocumentRecord(row.id, row.main, row.annexes, row.verdict, _fields(row.fields), row.duplicates, row.key)
            for row in papers
        ),
        explanation=head.explanation,
        continues=head.continues or "",
        vouched=head.vouched or "",
    )


def _fields(fields: dict[str, FieldRecord]) -> dict[str, FieldRecord]:
    return dict(fields)
