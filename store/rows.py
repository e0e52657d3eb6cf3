"""Rows of the database as values of ours, for every module that reads the same table."""

from typing import Any

from sqlalchemy import Row, Select, select

from store.delivery import Cancelled, Delivery, DeliveryState, Done, Failed, Queued
from store.mail import MailState, ReceivedMail
from store.schema import deliveries, mails

AnyRow = Row[*tuple[Any, ...]]

MAIL_COLUMNS = (
    mails.c.id,
    mails.c.origin,
    mails.c.received_at,
    mails.c.sha256,
    mails.c.size,
    mails.c.state,
    mails.c.message_id,
    mails.c.classification,
)


def mail_of(row: AnyRow) -> ReceivedMail:
    """A row that holds at least `MAIL_COLUMNS`."""
    return ReceivedMail(
        id=row.id,
        origin=row.origin,
        received_at=row.received_at,
        sha256=row.sha256,
        size=row.size,
        state=MailState(row.state),
        message_id=row.message_id,
        classification=row.classification,
    )


def deliveries_query() -> Select[*tuple[Any, ...]]:
    """Every column of deliveries."""
    return select(deliveries)


def state_of(row: AnyRow) -> DeliveryState:
    """The state that a row of deliveries stands for."""
    match row.state:
        case "queued":
            return Queued(row.due_at, row.attempts)
        case "done":
            return Done(row.reply)
        case "failed":
            return Failed(row.reply)
        case "cancelled":
            return Cancelled(row.reason)
        case unknown:
            raise ValueError(f"a delivery in the state {unknown}")


def delivery_of(row: AnyRow) -> Delivery:
    """A whole row of deliveries; its token is 0 unless it is claimed."""
    return Delivery(
        id=row.id,
        mail_id=row.mail_id or "",
        kind=row.kind,
        content_id=row.content_id,
        recipient=row.recipient,
        state=state_of(row),
        born=row.born,
        token=row.token if row.lease_owner is not None else 0,
    )
