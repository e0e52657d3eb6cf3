"""A delivery, its attempts and what was learnt of it, and an envelope, as JSON shows them."""

from typing import assert_never

from bridge.edxml.standing import Word, standing_of
from bridge.edxml.status import StatusCode
from bridge.shown import Shown
from outbound.refusal import refusal_of
from store.delivery import DELIVERY_WORDS, Cancelled, Delivery, Done, Failed, Queued
from store.papers import KeptEnvelope
from store.reply import Reply
from store.statuses import StatusRow
from store.store import Store


def row_shown(delivery: Delivery) -> Shown:
    """One row of `deliveries list`."""
    return {
        "id": delivery.id,
        "born_at": delivery.born,
        "state": DELIVERY_WORDS[type(delivery.state)],
        "kind": delivery.kind,
        "recipient": delivery.recipient,
        "content_id": delivery.content_id,
        "mail_id": delivery.mail_id,
        **_end_of(delivery),
    }


def delivery_shown(store: Store, delivery: Delivery) -> Shown:
    """One delivery with every attempt, both texts of each reply, and every event."""
    return {
        **row_shown(delivery),
        "attempts": [
            {"number": one.number, "at": one.at, "word": one.word, "reply": reply_shown(one.reply)}
            for one in store.deliveries.attempts(delivery.id)
        ],
        "events": [
            {"number": one.number, "at": one.at, "kind": one.kind, "detail": one.detail}
            for one in store.deliveries.events(delivery.id)
        ],
    }


def reply_shown(reply: Reply) -> Shown:
    """A reply with what the peer said and what only we know."""
    return {"code": reply.code, "enhanced": reply.enhanced, "text": reply.text, "cause": reply.cause}


def handling_shown(store: Store, envelope: KeptEnvelope) -> list[Shown]:
    """Where the document stands at each receiver, and every word that said so."""
    by_organ: dict[str, list[StatusRow]] = {}
    for row in store.statuses.of(envelope.id):
        by_organ.setdefault(row.organ_id, []).append(row)
    receivers = [organ for organ in envelope.summary.get("receivers", "").split(", ") if organ]
    known = {organ.casefold() for organ in by_organ}
    silent = [organ for organ in receivers if organ.casefold() not in known]
    shown: list[Shown] = []
    for organ, rows in (*by_organ.items(), *((organ, []) for organ in silent)):
        standing = standing_of(Word(StatusCode(row.code), row.said_at, row.at) for row in rows)
        shown.append(
            {
                "organ": organ,
                "state": str(standing.stage),
                "asked_back": standing.asked,
                "statuses": [
                    {
                        "code": row.code,
                        "title": StatusCode(row.code).says,
                        "said_at": row.said_at,
                        "came_at": row.at,
                        "says": row.says,
                        "mail_id": row.mail_id,
                    }
                    for row in rows
                ],
            }
        )
    return shown


def envelope_shown(envelope: KeptEnvelope) -> Shown:
    """One envelope without its octets."""
    return {
        "id": envelope.id,
        "made_at": envelope.made_at,
        "kind": envelope.kind,
        "axis": envelope.summary.get("axis", ""),
        "receivers": envelope.summary.get("receivers", ""),
        "mail_id": envelope.mail_id,
        "document_id": envelope.document_id,
        "size": envelope.size,
        "sha256": envelope.sha256,
        "summary": envelope.summary,
    }


def _end_of(delivery: Delivery) -> Shown:
    """When it is due, or how it ended."""
    match delivery.state:
        case Queued(due, attempts):
            return {"due_at": due, "attempts_made": attempts, "reply": None}
        case Done(reply):
            return {"due_at": None, "reply": reply_shown(reply)}
        case Failed(reply):
            refusal = refusal_of(reply)
            return {"due_at": None, "reply": reply_shown(reply), "class": str(refusal.kind), "says": refusal.says}
        case Cancelled(reason):
            return {"due_at": None, "reply": None, "reason": reason}
        case _:
            assert_never(delivery.state)
