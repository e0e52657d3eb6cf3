"""What was decided about a mail, as rows: read in order, and one more written, in somebody's transaction."""

from datetime import datetime

from sqlalchemy import Connection, func, insert, select

from store.judgement import Decision, DecisionVerb
from store.schema import decisions


def decisions_of(connection: Connection, mail_id: str) -> tuple[Decision, ...]:
    """Every decision about the mail, oldest first."""
    asked = select(decisions).where(decisions.c.mail_id == mail_id).order_by(decisions.c.position)
    return tuple(
        Decision(DecisionVerb(row.verb), row.actor, row.reason, row.detail, row.at) for row in connection.execute(asked)
    )


def write_decision(connection: Connection, mail_id: str, decision: Decision, now: datetime) -> None:
    """One more decision about a mail whose row is locked."""
    known = select(func.count()).select_from(decisions).where(decisions.c.mail_id == mail_id)
    connection.execute(
        insert(decisions).values(
            mail_id=mail_id,
            position=connection.execute(known).scalar_one(),
            at=now,
            actor=decision.actor,
            verb=decision.verb.value,
            reason=decision.reason,
            detail=dict(decision.detail),
        )
    )
