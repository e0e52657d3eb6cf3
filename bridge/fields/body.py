"""What the running text says of the document: which document it answers, and by when an answer is wanted.

Only what is said outright is taken.  A document named after `Căn cứ` or `Thực hiện` is no document answered, and a day
by which something is to be done is a time limit only in a sentence that asks its reader for something.
"""

import re
from collections.abc import Iterable, Mapping
from datetime import date
from itertools import islice

from bridge.fields import days
from bridge.fields.fields import Field, Key
from bridge.fields.page import Line, Page
from bridge.fields.patterns import designation

#: at the beginning of a sentence: further in, somebody else is asked to answer
_ANSWERS = re.compile(r"(?:^|[.;:!?/]\s|\n)\s*(?:Trả\s+lời|Phúc\s+đáp)\s+(?=\S)")
_ANSWERED_SUBJECT = re.compile(r"(?:Về việc\s+|V/v\s+)?(?:trả lời|phúc đáp)\s+", re.IGNORECASE)
_ENOUGH = re.compile(r"\bvề\b|\bV/v\b|\btheo\b|\btại\b|[;:]|\.\s")
_CODE = re.compile(r"\bsố\s*:?\s*(?=\d)", re.IGNORECASE)
_CODE_LENGTH = 60
_MOST_LIMITS = 50  # of one page
_REACH = 400  # characters after `Trả lời`
DUE = re.compile(
    r"(?:trước|chậm\s+nhất(?:\s+(?:là|vào|đến))?|muộn\s+nhất(?:\s+(?:là|vào))?|"
    r"(?:thời\s+)?hạn(?:\s+(?:chót|cuối|trả\s+lời|gửi|góp\s+ý|báo\s+cáo))*(?:\s+(?:là|đến|trước))?\s*:?)\s*"
    r"(?:(?:lúc\s+)?\d{1,2}\s*(?:giờ|h|g)\s*(?:\d{2})?\s*(?:phút)?,?\s*)?(?=ngày\s|\d{1,2}[/.-])",
    re.IGNORECASE,
)
_ASKED = re.compile(
    r"\b(?:đề nghị|yêu cầu|gửi|trả lời|phản hồi|góp ý|ý kiến|báo cáo|cung cấp|đăng ký)\b", re.IGNORECASE
)
_ASKS = re.compile(r"\b(?:đề nghị|yêu cầu|xin|mong)\b", re.IGNORECASE)
_SENTENCE_ENDS = re.compile(r"[.;!?](?=\s|$)")


class Run:
    """The lines of a page as one text, and which of them any part of it stands on."""

    def __init__(self, page: Page) -> None:
        self.page = page
        self._starts: list[tuple[int, Line]] = []
        text = ""
        for line in page.whole_lines:
            self._starts.append((len(text), line))
            text += f"{line.text}\n"
        self.text = text

    def lines(self, start: int, end: int) -> tuple[Line, ...]:
        """The lines that hold characters from `start` to before `end`."""
        return tuple(line for at, line in self._starts if at < end and start < at + len(line.text) + 1)


def fields_of(pages: Iterable[Page], head: Mapping[Key, Field]) -> dict[Key, Field]:
    """What the text of `pages` says; `head` is what is known of the document already."""
    runs = [Run(page) for page in pages]
    found: dict[Key, Field] = {}
    answered = _answered(runs, head.get(Key.SUBJECT))
    if answered:
        found[Key.RESPONSE_FOR] = answered
    issued = head.get(Key.ISSUED_DATE)
    due = _due(runs, date.fromisoformat(issued.value) if issued else None)
    if due:
        found[Key.DUE_DATE] = due
    return found


def _answered(runs: list[Run], subject: Field | None) -> Field | None:
    for run in runs[:1]:
        for trigger in _ANSWERS.finditer(run.text):
            said = documents_in(run.text[trigger.end() : trigger.end() + _REACH])
            if said:
                lines = run.lines(trigger.end(), trigger.end() + 1)
                return run.page.field("\n".join(said), 0.9, lines)
    trigger_ = _ANSWERED_SUBJECT.match(subject.value) if subject else None
    if subject and trigger_ and (said := documents_in(subject.value[trigger_.end() :])):
        return Field("\n".join(said), subject.source, min(subject.confidence, 0.9), place=subject.place)
    return None


def documents_in(text: str) -> tuple[str, ...]:
    """Codes and days of the documents named before `text` goes on to what they are about."""
    codes = list(_CODE.finditer(text))
    said: list[str] = []
    for index, label in enumerate(codes):
        end = codes[index + 1].start() if index + 1 < len(codes) else len(text)
        if _ENOUGH.search(text, 0, label.start()):
            break
        named = designation(text[label.end() : min(end, label.end() + _CODE_LENGTH)])
        if named is None or not named.number:
            break
        day = next((day for day, at, _ in days.within(text[label.end() : end]) if at < _CODE_LENGTH), None)
        said.append(f"{named.number}/{named.notation}" + (f" {day.isoformat()}" if day else ""))
    return tuple(dict.fromkeys(said))


def answered(value: str) -> tuple[tuple[str, date | None], ...]:
    """The documents in a field `ResponseFor`: their codes, and their days where these are known."""
    lines = (line.partition(" ") for line in value.splitlines())
    return tuple((code, date.fromisoformat(day) if day else None) for code, _, day in lines)


def _due(runs: list[Run], issued: date | None) -> Field | None:
    """The one day by which the document asks its readers for something; None where there are several."""
    found: dict[date, Field] = {}
    for run in runs:
        for limit in islice(DUE.finditer(run.text), _MOST_LIMITS):
            day = days.at(run.text, limit.end())
            if day is None or (issued and not 0 <= (day - issued).days < 3 * 366):
                continue
            sentence = _sentence(run.text, limit.start())
            if not _ASKED.search(sentence):
                continue
            sure = 0.9 if issued and _ASKS.search(sentence) else 0.6
            found.setdefault(day, run.page.field(day.isoformat(), sure, run.lines(limit.start(), limit.end())))
    return next(iter(found.values())) if len(found) == 1 else None


def _sentence(text: str, at: int) -> str:
    begin = max((end.end() for end in _SENTENCE_ENDS.finditer(text, 0, at)), default=0)
    end = _SENTENCE_ENDS.search(text, at)
    return " ".join(text[begin : end.start() if end else len(text)].split())
