"""Header fields that were signed with the mail, and what the mail shows instead."""

import pytest

from tests.validation.cms_minting import NOW
from tests.validation.test_smime import ANNA, BODY, EVE, FROM, clear, detached, opaque
from validation.codes import Code
from validation.evidence import Evidence
from validation.message import read
from validation.signature import Problem
from validation.signature_observations import SignatureReading
from validation.smime import signatures_of

EVIDENCE = Evidence(NOW)
FIELDS = "From: Anna <anna@so.test>\r\nSubject: Công văn 35\r\nTo: b@xa.test\r\n".encode()
PLAIN = b"Content-Type: text/plain; charset=utf-8%s\r\n" + FIELDS + b"\r\nhello\r\n"
WRAPPED = b"Content-Type: message/rfc822\r\n\r\n" + FIELDS + BODY


def judged(shown: bytes, signed: bytes) -> SignatureReading:
    """A mail that shows `shown` around what Anna signed."""
    return signatures_of(read(shown + clear(signed, detached(ANNA, signed))), EVIDENCE)


def differing(reading: SignatureReading) -> str:
    """The fields that are told to differ."""
    told = (one.evidence["headers"] for one in reading.observations if one.code is Code.SIGNATURE_HEADERS_DIFFER)
    return next(told, "")


WAYS = {
    "hp (RFC 9788)": PLAIN.replace(b"%s", b'; hp="clear"'),
    "protected-headers, as before that": PLAIN.replace(b"%s", b'; protected-headers="v1"'),
    "wrapped as a mail (RFC 8551)": WRAPPED,
}


@pytest.mark.parametrize("signed", [pytest.param(signed, id=way) for way, signed in WAYS.items()])
@pytest.mark.parametrize(
    ("shown", "told", "subject"),
    [
        pytest.param(FIELDS, "", "", id="what is shown is what was signed"),
        pytest.param(
            FIELDS.replace("Công văn 35".encode(), b"=?utf-8?Q?C=C3=B4ng_v=C4=83n?=\r\n 35"),
            "",
            "",
            id="otherwise folded",
        ),
        pytest.param(
            FIELDS.replace(b"35", b"36"), "Subject", "Công văn 35", id="another subject than was signed is not believed"
        ),
        pytest.param(FIELDS.replace(b"b@xa", b"c@xa"), "To", "Công văn 35", id="another recipient"),
    ],
)
def test_the_signed_fields_count(signed: bytes, shown: bytes, told: str, subject: str) -> None:
    reading = judged(shown, signed)
    assert [one.sound for one in reading.signatures] == [True]
    assert differing(reading) == told
    assert (reading.headers.text("Subject") if reading.headers else "") == subject


def test_an_unsigned_reply_address_is_told_and_dropped() -> None:
    reading = judged(FIELDS + b"Reply-To: eve@so.test\r\nX-Mailer: x\r\n", WAYS["hp (RFC 9788)"])
    assert differing(reading) == "Reply-To"
    assert reading.headers is not None
    assert (reading.headers.text("Reply-To"), reading.headers.text("X-Mailer")) == ("", "x")


def test_a_mail_is_read_under_the_fields_that_were_signed() -> None:
    """What follows (fields, routes, letters) sees the signed subject and recipients."""
    shown = FIELDS.replace(b"35", b"36").replace(b"b@xa", b"c@xa") + b"Message-ID: <1@so.test>\r\n"
    signed = WAYS["hp (RFC 9788)"]
    message = read(shown + clear(signed, detached(ANNA, signed)))
    headers = signatures_of(message, EVIDENCE).headers
    assert headers is not None
    under = message.under(headers)
    assert (message.subject, under.subject) == ("Công văn 36", "Công văn 35")
    assert [box.address for box in under.mailboxes("To")] == ["b@xa.test"]
    assert (under.message_id, under.parts) == ("1@so.test", message.parts)


def test_the_same_holds_where_the_mail_is_one_container() -> None:
    signed = WAYS["hp (RFC 9788)"]
    reading = signatures_of(read(FIELDS.replace(b"35", b"36") + opaque(ANNA, signed)), EVIDENCE)
    assert (differing(reading), [one.sound for one in reading.signatures]) == ("Subject", [True])


@pytest.mark.parametrize(
    ("shown", "signed"),
    [
        pytest.param(FROM, WAYS["hp (RFC 9788)"].replace(b"anna@so", b"eve@so"), id="the signed author is another"),
        pytest.param(FIELDS.replace(b"anna@so", b"eve@so"), WAYS["hp (RFC 9788)"], id="the shown author is another"),
    ],
)
def test_both_authors_must_be_the_signer(shown: bytes, signed: bytes) -> None:
    (only,) = judged(shown, signed).signatures
    assert (only.sound, only.problems[0]) == (False, Problem.FROM_MISMATCH)


@pytest.mark.parametrize(
    "signed",
    [
        pytest.param(BODY, id="an ordinary mail"),
        pytest.param(WRAPPED.replace(b"anna@so", b"eve@so"), id="another's mail, forwarded"),
        pytest.param(WRAPPED.replace(b"rfc822", b"rfc822; forwarded=yes"), id="one's own mail, forwarded"),
    ],
)
def test_what_protects_nothing_changes_nothing(signed: bytes) -> None:
    reading = judged(FROM + b"Subject: khac\r\n", signed)
    assert [one.sound for one in reading.signatures] == [True]
    assert (differing(reading), reading.headers) == ("", None)


def test_a_broken_signature_protects_nothing() -> None:
    signed = WAYS["hp (RFC 9788)"]
    mail = FIELDS.replace(b"35", b"36") + clear(signed.replace(b"hello", b"pay!!"), detached(ANNA, signed))
    reading = signatures_of(read(mail), EVIDENCE)
    assert ([one.sound for one in reading.signatures], reading.headers) == ([False], None)


def test_a_strangers_signature_over_annas_fields_protects_nothing() -> None:
    signed = WAYS["hp (RFC 9788)"]
    (only,) = signatures_of(read(FIELDS + clear(signed, detached(EVE, signed))), EVIDENCE).signatures
    assert only.problems[0] is Problem.FROM_MISMATCH
