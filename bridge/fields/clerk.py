"""What a clerk types for a document, checked for its form; it stands over everything that was found."""

import re
from collections.abc import Mapping
from datetime import date

from bridge.edxml.forms import parse_date
from bridge.fields.fields import Field, Fields, Key, Source
from bridge.fields.fold import tidy
from bridge.fields.types import by_name

_NUMBER = re.compile(r"\d{1,10}[a-zđ]?", re.IGNORECASE)
_NOTATION = re.compile(r"[^\s/][^\s]*")
_LISTS = frozenset({Key.TO_PLACES, Key.RESPONSE_FOR})
_DATES = frozenset({Key.ISSUED_DATE, Key.DUE_DATE})


class BadField(Exception):  # noqa: N818  the word says what was typed
    """A key that is none, or a value not in its form; `reason` is a Vietnamese sentence."""

    def __init__(self, key: str, reason: str) -> None:
        super().__init__(f"{key}: {reason}")
        self.key = key
        self.reason = reason


def with_clerk(fields: Fields, entries: Mapping[str, str]) -> Fields:
    """`fields` with what the clerk typed; an empty entry takes a field away.

    Raises:
        BadField: an unknown key or a malformed value; nothing is changed then.
    """
    merged = dict(fields)
    for name, typed in entries.items():
        try:
            key = Key(name)
        except ValueError:
            raise BadField(name, f"Không có trường này. Các trường: {', '.join(Key)}.") from None
        value = checked(key, typed)
        if value:
            merged[key] = Field(value, Source.CLERK, 1.0)
        else:
            merged.pop(key, None)
    return Fields(merged)


def checked(key: Key, typed: str) -> str:
    """The value in its form; "" for nothing.

    Raises:
        BadField: it is not in the form of its field.
    """
    value = tidy(typed).strip()
    if not value:
        return ""
    if any(ord(character) < 32 and character != "\n" for character in value):
        raise BadField(key, "Giá trị chứa ký tự điều khiển.")
    if "\n" in value and key not in _LISTS:
        raise BadField(key, "Giá trị phải nằm trên một dòng.")
    if key in _DATES:
        day = parse_date(value)
        if day is None:
            raise BadField(key, "Ngày không hợp lệ; ghi theo dạng 2026-11-22 hoặc 22/11/2026.")
        return day.isoformat() if day.year >= 1945 else _too_old(key, day)
    if key is Key.CODE_NUMBER and not _NUMBER.fullmatch(value):
        raise BadField(key, "Số văn bản gồm chữ số, có thể kèm một chữ cái (ví dụ 35, 27a).")
    if key is Key.CODE_NOTATION and not _NOTATION.fullmatch(value):
        raise BadField(key, "Ký hiệu viết liền, không có khoảng trắng (ví dụ QĐ-UBND).")
    if key is Key.PAGE_AMOUNT and not (value.isascii() and value.isdigit() and 0 < int(value) < 100_000):
        raise BadField(key, "Số trang là số nguyên dương.")
    if key is Key.PRIORITY and value not in {"0", "1", "2", "3", "4"}:
        raise BadField(key, "Độ khẩn từ 0 (thường) đến 4 (hỏa tốc hẹn giờ).")
    if key is Key.RESPONSE_FOR:
        return "\n".join(_answered(key, line) for line in value.splitlines() if line.strip())
    if key is Key.TYPE_NAME:
        type_ = by_name(value)
        return type_.name if type_ else value
    if key is Key.ORGAN_ID and len(value) > 35:
        raise BadField(key, "Mã định danh cơ quan dài tối đa 35 ký tự.")
    return value


def _answered(key: Key, line: str) -> str:
    named, _, day = line.strip().partition(" ")
    issued = parse_date(day.strip()) if day.strip() else None
    if "/" not in named or (day.strip() and issued is None):
        raise BadField(key, "Ghi mỗi văn bản trên một dòng: số/ký hiệu và ngày, ví dụ 35/UBND-VX 05/06/2026.")
    return f"{named} {issued.isoformat()}" if issued else named


def _too_old(key: Key, day: date) -> str:
    raise BadField(key, f"Năm {day.year} không hợp lý.")
