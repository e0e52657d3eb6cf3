"""Who is written to: only those whom the office knows or for whom the world vouches, and never a machine."""

import base64
import secrets

import dkim
import pytest
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import rsa

from bridge.demo.mails import PDF, File
from bridge.demo.pki import AGENCY
from store.mail import MailState
from tests.journeys.house import House
from tests.journeys.outcome import receipt_of
from tests.journeys.post import Headers, agency_address, decision, from_agency, from_person, written
from tests.servers.dns import NameServer
from tests.servers.postfix import PostfixSink


def stranger() -> str:
    """An address in a domain that no other journey has."""
    return f"an@d{secrets.token_hex(4)}.example"


def domain(address: str) -> str:
    """Of an address."""
    return address.partition("@")[2]


def letter_files() -> tuple[File, ...]:
    """What a person sends."""
    return (File("don.pdf", PDF, decision()),)


VOUCHING = [
    pytest.param("v=spf1 ip4:127.0.0.1 -all", True, id="SPF passes"),
    pytest.param("v=spf1 ip4:192.0.2.1 -all", False, id="SPF fails"),
    pytest.param("v=spf1 ?all", False, id="SPF is neutral"),
    pytest.param("", False, id="there is no SPF record"),
]


@pytest.mark.parametrize(("record", "told"), VOUCHING)
def test_a_stranger_is_written_to_only_where_spf_passes(
    bridge: House, postfix_server: PostfixSink, names: NameServer, record: str, told: bool
) -> None:
    mail = from_person(letter_files(), stranger())
    if record:
        names.zone[domain(mail.mail_from)] = {"TXT": [record]}
    bridge.send(mail.raw, mail.mail_from)
    kept = bridge.judged(mail.message_id)
    assert kept.state in (MailState.ACCEPTED, MailState.HELD)
    answered(bridge, postfix_server, mail.message_id, mail.mail_from, told)
    if told:
        receipt_of(postfix_server, mail)


def answered(bridge: House, postfix_server: PostfixSink, message_id: str, address: str, told: bool) -> None:
    """A receipt was made or none was; where none was, nothing is queued that could still become one."""
    bridge.settled()
    kept = bridge.judged(message_id)
    if told:
        postfix_server.wait_for(address)
    else:
        assert list(bridge.store.deliveries.list(kind="letter", mail_id=kept.id)) == []
        assert bridge.store.notices.receipts(kept.id) == ()
        assert postfix_server.letters(address) == []


@pytest.mark.parametrize("aligned", [True, False], ids=["of the same domain", "of another domain"])
def test_a_stranger_is_written_to_where_a_dkim_signature_is_of_his_domain(
    bridge: House, postfix_server: PostfixSink, names: NameServer, aligned: bool
) -> None:
    mail = from_person(letter_files(), stranger())
    signing = domain(mail.mail_from) if aligned else domain(stranger())
    key = rsa.generate_private_key(65537, 2048)
    public = key.public_key().public_bytes(serialization.Encoding.DER, serialization.PublicFormat.SubjectPublicKeyInfo)
    names.zone[f"s1._domainkey.{signing}"] = {"TXT": [f"v=DKIM1; k=rsa; p={base64.b64encode(public).decode()}"]}
    pem = key.private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.TraditionalOpenSSL, serialization.NoEncryption()
    )
    signature = dkim.sign(mail.raw, b"s1", signing.encode(), pem, canonicalize=(b"relaxed", b"relaxed"))
    bridge.send(bytes(signature) + mail.raw, mail.mail_from)
    bridge.judged(mail.message_id)
    answered(bridge, postfix_server, mail.message_id, mail.mail_from, aligned)


MACHINES = [
    pytest.param((("Auto-Submitted", "auto-replied"),), id="an automatic answer"),
    pytest.param((("List-Id", "<ban-tin.example>"), ("Precedence", "list")), id="a mailing list"),
    pytest.param((("Precedence", "bulk"),), id="bulk mail"),
]


@pytest.mark.parametrize("headers", MACHINES)
def test_a_machine_is_not_answered_even_when_known(
    bridge: House, postfix_server: PostfixSink, headers: Headers
) -> None:
    mail = written((), agency_address(), AGENCY.email, headers=headers)
    bridge.send(mail.raw, mail.mail_from)
    kept = bridge.judged(mail.message_id)
    answered(bridge, postfix_server, mail.message_id, mail.mail_from, told=False)
    assert kept.state is MailState.FILED
    assert bridge.envelopes(kept) == []


def test_a_bounce_is_filed_and_answered_by_nobody(bridge: House, postfix_server: PostfixSink) -> None:
    message_id = f"<{secrets.token_hex(8)}@journeys.test>"
    report = (
        f"From: MAILER-DAEMON@mx.example\r\nTo: vanthu@mau.test\r\nMessage-ID: {message_id}\r\n"
        "Subject: Undelivered Mail\r\nAuto-Submitted: auto-replied\r\nMIME-Version: 1.0\r\n"
        'Content-Type: multipart/report; report-type=delivery-status; boundary="b"\r\n\r\n'
        "--b\r\nContent-Type: text/plain\r\n\r\nnot delivered\r\n"
        "--b\r\nContent-Type: message/delivery-status\r\n\r\nReporting-MTA: dns; mx.example\r\n\r\n"
        "Final-Recipient: rfc822; x@there.example\r\nAction: failed\r\nStatus: 5.1.1\r\n\r\n--b--\r\n"
    ).encode()
    bridge.send(report, "")
    kept = bridge.judged(message_id, MailState.FILED)
    assert kept.classification == "bounce"
    assert list(bridge.store.deliveries.list(mail_id=kept.id)) == []
    assert postfix_server.letters("MAILER-DAEMON@mx.example") == []


def test_who_asks_for_no_reports_gets_none(bridge: House, postfix_server: PostfixSink) -> None:
    mail = from_agency(decision())
    bridge.send(mail.raw, mail.mail_from, rcpt_options=["NOTIFY=NEVER"])
    bridge.judged(mail.message_id, MailState.REJECTED)
    answered(bridge, postfix_server, mail.message_id, mail.mail_from, told=False)
