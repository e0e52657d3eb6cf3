"""The lexical forms of simple values on the wire: dates, timestamps, text, organ ids, document ids.

Written in one form, read in every form seen.  The platform's times carry no zone; they are taken as
Vietnam's.
"""

import re
import unicodedata
from datetime import UTC, date, datetime
from zoneinfo import ZoneInfo

ZONE = ZoneInfo("Asia/Ho_Chi_Minh")

_DATE_YMD = re.compile(r"(\d{4})[/.-](\d{1,2})[/.-](\d{1,2})(?!\d)")
_DATE_DMY = re.compile(r"(\d{1,2})[/.-](\d{1,2})[/.-](\d{4})(?!\d)")
_TIME = re.compile(r"[ T]+(\d{1,2}):(\d{2})(?::(\d{2}))?(?:\.\d+)?\s*(Z|[+-]\d{2}:?\d{2})?$")
_FORBIDDEN = re.compile(r"[^\t\n\r\x20-\uD7FF\uE000-\uFFFD\U00010000-\U0010FFFF]")  # XML 1.0 production 2 [Char]

#: Circular 10/2016 (QCVN 102:2016): 13 characters, lowest level first
_ORGAN_102 = re.compile(r"\d{3}\.\d{2}\.\d{2}\.[A-Z]\d{2}", re.ASCII)
#: Decision 20/2020/QD-TTg Art. 4: highest level first, at most 35 characters
_ORGAN_20 = re.compile(r"(?=.{3,35}\Z)[A-Y]\d{2}(?:\.[0-9A-Z]+)*", re.ASCII)
#: Decision 20/2020/QD-TTg Art. 5: enterprises by their registration number
_ENTERPRISE = re.compile(r"\d{10}(?:-\d{3})?", re.ASCII)


def date_text(day: date) -> str:
    """`yyyy/MM/dd`."""
    return f"{day:%Y/%m/%d}" if day.year >= 1000 else f"{day.year:04}/{day:%m/%d}"


def parse_date(text: str) -> date | None:
    """A date as any sender writes it (year first or day first, with or without a time); None when it is none."""
    text = text.strip()
    if found := _DATE_YMD.match(text):
        year, month, day = found.groups()
    elif found := _DATE_DMY.match(text):
        day, month, year = found.groups()
    else:
        return None
    try:
        return date(int(year), int(month), int(day))
    except ValueError:
        return None


def timestamp_text(moment: datetime) -> str:
    """`yyyy/MM/dd HH:mm:ss` in Vietnam's time; the moment must know its zone."""
    if moment.tzinfo is None:
        raise ValueError("a moment without a zone")
    local = moment.astimezone(ZONE)
    return f"{date_text(local.date())} {local:%H:%M:%S}"


def parse_timestamp(text: str) -> datetime | None:
    """A moment in UTC; without a zone of its own the text is Vietnam's time, without a time its midnight."""
    day = parse_date(text)
    if day is None:
        return None
    found = _TIME.search(text.strip())
    hour, minute, second, zone = found.groups() if found else ("0", "0", "0", None)
    try:
        moment = datetime(day.year, day.month, day.day, int(hour), int(minute), int(second or 0), tzinfo=ZONE)
        if zone:
            offset = zone.replace("Z", "+00:00")
            moment = datetime.fromisoformat(f"{moment:%Y-%m-%dT%H:%M:%S}{offset}")
        return moment.astimezone(UTC)
    except (ValueError, OverflowError):
        return None


def clean(text: str) -> str:
    """Text fit for an element: NFC, without what XML 1.0 cannot carry, edges trimmed."""
    return unicodedata.normalize("NFC", _FORBIDDEN.sub("", text)).strip()


def carries(text: str) -> bool:
    """Can XML 1.0 carry every character of `text`?"""
    return _FORBIDDEN.search(text) is None


def is_organ_id(text: str) -> bool:
    """Is it an organ id that we may send: QCVN 102:2016, Decision 20/2020 Art. 4, or a registration number (Art. 5)?

    On receipt an organ id is an opaque key instead: real packets carry `28.22.H17` and `vxp.saas.03`.
    """
    return any(form.fullmatch(text) for form in (_ORGAN_102, _ORGAN_20, _ENTERPRISE))


def document_id(organ_id: str, issued: date, number: str, notation: str) -> str:
    """`OrganId,yyyy/MM/dd,number/notation`: the only form of a document id that other systems are known to parse."""
    return f"{organ_id},{date_text(issued)},{number}/{notation}"
