"""What an SMTP answer, or its absence, means for a letter: the one table from the peer's words to an
Attempt.

Promise: every answer and every failure of the client library or the network becomes exactly one of
Delivered, TryLater, Refused, Unsure, with a whole Reply.  What only a mended setting can change (the
smarthost wants a password, does not want us) is TryLater: a slip of the administrator must not return a
province's letters to their senders.
"""

import re
import ssl
from enum import StrEnum

import aiosmtplib

from store.delivery import Attempt, Delivered, Refused, TryLater, Unsure
from store.reply import Reply

_ENHANCED = re.compile(r"([245]\.\d{1,3}\.\d{1,3})(?:\s|$)")
_LONGEST_TEXT = 500

# RFC 4954 section 6 and RFC 3207 section 4: they speak of how we came, not of the letter.
_ABOUT_US = frozenset({454, 502, 503, 530, 534, 535, 538})


class Stage(StrEnum):
    """How far the conversation had come; nothing is handed over before DOT."""

    CONNECT = "connect"  #: the connection, the greeting, EHLO, STARTTLS, AUTH
    MAIL = "mail"
    RCPT = "rcpt"
    DATA = "data"  #: the command, and the message up to its last octet
    DOT = "dot"  #: the last octet is on its way


def answered(stage: Stage, code: int, text: str) -> Attempt:
    """The Attempt that an answer of the peer ends in; one that lets the conversation go on is not asked
    here.
    """
    reply = _reply(stage, code, text)
    match code // 100:
        case 2 if stage is Stage.DOT:
            return Delivered(reply)
        case 4:
            return TryLater(reply)
        case 5 if stage is Stage.CONNECT or code in _ABOUT_US:
            return TryLater(reply)
        # RFC 5321 section 4.5.3.1.10: 552 to RCPT once meant "too many recipients"; a full mailbox says
        # 5.2.2.
        case 5 if stage is Stage.RCPT and code == 552 and not reply.enhanced.startswith("5.2"):
            return TryLater(reply)
        case 5:
            return Refused(reply)
        case _ if stage is Stage.DOT:
            return Unsure(Reply(451, "4.5.0", "answer not understood", f"{stage}: {code} {reply.text}"))
        case _:
            return TryLater(Reply(451, "4.5.0", "answer not understood", f"{stage}: {code} {reply.text}"))


def failed(stage: Stage, error: Exception) -> Attempt:
    """The Attempt that a failure of the client library or the network ends in.

    Raises:
        Exception: `error` itself, when it is none that the library or the network are known for: our bug.
    """
    cause = f"{stage}: {type(error).__name__}: {_tidy(str(error))}"
    match error:
        case aiosmtplib.SMTPResponseException(code=code, message=text) if code >= 200:
            return answered(stage, code, text)
        case aiosmtplib.SMTPResponseException() if stage is Stage.DOT:
            return Unsure(Reply(451, "4.5.0", "answer not understood", cause))
        case aiosmtplib.SMTPResponseException():
            return TryLater(Reply(451, "4.5.0", "answer not understood", cause))
        case TimeoutError() if stage is Stage.DOT:
            return Unsure(Reply(451, "4.4.2", "no answer after the last byte", cause))
        case TimeoutError():
            return TryLater(Reply(451, "4.4.2", "no answer in time", cause))
        case ssl.SSLError():
            return TryLater(Reply(454, "4.7.5", "no encrypted connection to the next hop", cause))
        case OSError() if stage is Stage.DOT:
            return Unsure(Reply(451, "4.4.2", "connection lost after the last byte", cause))
        case OSError() if stage is Stage.CONNECT:
            return TryLater(Reply(451, "4.4.1", "the next hop does not answer", cause))
        case OSError():
            return TryLater(Reply(451, "4.4.2", "connection lost", cause))
        case aiosmtplib.SMTPException():
            # Among them: STARTTLS demanded and not offered, AUTH demanded and no method in common.
            return TryLater(Reply(451, "4.7.0", "the next hop lacks what the settings demand", cause))
        case _:
            raise error


def unfit(enhanced: str, text: str, cause: str) -> Refused:
    """A letter that cannot go by this way, found out before anything was sent."""
    return Refused(Reply(554, enhanced, text, cause))


def _reply(stage: Stage, code: int, text: str) -> Reply:
    # A multiline answer repeats its enhanced code on each line (RFC 2034 section 4).
    found = _ENHANCED.match(text)
    enhanced = found[1] if found and found[1][0] == str(code)[0] else f"{code // 100}.0.0"
    words = " ".join(_ENHANCED.sub("", line, count=1).strip() for line in text.split("\n"))
    return Reply(code, enhanced, _tidy(words) or "-", f"{stage}: said by the next hop")


def _tidy(text: str) -> str:
    """The peer's words fit for a log line and a terminal: printable, bounded."""
    return "".join(letter if letter.isprintable() else "?" for letter in text[:_LONGEST_TEXT])
