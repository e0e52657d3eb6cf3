"""What came back, as mail servers really say it; and what is no bounce although it speaks of one."""

import pytest

from validation.bounce import bounces, original_message_id
from validation.classify import classify
from validation.message import read
from validation.returned import Bounce

DAEMON = "From: MAILER-DAEMON@mx.example.vn (Mail Delivery System)\nSubject: Undelivered Mail Returned to Sender\n"


def text(headers: str, body: str) -> bytes:
    """A plain mail."""
    return (headers.strip() + "\n\n" + body).replace("\n", "\r\n").encode()


def report(*groups: str, original: str = "Message-ID: <1@docbridge.example>\n") -> bytes:
    """A delivery report (RFC 3464) of these groups of fields."""
    status = "\n\n".join(("Reporting-MTA: dns; mx.example.vn", *groups))
    parts = (
        "Content-Type: text/plain\n\nYour mail could not be delivered.",
        f"Content-Type: message/delivery-status\n\n{status}\n",
        f"Content-Type: message/rfc822\n\n{original}Subject: x\n\nbody",
    )
    body = "".join(f"--b\n{part}\n" for part in parts) + "--b--\n"
    return text(
        "From: postmaster@example.vn\nContent-Type: multipart/report; report-type=delivery-status; boundary=b", body
    )


def group(action: str, status: str, diagnostic: str = "", recipient: str = "a@b.vn") -> str:
    """One recipient of a report."""
    lines = [f"Final-Recipient: rfc822; {recipient}", f"Action: {action}", f"Status: {status}"]
    return "\n".join(lines + ([f"Diagnostic-Code: smtp; {diagnostic}"] if diagnostic else []))


REPORTS = {
    "an unknown user": (group("failed", "5.1.1", "550 5.1.1 User unknown"), ("a@b.vn", "5.1.1", "hard", "failed")),
    "a full mailbox that says unknown": (
        group("failed", "5.1.1", "552 mailbox full"),
        ("a@b.vn", "5.1.1", "soft", "failed"),
    ),
    "a full mailbox": (group("failed", "5.2.2"), ("a@b.vn", "5.2.2", "soft", "failed")),
    "an unknown host": (group("failed", "5.1.2"), ("a@b.vn", "5.1.2", "hard", "failed")),
    "a host that takes no mail": (group("failed", "5.1.10", "556 nullMX"), ("a@b.vn", "5.1.10", "hard", "failed")),
    "one who has moved": (group("failed", "5.1.6"), ("a@b.vn", "5.1.6", "hard", "failed")),
    "spam": (group("failed", "5.7.1", "554 5.7.1 rejected as spam"), ("a@b.vn", "5.7.1", "soft", "failed")),
    "too large": (group("failed", "5.3.4", "552 message too large"), ("a@b.vn", "5.3.4", "soft", "failed")),
    "our own address displeases": (
        group("failed", "5.1.8", "Domain of sender does not exist"),
        ("a@b.vn", "5.1.8", "soft", "failed"),
    ),
    "expired": (group("failed", "4.4.7", "message expired"), ("a@b.vn", "4.4.7", "soft", "failed")),
    "a delay": (group("delayed", "4.4.1", "connection timed out"), ("a@b.vn", "4.4.1", "soft", "delayed")),
    "delivered": (group("delivered", "2.0.0"), ("a@b.vn", "2.0.0", "delivered", "delivered")),
    "relayed": (group("relayed", "2.0.0"), ("a@b.vn", "2.0.0", "delivered", "relayed")),
    "the content refused after the recipient was taken": (
        group("failed", "5.0.0", "550 Unknown user (in reply to end of DATA command)"),
        ("a@b.vn", "5.0.0", "soft", "failed"),
    ),
    "a server that says so whatever the cause": (
        group("failed", "5.0.0", "550 : User unknown"),
        ("a@b.vn", "5.0.0", "soft", "failed"),
    ),
    "an address rejected": (
        group("failed", "5.1.0", "550 #5.1.0 Address rejected."),
        ("a@b.vn", "5.1.0", "hard", "failed"),
    ),
    "no service by DNS": (
        group("failed", "5.0.0", "an MX or SRV record indicated no SMTP service"),
        ("a@b.vn", "5.0.0", "hard", "failed"),
    ),
    "our own address after MAIL FROM": (
        group("failed", "5.1.0", "553 after MAIL FROM:<x@y.vn>: y.vn does not exist"),
        ("a@b.vn", "5.1.0", "soft", "failed"),
    ),
    "a name server in trouble": (
        group("failed", "5.4.4", "Name service error: Malformed or unexpected name server reply"),
        ("a@b.vn", "5.4.4", "soft", "failed"),
    ),
    "words in Vietnamese": (
        group("failed", "5.0.0", "Người nhận không tồn tại"),
        ("a@b.vn", "5.0.0", "hard", "failed"),
    ),
    "a server's own status inside the words": (
        group("failed", "5.0.0", "550 5.1.1 unknown"),
        ("a@b.vn", "5.1.1", "hard", "failed"),
    ),
}


@pytest.mark.parametrize(("fields", "expected"), REPORTS.values(), ids=REPORTS.keys())
def test_a_delivery_report(fields: str, expected: tuple[str, str, str, str]) -> None:
    """Recipient, status, kind and action."""
    message = read(report(fields))
    assert classify(message, "") == "bounce"
    (bounce,) = bounces(message)
    assert (bounce.recipient, bounce.status, bounce.kind, bounce.action) == expected


def test_a_report_of_several_recipients() -> None:
    """One each, in order; blank lines more than one are forgiven."""
    message = read(report("\n" + group("failed", "5.1.1"), group("delivered", "2.0.0", recipient="c@d.vn") + "\n\n"))
    assert [(bounce.recipient, bounce.kind) for bounce in bounces(message)] == [
        ("a@b.vn", "hard"),
        ("c@d.vn", "delivered"),
    ]


def test_the_failure_counts_where_two_stories_are_told() -> None:
    """A relay first said delayed."""
    message = read(report(group("delayed", "4.0.0"), group("failed", "5.1.1")))
    assert [bounce.action for bounce in bounces(message)] == ["failed"]


def test_the_original_recipient_is_the_one_we_wrote_to() -> None:
    """Not the one it was forwarded to (RFC 3464 section 2.3.1)."""
    message = read(report("Original-Recipient: rfc822;we@wrote.vn\n" + group("failed", "5.1.1")))
    assert [bounce.recipient for bounce in bounces(message)] == ["we@wrote.vn"]


def test_the_mail_that_came_back_is_named() -> None:
    """By its Message-ID, from the copy."""
    assert original_message_id(read(report(group("failed", "5.1.1")))) == "1@docbridge.example"


POSTFIX = """
This is the mail system at host mx.example.vn.

I'm sorry to have to inform you that your message could not
be delivered to one or more recipients.

<a@b.vn>: host mx.b.vn[192.0.2.1] said: 550 5.1.1 <a@b.vn>:
    Recipient address rejected: User unknown (in reply to RCPT TO command)
"""
QMAIL = """
Hi. This is the qmail-send program at mx.example.vn.
I'm afraid I wasn't able to deliver your message.

<a@b.vn>:
Sorry, no mailbox here by that name. (#5.1.1)

<c@d.vn>:
192.0.2.1 does not like recipient.
Remote host said: 552 Mailbox full

--- Below this line is a copy of the message.

To: <not@failed.vn>
"""
EXIM = """
This message was created automatically by mail delivery software.

A message that you sent could not be delivered
to one or more of its recipients. The following address(es) failed:

  a@b.vn
    Unrouteable address
"""
SENDMAIL = """
   ----- The following addresses had permanent fatal errors -----
<a@b.vn>

   ----- Transcript of session follows -----
... while talking to mx.b.vn.:
>>> RCPT To:<a@b.vn>
<<< 550 5.1.1 unknown user
"""
VIETNAMESE = """
Hệ thống không thể gửi thư của bạn.

<a@b.vn>: 552 5.2.2 mailbox full
"""
VTEXT = """
Error: Invalid user address

Error message below:
550 - Requested action not taken: no such user here

Message details:
  Subject: Thư thử
  RCPT TO: a@b.vn
  Size (in bytes): 39
"""
EXCHANGE = """
Your message

  To:      lan@office.vn
  Subject: Thư thử

did not reach the following recipient(s):

a@b.vn on Thu, 29 Apr 2010 00:00:00 -0000
    The recipient name is not recognized
    Unknown Recipient
"""
ROBOT = "From: MAILER-DAEMON@mx.example.vn\nSubject: "
FROM_EXIM = (
    "From: Mail Delivery System <Mailer-Daemon@mx.example.vn>\n"
    "Subject: Mail delivery failed: returning message to sender\n"
    "X-Failed-Recipients: a@b.vn\nAuto-Submitted: auto-replied\n"
)
HARD = ("a@b.vn", "5.1.1", "hard")
WORDS = {
    "Postfix": (DAEMON, POSTFIX, [HARD]),
    "qmail": (f"{ROBOT}failure notice", QMAIL, [HARD, ("c@d.vn", "5.0.0", "soft")]),
    "Exim": (FROM_EXIM, EXIM, [("a@b.vn", "", "hard")]),
    "sendmail": (f"{ROBOT}Returned mail: User unknown", SENDMAIL, [HARD]),
    "a server that answers like a person": (
        "From: post_master@b.vn\nSubject: Re:Thư thử",
        VTEXT,
        [("a@b.vn", "5.0.0", "hard")],
    ),
    "Exchange of old": (f"{ROBOT}Undeliverable: Thư thử", EXCHANGE, [("a@b.vn", "", "hard")]),
    "a Vietnamese server": (f"{ROBOT}Thư bị trả lại", VIETNAMESE, [("a@b.vn", "5.2.2", "soft")]),
}


@pytest.mark.parametrize(("headers", "body", "expected"), WORDS.values(), ids=WORDS.keys())
def test_a_bounce_in_plain_words(headers: str, body: str, expected: list[tuple[str, str, str]]) -> None:
    """The shapes that servers print."""
    message = read(text(headers, body))
    assert classify(message, "") == "bounce"
    assert [(bounce.recipient, bounce.status, bounce.kind) for bounce in bounces(message)] == expected


def test_a_bounce_without_any_name_is_still_one() -> None:
    """Its recipient stays empty."""
    message = read(text(DAEMON, "Your message could not be delivered.\n"))
    assert bounces(message) == (Bounce("", "", "soft", "Your message could not be delivered."),)


CLASSES = {
    "a document": ("From: vanthu@snv.vn\nSubject: Báo cáo quý IV", "document"),
    "a letter that quotes a bounce": ("From: a@b.vn\nSubject: Re: Undelivered Mail Returned to Sender", "document"),
    "a document from a postmaster": ("From: postmaster@b.vn\nSubject: Báo cáo", "document"),
    "a receipt": (
        "From: a@b.vn\nSubject: Đã đọc\nContent-Type: multipart/report; report-type=disposition-notification",
        "receipt",
    ),
    "an answer by a machine": ("From: a@b.vn\nSubject: x\nAuto-Submitted: auto-replied (vacation)", "auto-reply"),
    "out of office": ("From: a@b.vn\nSubject: Out of office: x", "auto-reply"),
    "a Vietnamese answer by a machine": ("From: a@b.vn\nSubject: Trả lời tự động: x", "auto-reply"),
    "Precedence auto_reply": ("From: a@b.vn\nSubject: x\nPrecedence: auto_reply", "auto-reply"),
    "a machine that sends a document": ("From: a@b.vn\nSubject: x\nAuto-Submitted: auto-generated", "document"),
    "a mailing list": ("From: a@b.vn\nSubject: x\nList-Id: <list.b.vn>", "other"),
    "bulk": ("From: a@b.vn\nSubject: x\nPrecedence: bulk", "other"),
    "an abuse report": (
        "From: a@b.vn\nSubject: x\nContent-Type: multipart/report; report-type=feedback-report; boundary=b",
        "other",
    ),
    "a DMARC report": ("From: a@b.vn\nSubject: Report Domain: b.vn Submitter: c.vn Report-ID: <1>", "other"),
    "a TLS report": ("From: a@b.vn\nSubject: x\nTLS-Report-Domain: b.vn", "other"),
}


@pytest.mark.parametrize(("headers", "expected"), CLASSES.values(), ids=CLASSES.keys())
def test_what_kind_of_mail_it_is(headers: str, expected: str) -> None:
    """The contract's words."""
    assert (
        classify(read(text(headers, "Kính gửi: Ủy ban nhân dân. Thư không gửi được: user unknown.\n")), "a@b.vn")
        == expected
    )
