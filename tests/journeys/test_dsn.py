"""What MAIL and RCPT say of reports (RFC 3461) is kept, and holds for receipts: NEVER of all recipients silences."""

import smtplib

import pytest

from bridge.clerk import reject
from bridge.demo.mails import PDF, File
from bridge.demo.pki import Pki
from store.mail import ForwardPath, MailState, SmtpOrigin
from tests.journeys.house import DOOR, SEVERAL, House
from tests.journeys.outcome import receipt_of, text_of
from tests.journeys.post import Mail, decision, from_agency, from_business, signed
from tests.servers.postfix import PostfixSink


def sent(bridge: House, mail: Mail, of_mail: str, recipients: dict[str, str]) -> None:
    """Hands the mail in with these parameters."""
    with smtplib.SMTP("127.0.0.1", bridge.port, timeout=30) as client:
        client.ehlo("client.example")
        assert client.mail(mail.mail_from, [of_mail] if of_mail else [])[0] == 250
        for address, parameters in recipients.items():
            assert client.rcpt(address, [parameters] if parameters else [])[0] == 250
        assert client.data(mail.raw)[0] == 250


SILENT = [
    pytest.param({DOOR: "NOTIFY=NEVER"}, id="never"),
    pytest.param({DOOR: "NOTIFY=never", SEVERAL: "NOTIFY=NEVER"}, id="never of both"),
]


@pytest.mark.parametrize("recipients", SILENT)
def test_an_accepted_mail_is_silent_where_all_its_recipients_are_never_told_of(
    bridge: House, postfix_server: PostfixSink, pki: Pki, recipients: dict[str, str]
) -> None:
    mail = from_agency(signed(pki))
    sent(bridge, mail, "", recipients)
    kept = bridge.judged(mail.message_id, MailState.ACCEPTED)
    bridge.settled()
    assert len(bridge.envelopes(kept)) == 1
    assert bridge.store.notices.receipts(kept.id) == ()
    assert list(bridge.store.deliveries.list(kind="letter", mail_id=kept.id)) == []
    assert postfix_server.letters(mail.mail_from) == []


def test_a_clerks_refusal_is_silent_too(bridge: House, postfix_server: PostfixSink) -> None:
    mail = from_business((File("don.pdf", PDF, decision()),))
    sent(bridge, mail, "", {DOOR: "NOTIFY=NEVER"})
    kept = bridge.judged(mail.message_id, MailState.HELD)
    reject(bridge.store, kept.id, "lan", "không rõ", office=bridge.settings.office, receipts=True)
    bridge.judged(mail.message_id, MailState.REJECTED)
    bridge.settled()
    assert bridge.store.notices.receipts(kept.id) == ()
    assert postfix_server.letters(mail.mail_from) == []


TOLD = [
    pytest.param({DOOR: "NOTIFY=NEVER", SEVERAL: ""}, id="never of one of two"),
    pytest.param({DOOR: "NOTIFY=SUCCESS,FAILURE"}, id="success and failure"),
    pytest.param({DOOR: "NOTIFY=DELAY"}, id="delay alone: it asks for nothing less than others get"),
]


@pytest.mark.parametrize("recipients", TOLD)
def test_else_the_receipt_comes(
    bridge: House, postfix_server: PostfixSink, pki: Pki, recipients: dict[str, str]
) -> None:
    mail = from_agency(signed(pki))
    sent(bridge, mail, "", recipients)
    bridge.judged(mail.message_id, MailState.ACCEPTED)
    receipt_of(postfix_server, mail)


def test_parameters_are_kept_with_the_mail_and_the_receipt_names_its_envelope_id(
    bridge: House, postfix_server: PostfixSink, pki: Pki
) -> None:
    mail = from_agency(signed(pki))
    original = "NOTIFY=SUCCESS ORCPT=rfc822;van+2Dthu@cu.example"
    sent(bridge, mail, "RET=HDRS ENVID=QQ+2B314159", {DOOR: original})
    kept = bridge.judged(mail.message_id, MailState.ACCEPTED)
    assert isinstance(kept.origin, SmtpOrigin)
    assert (kept.origin.ret, kept.origin.envid) == ("HDRS", "QQ+314159")
    assert kept.origin.rcpt_to == (ForwardPath(DOOR, ("SUCCESS",), "rfc822;van-thu@cu.example"),)
    assert "(ENVID): QQ+314159" in text_of(receipt_of(postfix_server, mail))
