"""Reading what came back: which recipient failed, how, and why, from delivery reports (RFC 3464) and from plain words.

Half of real bounces carry no machine-readable report.  Whether a mail is one at all is decided by `classify`'s rules
through `is_bounce`; a letter from a person that quotes an error is none.
"""

import re

from validation.bounce_kind import kind_of, refused_after_data
from validation.bounce_words import Failure, failures, looks_returned
from validation.headers import Headers, split_block
from validation.message import Message, Part, read
from validation.mime_split import line_end_of
from validation.returned import Bounce
from validation.settings import ReadingCaps

_CAPS = ReadingCaps()
_STATUS = re.compile(r"\b([245]\.\d{1,3}\.\d{1,3})\b")
_REPORTS = frozenset({"message/delivery-status", "message/global-delivery-status"})
_ACTIONS = {"delivered": "delivered", "relayed": "relayed", "expanded": "relayed", "delayed": "delayed"}
_LATE_SUBJECT = re.compile(r"warning|delay|not yet|still being retried|chậm|遅延|延迟", re.IGNORECASE)
# A warning of a server that goes on trying, as Exim, sendmail, qmail's patches and Exchange word it.
_LATE_WORDS = re.compile(
    r"will be retried|not yet (?:been )?delivered|attempts will continue|(?:will|do) not need to re-?send"
    r"|no action is required|still (?:trying|being retried)|warning message only|delivery .{0,30}delayed|sẽ tiếp tục",
    re.IGNORECASE,
)
_DIAGNOSIS = 20_000  #: octets of a server's words that are read
_REPORTS_CAP = 1_000  #: recipients of one report


def _address(value: str) -> str:
    """`rfc822; user@host` without the type and without brackets."""
    return value.rpartition(";")[2].strip().strip("<>").strip()


def _blocks(part: Part) -> list[Headers]:
    """The groups of fields in a report: blank lines part them (RFC 3464 section 2.1), some senders write several."""
    content, _ = part.content()
    content = content[: _CAPS.text_bytes]
    eol = line_end_of(content)
    blocks: list[Headers] = []
    position = 0
    while position < len(content) and len(blocks) < _REPORTS_CAP:
        if content[position] in b"\r\n \t":
            position += 1
            continue
        headers, following = split_block(content, position, len(content), eol, _CAPS)
        if headers.fields:
            blocks.append(headers)
        if following <= position:
            break
        if headers.defects:  # a line that is no field: go on behind it
            line = content.find(eol, following)
            following = len(content) if line < 0 else line + 1
        position = following
    return blocks


def _diagnosis(block: Headers) -> str:
    """The words of the server that refused; some Japanese servers write theirs without encoding them."""
    raw = block.raw("Diagnostic-Code")
    if raw and b"\x1b$" in raw:
        return raw[:_DIAGNOSIS].decode("iso2022_jp", "replace")
    return block.text("Diagnostic-Code") or block.text("X-Supplementary-Info") or block.text("Status")


def _reported(part: Part, own_words: str) -> list[Bounce]:
    """What a report says; `own_words` is the text beside it, which alone tells what command was refused."""
    found: list[Bounce] = []
    for block in _blocks(part):
        recipient = _address(block.text("Original-Recipient")) or _address(block.text("Final-Recipient"))
        recipient = recipient or _address(block.text("X-Actual-Recipient"))
        if not recipient and not block.text("Action"):
            continue
        words = _diagnosis(block)
        told = _STATUS.search(block.text("Status"))
        status = told.group(1) if told else ""
        inner = _STATUS.search(words)
        if inner and (not status or status.endswith(".0.0")):
            status = inner.group(1)  # the server's own words are more particular than the relay's summary
        action = block.text("Action").split(" ")[0].lower()
        outcome = _ACTIONS.get(action, "failed")
        if outcome == "failed" and status.startswith("2."):
            outcome = "delivered"
        kind = "delivered" if outcome in ("delivered", "relayed") else kind_of(status, words)
        if kind == "hard" and refused_after_data(status, own_words, recipient):
            kind = "soft"
        found.append(Bounce(recipient, status, kind, _line(words), outcome))
    return found


def _line(words: str) -> str:
    return " ".join(words.split())[:500]


def _bounce(failure: Failure, delayed: bool) -> Bounce:
    status = _STATUS.search(failure.words)
    code = re.search(r"(?<![\d.])([45])\d\d(?![\d.])", failure.words)
    told = status.group(1) if status else f"{code.group(1)}.0.0" if code else ""
    kind = kind_of(told, failure.words) if failure.words.strip() else "unknown"
    return Bounce(failure.recipient, told, kind, _line(failure.words), "delayed" if delayed else "failed")


def report_parts(message: Message) -> tuple[Part, ...]:
    """The machine-readable delivery reports of a mail."""
    return tuple(part for part in message.parts if part.content_type in _REPORTS)


def is_bounce(message: Message, mail_from: str) -> bool:
    """Whether the mail tells of a delivery.  `mail_from`: the reverse path, "" = empty or unknown."""
    if message.type_parameters.get("report-type", "").lower() in {"delivery-status", "global-delivery-status"}:
        return True
    if report_parts(message) and message.content_type.startswith("multipart/"):
        return True
    return looks_returned(message, mail_from)


def bounces(message: Message, depth: int = 0) -> tuple[Bounce, ...]:
    """What the mail says of each recipient.  Ask only of a mail that `classify` calls a bounce."""
    found: dict[str, Bounce] = {}
    words = message.text[:_DIAGNOSIS]
    for part in report_parts(message):
        for bounce in _reported(part, words):
            # One report may tell several stories of one recipient: the failure counts.
            known = found.get(bounce.recipient.lower())
            if known is None or known.action != "failed":
                found[bounce.recipient.lower()] = bounce
    if not any(found) and not depth:
        # A gateway may put a whole bounce into a mail of its own that names nobody.
        for inner in (part for part in message.parts if part.content_type == "message/rfc822"):
            within = read(inner.content()[0], caps=_CAPS)
            if report_parts(within):
                found.update((bounce.recipient.lower(), bounce) for bounce in bounces(within, 1))
    if not any(found):
        delayed = bool(_LATE_SUBJECT.search(message.subject) and _LATE_WORDS.search(words))
        for failure in failures(message):
            found.setdefault(failure.recipient.lower(), _bounce(failure, delayed))
    if len(found) > 1:
        found.pop("", None)
    return tuple(found.values())


def original_message_id(message: Message) -> str:
    """The Message-ID of the mail that came back, from its copy in the bounce; "" if there is none."""
    for part in message.parts:
        if part.content_type in {"message/rfc822", "message/global", "text/rfc822-headers", "message/rfc822-headers"}:
            content = part.content()[0][: _CAPS.header_bytes]
            headers, _ = split_block(content, 0, len(content), line_end_of(content), _CAPS)
            if ids := headers.message_ids("Message-ID"):
                return ids[0]
    found = re.search(r"^[ \t>]*Message-ID:\s*<([^<>\s]{1,500})>", message.text, re.IGNORECASE | re.MULTILINE)
    return found.group(1) if found else ""
