"""Mails signed by S/MIME: what is covered, by whom, and the ways in which mail programs were fooled."""

import base64

import pytest

from tests.validation.cms_minting import NOW, Holder, attributes, container, holder, signer
from validation.evidence import Evidence
from validation.message import read
from validation.signature import Coverage, Problem, state_of
from validation.smime import signatures_of

EVIDENCE = Evidence(NOW)
ANNA = holder("Anna", "anna@so.test")
EVE = holder("Eve", "eve@so.test", serial=8)
NAMELESS = holder("Không tên", serial=9)
BODY = b"Content-Type: text/plain; charset=utf-8\r\n\r\nK\xc3\xadnh g\xe1\xbb\xadi.\r\n"
FROM = b"From: Anna <anna@so.test>\r\n"


def detached(by: Holder, content: bytes = BODY, inside: bytes | None = None) -> bytes:
    """The signature part of a clear-signed mail; `inside` = content of its own, which it should not have."""
    octets = container(inside, [signer(by, content, attributes(content))], by)
    head = b'Content-Type: application/pkcs7-signature; name="smime.p7s"\r\nContent-Transfer-Encoding: base64\r\n\r\n'
    return head + base64.encodebytes(octets).replace(b"\n", b"\r\n")


def clear(body: bytes, signature: bytes, boundary: bytes = b"sig") -> bytes:
    """multipart/signed (RFC 1847), without the mail's own head."""
    protocol = b'protocol="application/pkcs7-signature"; micalg=sha-256'
    head = b"Content-Type: multipart/signed; %s; boundary=%s\r\n\r\n" % (protocol, boundary)
    return head + b"--%s\r\n%s\r\n--%s\r\n%s\r\n--%s--\r\n" % (boundary, body, boundary, signature, boundary)


def opaque(by: Holder, body: bytes = BODY) -> bytes:
    """application/pkcs7-mime (RFC 8551 section 3.5.2), without the mail's own head."""
    octets = container(body, [signer(by, body, attributes(body))], by)
    head = b"Content-Type: application/pkcs7-mime; smime-type=signed-data; name=smime.p7m\r\n"
    return head + b"Content-Transfer-Encoding: base64\r\n\r\n" + base64.encodebytes(octets).replace(b"\n", b"\r\n")


def mixed(*parts: bytes) -> bytes:
    """multipart/mixed around `parts`."""
    return (
        b"Content-Type: multipart/mixed; boundary=mix\r\n\r\n"
        + b"".join(b"--mix\r\n" + part + b"\r\n" for part in parts)
        + b"--mix--\r\n"
    )


SIGNED = clear(BODY, detached(ANNA))


#: Eve signs, with a certificate that names her; each of these makes some mail program show Anna.
TRICKS = {
    "another's address in an encoded word": b"=?utf-8?Q?anna=40so.test?= <eve@so.test>",
    "the same in two encoded words": b"=?utf-8?Q?anna?=\r\n =?utf-8?Q?=40so.test?= <eve@so.test>",
    "an encoded word with brackets of its own": b"=?utf-8?B?PGFubmFAc28udGVzdD4=?= <eve@so.test>",
    "an encoded word as the local part, cut by NUL": b"=?utf-8?B?YW5uYUBzby50ZXN0AA==?=@eve.so.test",
    "two addresses in brackets": b"<anna@so.test> <eve@so.test>",
    "another's address as a comment": b"eve@so.test (anna@so.test)",
    "a fold between the two": b"anna@so.test\r\n\t<eve@so.test>",
    "a wide at sign": "anna＠so.test <eve@so.test>".encode(),
    "a letter without width inside": "anna@so\u200b.test <eve@so.test>".encode(),
    "blanks around the at sign": b'"anna @ so.test" <eve@so.test>',
    "a letter of another alphabet": "anna@ѕo.test <eve@so.test>".encode(),
    "a group of both": b"So Mau: anna@so.test, eve@so.test;",
    "a quoted name with an escaped quote": b'"anna@so.test\\" <" <eve@so.test>',
    "a From field in lower case before": b"Eve <eve@so.test>\r\nfrom: anna@so.test",
    "another Sender": b"eve@so.test\r\nSender: anna@so.test",
    "a Sender with another's address as its name": b'eve@so.test\r\nSender: "anna@so.test" <eve@so.test>',
}


@pytest.mark.parametrize(
    "mail",
    [
        pytest.param(FROM + SIGNED, id="clear-signed"),
        pytest.param((FROM + SIGNED).replace(b"\r\n", b"\n"), id="clear-signed, line ends rewritten on the way"),
        pytest.param(FROM + opaque(ANNA), id="opaque"),
        pytest.param(b"From: ANNA <Anna@SO.test>\r\n" + SIGNED, id="another letter case in From"),
        pytest.param(FROM + b"Sender: anna@so.test\r\n" + SIGNED, id="the same in Sender"),
        pytest.param(b"From: eve@so.test\r\n" + clear(BODY, detached(NAMELESS)), id="a certificate without a mailbox"),
        pytest.param(
            FROM + clear(mixed(BODY, BODY), detached(ANNA, mixed(BODY, BODY))), id="a multipart is what is signed"
        ),
        pytest.param(
            FROM + clear(SIGNED, detached(ANNA, SIGNED), b"outer"), id="a signed mail that was signed again as a whole"
        ),
    ],
)
def test_a_mail_signed_as_a_whole_by_its_author_is_sound(mail: bytes) -> None:
    (only,) = signatures_of(read(mail), EVIDENCE).signatures
    assert (only.where, only.sound, only.coverage) == ("mail", True, Coverage.WHOLE)


@pytest.mark.parametrize(
    ("mail", "problem"),
    [
        pytest.param(
            FROM + SIGNED.replace(b"\xe1\xbb\xad", b"\xe1\xbb\xab"), Problem.DIGEST_MISMATCH, id="a changed letter"
        ),
        pytest.param(
            FROM + clear(b"Content-Type: text/plain\r\n\r\npay\r\n", detached(ANNA, BODY, BODY)),
            Problem.DIGEST_MISMATCH,
            id="the container brings the content that it signs, the reader sees another",
        ),
        pytest.param(b"From: eve@so.test\r\n" + SIGNED, Problem.FROM_MISMATCH, id="another's mail"),
        pytest.param(FROM + b"From: eve@so.test\r\n" + SIGNED, Problem.FROM_MISMATCH, id="two From fields"),
        pytest.param(b"From: anna@so.test, eve@so.test\r\n" + SIGNED, Problem.FROM_MISMATCH, id="two authors"),
        pytest.param(SIGNED, Problem.FROM_MISMATCH, id="no From at all"),
        pytest.param(b"From:\r\n" + SIGNED, Problem.FROM_MISMATCH, id="an empty From"),
        pytest.param(
            b"From: eve@so.test\r\nSender: anna@so.test\r\n" + SIGNED,
            Problem.FROM_MISMATCH,
            id="only Sender is the signer",
        ),
        pytest.param(
            b'From: "anna@so.test" <eve@so.test>\r\n' + clear(BODY, detached(EVE)),
            Problem.FROM_MISMATCH,
            id="a display name that is another's address",
        ),
        pytest.param(
            b"From: anna@so.test            . <eve@so.test>\r\n" + clear(BODY, detached(EVE)),
            Problem.FROM_MISMATCH,
            id="another's address before the address",
        ),
        *(
            pytest.param(b"From: " + field + b"\r\n" + clear(BODY, detached(EVE)), Problem.FROM_MISMATCH, id=name)
            for name, field in TRICKS.items()
        ),
        pytest.param(
            FROM + mixed(b"\r\nunsigned words\r\n", SIGNED), Problem.PARTIAL_COVERAGE, id="words before the signed part"
        ),
        pytest.param(FROM + mixed(SIGNED), Problem.PARTIAL_COVERAGE, id="a signed part alone in a multipart"),
    ],
)
def test_what_a_reader_would_take_for_signed_and_is_not_is_unsound(mail: bytes, problem: Problem) -> None:
    (only,) = signatures_of(read(mail), EVIDENCE).signatures
    assert only.sound is False
    assert only.problems[0] == problem


@pytest.mark.parametrize(
    "mail",
    [
        pytest.param(FROM + clear(BODY, b"Content-Type: application/pkcs7-signature\r\n\r\nAAAA"), id="no container"),
        pytest.param(FROM + clear(BODY, b"Content-Type: text/plain\r\n\r\nsigned, Anna"), id="no signature part"),
        pytest.param(
            FROM + clear(BODY, detached(ANNA) + b"\r\n--sig\r\nContent-Type: text/plain\r\n\r\nmore"), id="three parts"
        ),
        pytest.param(
            FROM
            + clear(
                BODY,
                b"Content-Type: application/pkcs7-signature\r\nContent-Transfer-Encoding: base64\r\n\r\n"
                + base64.encodebytes(container(None, [], ANNA)),
            ),
            id="nobody has signed",
        ),
    ],
)
def test_a_claim_that_cannot_be_taken_apart_is_unreadable_not_unsigned(mail: bytes) -> None:
    assert state_of(signatures_of(read(mail), EVIDENCE).signatures) == "unreadable"


@pytest.mark.parametrize(
    "mail",
    [
        pytest.param(FROM + BODY, id="plain"),
        pytest.param(FROM + mixed(BODY, opaque(ANNA)), id="a signed file beside words signs itself, not the mail"),
        pytest.param(
            FROM + clear(BODY, b"Content-Type: application/pgp-signature\r\n\r\nx").replace(b"pkcs7", b"pgp"),
            id="PGP/MIME is another kind",
        ),
    ],
)
def test_a_mail_without_a_claim_has_no_signature(mail: bytes) -> None:
    assert signatures_of(read(mail), EVIDENCE).signatures == ()
