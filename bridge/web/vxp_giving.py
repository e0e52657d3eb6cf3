"""What systems fetch from us: lists of packets, the packets, what became of theirs, the organisations.

A packet waits until its system says `updateStatus` done or fail; until then it is listed, oldest first.
"""

import json
from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Any, BinaryIO
from zoneinfo import ZoneInfo

import pybase64
import structlog

from bridge.axis.settings import VxpSystem
from bridge.web.vxp_caller import Caller
from bridge.web.vxp_words import Code, Refusal
from store.delivery import Delivered, Done, Refused
from store.mail import MailState
from store.pickups import Pickup
from store.reply import Reply
from store.store import Store

_log = structlog.get_logger("docbridge.vxp")
KINDS = {"edoc": "document", "status": "status"}  #: messagetype -> kind of envelope
_STATES = {"queued": "initial", "done": "done", "failed": "fail", "cancelled": "fail"}
_PIECE = 3 << 16  # a multiple of 3: pieces of base64 join without padding between them
FETCHED = Reply(250, "2.0.0", "the system has it")
UNUSABLE = Reply(554, "5.6.0", "the system says that it cannot use it")


def received(store: Store, who: Caller) -> list[dict[str, str]]:
    """`getReceivedEdocList`: what waits for the system."""
    kind = who.parameters.get("messagetype", "edoc")
    if kind not in KINDS:
        raise Refusal(Code.WRONG_CALL, "messagetype must be edoc or status")
    waiting = store.pickups.waiting(who.system.id, KINDS[kind], who.system.page)
    return [
        {
            "docId": one.envelope_id,
            "serviceType": "eDoc",
            "messageType": kind,
            "created_time": _shown(one.born, who.system),
            "updated_time": _shown(one.settled_at or one.born, who.system),
            "from": one.sender,
            "to": one.receivers,
            "status": _STATES[one.state],
            "status_desc": "",
        }
        for one in waiting
    ]


def count(store: Store, who: Caller, kind: str) -> int:
    """`countReceiveEdoc`, `countReceiveStatus`."""
    return store.pickups.count(who.system.id, KINDS[kind])


def packet_of(store: Store, who: Caller) -> Pickup:
    """The packet that a call names, if it is for that system."""
    found = store.pickups.get(who.system.id, who.parameters.get("docid", ""))
    if found is None:
        raise Refusal(Code.NO_SUCH, "there is no such document for this system")
    return found


def octets(file: BinaryIO) -> Iterator[bytes]:
    """A packet in pieces."""
    with file:
        while piece := file.read(_PIECE):
            yield piece


def told_in_json(file: BinaryIO) -> Iterator[bytes]:
    """The answer to `getEdoc`, in pieces: the packet is never whole in memory."""
    yield b'{"status":"OK","ErrorCode":"0","ErrorDesc":"","data":"'
    with file:
        while piece := file.read(_PIECE):
            yield pybase64.b64encode(piece)
    yield b'"}'


def update(store: Store, who: Caller, now: datetime) -> None:
    """`updateStatus`: the system has it, cannot use it, or is about to.  Said again it changes nothing."""
    found, status = packet_of(store, who), who.parameters.get("status", "").lower()
    actor = f"vxp {who.system.id}"
    match status:
        case "done":
            store.deliveries.settle(found.delivery_id, Delivered(FETCHED), now, actor)
        case "fail":
            store.deliveries.settle(found.delivery_id, Refused(UNUSABLE), now, actor)
        case "processing" | "initial":
            store.deliveries.event(found.delivery_id, f"vxp-{status}", now, actor=actor)
        case _:
            raise Refusal(Code.WRONG_CALL, "status must be done, fail, processing or initial")
    _log.info("vxp.updated", system=who.system.id, doc=found.envelope_id, status=status)


def sent(store: Store, who: Caller) -> list[dict[str, str]]:
    """`getSentEdocList`: what became of one packet that the system sent; each letter of it stands for a receiver."""
    doc_id = who.parameters.get("docid", "")
    mail_id = store.pickups.mail_of(who.system.id, doc_id) if doc_id else ""
    mail = store.mails.get(mail_id) if mail_id else None
    judged = store.mails.judgements.current(mail_id) if mail_id else None
    if mail is None:
        return []
    known = {} if judged is None or judged.sealed or not judged.documents else judged.documents[0].fields
    fields = {key: field.value for key, field in known.items()}
    number, notation = fields.get("CodeNumber", ""), fields.get("CodeNotation", "")
    status = "fail" if mail.state is MailState.REJECTED else "processing"
    letters = list(store.deliveries.list(kind="letter", mail_id=mail_id))
    if letters and all(isinstance(one.state, Done) for one in letters):
        status = "done"
    return [
        {
            "serviceType": "eDoc",
            "messageType": "edoc",
            "senderDocId": doc_id,
            "receiverDocId": "",
            "fromCode": fields.get("OrganId", ""),
            "toCode": "",
            "title": fields.get("Subject", ""),
            "notation": f"{number}/{notation}" if number and notation else "",
            "sentTime": _shown(mail.received_at, who.system),
            "receivedTime": _shown(mail.received_at, who.system),
            "sendStatus": "done",
            "sendStatusDesc": "",
            "receiveStatus": status,
            "receiveStatusDesc": str(mail.state),
        }
    ]


def agencies(store: Store, who: Caller) -> list[dict[str, Any]]:
    """The organisations of the register, with the ids of both schemes; one form serves all three operations."""
    level = who.parameters.get("level", "")
    rows: list[dict[str, Any]] = []
    for organ in store.registry.organs.snapshot():
        if organ.successor:
            continue
        today = datetime.now(UTC).date()
        valid = [one for one in organ.ids if one.until is None or one.until > today]
        new = next((one.value for one in valid if one.scheme == "qd-20"), "")
        old = next((one.value for one in valid if one.scheme == "qcvn-102"), "")
        code = new or old
        if not code or (level and new and str(new.count(".") + 1) != level):
            continue
        mail = next(iter(organ.addresses), "")
        rows.append(
            {
                "id": organ.id,
                "pid": "",
                "pcode": code.rpartition(".")[0] if new else "",
                "code": code,
                "name": organ.name,
                "mail": mail,
                "oldCode": old,
                "code102": old,
                "version": "",
                "centerCode": "",
                "deleted": "0",
                "modifyDate": "",
                "isAgency": "1",
            }
        )
    return rows


def longest(pickup: Pickup) -> int:
    """Octets of the answer that `told_in_json` makes."""
    frame = json.dumps({"status": "OK", "ErrorCode": "0", "ErrorDesc": "", "data": ""}, separators=(",", ":"))
    return len(frame) + (pickup.size + 2) // 3 * 4


def _shown(moment: datetime, system: VxpSystem) -> str:
    return f"{moment.astimezone(ZoneInfo(system.time_zone)):%Y/%m/%d %H:%M:%S}"
