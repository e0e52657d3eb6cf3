"""Bounces without a report: told by their sender and their words, read by the shapes that mail servers print.

qmail and Postfix put `<address>:` in front of the reason, Exim indents both, sendmail prints a transcript; what is
common to all is the copy of the mail below, which is cut off first, because its addresses failed at nothing.
"""

import re
from dataclasses import dataclass

from validation.bounce_kind import tells
from validation.message import Message

_ADDRESS = r"[A-Za-z0-9.!#$%&*+/=?^_`{|}~-]{1,64}@[A-Za-z0-9](?:[A-Za-z0-9.-]{0,250}[A-Za-z0-9])?"
_DAEMON = re.compile(
    r"^(?:mailer-?daemon|post_?master|mail-?daemon|mail\.?delivery|mailer|no-?reply|bounces?\b|mdaemon"
    r"|mail-?system|mmdf|smtp)",
    re.IGNORECASE,
)
_SURELY = re.compile(r"mailer-?daemon|post_?master", re.IGNORECASE)
_DAEMON_NAME = re.compile(
    r"mail ?delivery|mailer-?daemon|delivery (?:sub)?system|post ?master|mail (?:system|administrator"
    r"|router|server)"
    r"|system administrator|internet mail|jetmail|mail\.?daemon",
    re.IGNORECASE,
)
_SUBJECT = re.compile(
    r"undeliver|un-?deliverable|deliver\w* (?:status|fail|error|problem|notification|report|delay)"
    r"|failure notice"
    r"|return(?:ed|ing) (?:mail|message|to sender)|mail (?:delivery )?(?:fail|error)|failed mail"
    r"|message (?:delivery|status)"
    r"|non[- ]?(?:delivery|remise)|could not (?:be )?(?:deliver|send)|delayed mail|mail (?:could|was) not"
    r"|warning: could not"
    r"|delivery|mail system error|processing error|nicht zustellbar|unzustellbar|user unknown"
    r"|nondeliverable|rejected"
    r"|không (?:thể )?gửi được|thư bị trả|trả lại thư|エラー|配信|投递|退信|status notification|mail error"
    r"|undelivered|aws notification|\A\[?bounced?\b|error sending|送信|不達|配送|届け"
    r"|non remis|échec|entregad|entregar|recapit|não (?:foi )?entreg|niedostarcz|не ?доставл|не удалось",
    re.IGNORECASE,
)
_CERTAIN = re.compile(
    r"undeliver(?:able|ed)|returned mail|failure notice|delivery (?:status notification|failure)", re.IGNORECASE
)
_BODY = re.compile(
    r"could ?n[o']?t be (?:successfully )?(?:delivered|reached|sent)|(?:was|were|am|be) (?:not able"
    r"|unable) to deliver|unable to deliver"
    r"|undeliverable|not delivered|cannot be delivered|had (?:permanent"
    r"|transient)[ -]\w+ (?:fatal )?errors|delivery (?:has )?failed"
    r"|delivery to the following|did not reach the following|failed to deliver|error (?:occurred while"
    r"|delivering)|permanent (?:fatal )?error"
    r"|following address(?:es|\(es\))? (?:failed|had)|returned (?:to you|because|below)|mail (?:delivery"
    r"|has been returned)"
    r"|this is the (?:mail|postfix|qmail)|message from \S+\.|delivery failed|wasn'?t able to deliver"
    r"|could not deliver|permanently failed"
    r"|(?:host|user|recipient|mailbox|address|domain) (?:is )?(?:unknown|not found|rejected)|unknown user"
    r"|user unknown"
    r"|non-delivery|no (?:such|mailbox)|mail system at host|over quota|quota exceeded|mailbox (?:is )?full"
    r"|errors? during|smtp error"
    r"|notificationtype|this user doesn't have|not listed in|returned mail|did not exactly match|无法|配信|送信"
    r"|届け|không (?:thể )?(?:gửi|chuyển)"
    r"|delivery attempts?|message (?:will be )?retried|(?<!\d)(?:55[0-4]|45[0-2]|421) |unrouteable"
    r"|intended recipient:|trouble delivering|rejected recipient|problem delivering|failed recipient"
    r"|échec de la remise|n'a pas (?:pu être|été) (?:remis|distribu|trouv)|no se (?:pudo|puede|ha podido) entregar"
    r"|impossibile (?:recapitare|consegnare)|não (?:foi|pôde) (?:ser )?entregue|nicht (?:zugestellt|gefunden)"
    r"|не (?:может быть|был[оа]?|удалось) достав|退(?:回|信)|届きません",
    re.IGNORECASE,
)
_COPY = re.compile(
    r"^[ \t>*#=-]{0,8}(?:(?:-{2,40}|={2,40}|\*{2,40}).{0,60}(?:copy of|original|returned (?:mail|message)"
    r"|message header|header of|unsent message"
    r"|source mail|below this line|undelivered|included|message follows|message (?:text|body|content)).{0,80}"
    r"|(?:original )?message (?:headers? )?(?:follows?|text|body)\b.{0,40}|message headers follow.{0,5}"
    r"|here is (?:a|the) (?:copy|first part|header).{0,80}"
    r"|the (?:header|headers|original message|body).{0,40}(?:follows?|was|is):?.{0,20}"
    r"|received: ?from .{0,200}|return-path: .{0,200}"
    r"|your original message .{0,60}|original message as received.{0,40}|--- (?:enclosed"
    r"|attached).{0,80})[ \t]*$",
    re.IGNORECASE | re.MULTILINE,
)
_LEADING = re.compile(
    rf"^[ \t>*-]{{0,40}}(?:(?:rcpt to|recipients?|to|address(?:es)?|addressed to|failed|user|final-recipient"
    rf"|original-recipient|intended recipient"
    rf"|failed recipient|delivery failed \d+ attempts|envelope-to|unknown (?:user|recipient)"
    rf"|undeliverable to)\b[^@\n<]{{0,40}}?[:;=]? ?)?"
    rf"(?:\[?smtp:|rfc822;|mailto:)?\s*[\"'(]?<?({_ADDRESS})>?[\"')\]]?(?=[\s:;,\])|<>]|\.(?!\w)|\.\.\.|$)",
    re.IGNORECASE | re.MULTILINE,
)
_ANY = re.compile(rf"(?<![\w@.=+-])<?({_ADDRESS})>?")
_NOT_FAILED = re.compile(
    r"contact|assistance|from |postmaster|envelope-from|sender|\bby \b|reporting|help@|support@|reply to", re.IGNORECASE
)
# Words that only a machine writes of a delivery, whatever the subject says.
_MACHINE = re.compile(
    r"error message below:\s{0,4}[45]\d\d |could not be delivered to:|the following address(?:es|\(es\)) (?:failed|had)"
    r"|did not reach the following recipient|smtp error from remote|permanent fatal errors",
    re.IGNORECASE,
)
# What stands in front of the list is a description of the mail, with addresses of its own.
_LIST_BEGINS = re.compile(r"did not reach the following recipient(?:s|\(s\))?:", re.IGNORECASE)
_LINE = 1_000  #: characters of one line
_READ = 20_000  #: characters of a text that are looked at


@dataclass(frozen=True, slots=True)
class Failure:
    """One recipient in a text, with the words that follow it."""

    recipient: str
    words: str


def _own_words(message: Message) -> str:
    """What the server says, without the copy of the mail below it."""
    # A server's line is short; a longer one would only cost the patterns their time.
    text = "\n".join(line[:_LINE] for line in message.text[:_READ].splitlines())
    if not text.strip():  # the words may sit in a part that counts as a file
        for part in message.parts:
            if part.content_type.startswith("text/") and part.content_type != "text/rfc822-headers":
                text = part.text(_READ)[0]
                break
    for found in _COPY.finditer(text):
        if text[: found.start()].strip():
            return text[: found.start()]
    return text


def looks_returned(message: Message, mail_from: str) -> bool:
    """Whether a mail server, not a person, says that a mail was not delivered."""
    if message.header("X-Failed-Recipients"):
        return True
    sender = next(iter(message.mailboxes("From", 5)), None)
    raw = message.header("From")
    robot = (
        (sender is not None and bool(_DAEMON.match(sender.address) or _DAEMON_NAME.search(sender.name)))
        or raw.endswith("<>")
        or bool(_DAEMON.match(mail_from))
        or bool(_DAEMON_NAME.search(raw))
        or message.header("Return-Path") == "<>"
    )
    if not robot:
        return False
    subject, words = _SUBJECT.search(message.subject), _BODY.search(_own_words(message)[:6000])
    if _MACHINE.search(_own_words(message)[:6000]) and not message.header("List-Id"):
        return True
    daemon = bool(_SURELY.match(sender.address if sender else raw.strip("<> ")))
    if message.header("List-Id") and not (daemon and (subject or words)):
        return False
    # A postmaster may be a person; a MAILER-DAEMON never is.
    certain = daemon and ("daemon" in raw.lower() or bool(_CERTAIN.match(message.subject)))
    return bool(words and subject) or bool(certain and (words or subject))


def failures(message: Message) -> tuple[Failure, ...]:
    """The failed recipients that a text names, at most 1,000."""
    words = _own_words(message)
    if begins := _LIST_BEGINS.search(words):
        words = words[begins.end() :]
    ours = {mailbox.address.lower() for mailbox in message.mailboxes("From", 5)}
    named = re.findall(_ADDRESS, message.header("X-Failed-Recipients")[:10_000])
    if named:
        return tuple(Failure(address, words) for address in dict.fromkeys(named))
    listed = [found for found in _LEADING.finditer(words) if found.group(1).lower() not in ours]
    if not listed:
        listed = [
            found
            for found in _ANY.finditer(words)
            if found.group(1).lower() not in ours
            and not _NOT_FAILED.search(words[max(0, words.rfind("\n", 0, found.start())) : found.start()])
        ]
        to = {mailbox.address.lower() for mailbox in message.mailboxes("To", 50)}
        listed = [found for found in listed if found.group(1).lower() not in to] or listed
        listed = listed[:1]
    result: dict[str, Failure] = {}
    for number, found in enumerate(listed[:1000]):
        following = listed[number + 1].start() if number + 1 < len(listed) else len(words)
        text = words[found.end() : following]
        address = found.group(1).rstrip(".")
        known = result.get(address.lower())
        result[address.lower()] = Failure(address, f"{known.words} {text}" if known else text)
    if result and len(result) == 1:  # one recipient: every word in front of it speaks of it too
        only = next(iter(result.values()))
        return (Failure(only.recipient, only.words if tells(only.words) else f"{words} {only.words}"),)
    return tuple(result.values()) or ((Failure("", words),) if words.strip() else ())
