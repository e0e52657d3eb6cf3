"""What kind of mail it is, before any judging: only documents enter the register, and nothing automatic is answered.

The words are the contract's; "reply" is not among them, because only the bridge knows its own tokens.
"""

import re
from typing import Literal

from validation.bounce import is_bounce
from validation.message import Message

Classification = Literal["document", "bounce", "receipt", "auto-reply", "other"]

_AUTO_SUBJECT = re.compile(
    r"(?:re: ?)?(?:auto(?:matic|mated|matisch\w*)?[ -]?(?:reply|response|respond\w*|antwort)|autoreply|autoresponder"
    r"|auto: |risposta automatica|resposta automática|自動(?:返信|応答)|自动(?:回复|答复)"
    r"|out of (?:the )?office|vacation|abwesenheit|réponse automatique|respuesta autom"
    r"|(?:thư )?trả lời tự động|tự động trả lời|vắng mặt|tôi đang đi vắng)",
    re.IGNORECASE,
)
# Written by answering machines before RFC 3834, and by some since.
_AUTO_FIELDS = (
    "X-Autoreply",
    "X-Autorespond",
    "X-Auto-Reply-From",
    "X-Autoreply-From",
    "X-Mail-Autoreply",
    "X-Autoresponder-Version",
    "X-Vacation",
)
# RFC 7489 section 7.2.1.1: the subject and the file name of an aggregate report.
_DMARC_SUBJECT = re.compile(r"(?:report domain:|dmarc).{0,300}report-id:", re.IGNORECASE)
_DMARC_NAME = re.compile(
    r"[a-z0-9.-]+![a-z0-9.-]+!\d+!\d+(?:![\w.-]+)?\.(?:xml(?:\.gz)?|zip|gz|json(?:\.gz)?)\Z", re.IGNORECASE
)
_REPORT_TYPES = frozenset({"message/feedback-report", "application/tlsrpt+gzip", "application/tlsrpt+json"})
_LIST_FIELDS = ("List-Id", "List-Post", "Mailing-List", "X-Mailing-List", "X-BeenThere", "X-Mailman-Version")
_BULK = frozenset({"bulk", "list", "junk"})


def _is_report(message: Message) -> bool:
    """Abuse (RFC 5965), DMARC and TLS (RFC 8460) reports."""
    if message.type_parameters.get("report-type", "").lower() in {"feedback-report", "tlsrpt"}:
        return True
    if any(part.content_type in _REPORT_TYPES for part in message.parts):
        return True
    if message.header("TLS-Report-Domain"):
        return True
    named = any(_DMARC_NAME.match(part.name) for part in message.parts)
    return named or bool(_DMARC_SUBJECT.search(message.subject[:1000]))


def _is_receipt(message: Message) -> bool:
    """RFC 8098."""
    if message.type_parameters.get("report-type", "").lower() == "disposition-notification":
        return True
    return any(part.content_type == "message/disposition-notification" for part in message.parts)


def _is_auto_reply(message: Message) -> bool:
    """RFC 3834 section 5, and what was written before it."""
    submitted = message.header("Auto-Submitted").lower()
    if submitted.startswith(("auto-replied", "auto-notified")):
        return True
    if message.header("Precedence").lower() in {"auto_reply", "auto-reply"}:
        return True
    if any(message.header(name) for name in _AUTO_FIELDS):
        return True
    if message.header("X-Auto-Response-Suppress") and submitted == "auto-generated":
        return True
    return bool(_AUTO_SUBJECT.match(message.subject))


def _is_bulk(message: Message) -> bool:
    """RFC 2919, RFC 2369, and Precedence."""
    if any(message.header(name) for name in _LIST_FIELDS):
        return True
    if message.header("Precedence").lower() in _BULK:
        return True
    # Senders in bulk must offer it (RFC 8058); one that brings a file may bring a document all the same.
    return bool(message.header("List-Unsubscribe")) and not message.attachments


def classify(message: Message, mail_from: str) -> Classification:
    """The mail's class.  `mail_from`: the reverse path; "" = empty or unknown."""
    if _is_report(message):
        return "other"
    if _is_receipt(message):
        return "receipt"
    bounced = is_bounce(message, mail_from)
    if bounced and message.content_type == "multipart/report":
        return "bounce"
    if _is_auto_reply(message):
        # Exim and others mark their bounces "auto-replied" too (RFC 3834 section 3.1 counts them as responses).
        return "bounce" if bounced and not _AUTO_SUBJECT.match(message.subject) else "auto-reply"
    if bounced:
        return "bounce"
    return "other" if _is_bulk(message) else "document"
