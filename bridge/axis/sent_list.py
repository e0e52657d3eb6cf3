"""Is a packet whose answer was lost in the axis' list of what we sent?

The list names the axis' own ids, which only the lost answer told; so a packet is known again by the id of its document,
or by sender, number and title together with a time that is not before our first try.
"""

import re
import unicodedata
from collections.abc import Container, Mapping, Sequence
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from bridge.axis.packet_head import PacketHead

_SLACK = timedelta(minutes=10)  #: between two clocks
_DATED = re.compile(r"(\d{4})[/-](\d{2})[/-](\d{2})[ T](\d{2}):(\d{2})(?::(\d{2}))?")
_DATED_BACKWARDS = re.compile(r"(\d{2})[/-](\d{2})[/-](\d{4})[ T](\d{2}):(\d{2})(?::(\d{2}))?")


def found_in(
    sent: Sequence[Mapping[str, object]], head: PacketHead, since: datetime, zone: str, others: Container[str]
) -> str | None:
    """What the axis calls the packet with that head, if it is among those sent since then ("" = it has no name there).

    None = it is not there.  `others` are names that belong to other packets.
    """
    for one in sent:
        name = _text(one, "senderDocId")
        if name not in others and _is(one, head, since, zone):
            return name
    return None


def reaches_back(sent: Sequence[Mapping[str, object]], since: datetime, zone: str, before: Container[str]) -> bool:
    """Does the list show anything from before `since`, by its time or as one of the names `before`?"""
    for one in sent:
        moment = _moment(_text(one, "sentTime"), zone)
        if (moment is not None and moment < since - _SLACK) or _text(one, "senderDocId") in before:
            return True
    return False


def _is(one: Mapping[str, object], head: PacketHead, since: datetime, zone: str) -> bool:
    moment = _moment(_text(one, "sentTime"), zone)
    if moment is not None and moment < since - _SLACK:
        return False  # the same document, sent before
    if _text(one, "fromCode").casefold() not in ("", head.sender.casefold()):
        return False
    to = _text(one, "toCode").casefold()
    if to and head.receivers and not any(receiver.casefold() in to for receiver in head.receivers):
        return False
    if head.document_id and head.document_id in (_text(one, "senderDocId"), _text(one, "documentId")):
        return True
    return bool(head.notation) and (_text(one, "notation"), _text(one, "title")) == (
        unicodedata.normalize("NFC", head.notation),
        unicodedata.normalize("NFC", head.title),
    )


def _text(one: Mapping[str, object], key: str) -> str:
    value = one.get(key)
    return unicodedata.normalize("NFC", value).strip() if isinstance(value, str) else ""


def _moment(text: str, zone: str) -> datetime | None:
    if found := _DATED.match(text):
        year, month, day, hour, minute, second = (int(part or 0) for part in found.groups())
    elif found := _DATED_BACKWARDS.match(text):
        day, month, year, hour, minute, second = (int(part or 0) for part in found.groups())
    else:
        return None
    try:
        return datetime(year, month, day, hour, minute, second, tzinfo=ZoneInfo(zone))
    except ValueError:
        return None
