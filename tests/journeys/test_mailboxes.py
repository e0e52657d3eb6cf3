"""A mailbox is a door too: the same envelope, and the message is moved only when it is kept."""

from bridge.demo.pki import Pki
from store.mail import ImapOrigin, MailState
from tests.journeys.conftest import Account
from tests.journeys.house import House
from tests.journeys.outcome import packet_of, receipt_of
from tests.journeys.post import from_agency, signed
from tests.servers.postfix import PostfixSink
from tests.servers.wait import wait_until


def test_a_mail_in_a_mailbox_becomes_an_envelope_and_is_moved(
    bridge: House, account: Account, postfix_server: PostfixSink, pki: Pki
) -> None:
    pdf = signed(pki)
    mail = from_agency(pdf)
    raw = f"Return-Path: <{mail.mail_from}>\r\n".encode() + mail.raw
    account.server.append(account.user, raw)
    kept = bridge.judged(mail.message_id, MailState.ACCEPTED)
    assert isinstance(kept.origin, ImapOrigin)
    assert [file.content for file in packet_of(bridge, kept).files] == [pdf]
    receipt_of(postfix_server, mail)
    wait_until(lambda: raw in account.server.mails(account.user, "Processed"), what="the mail in Processed")
    assert raw not in account.server.mails(account.user)
    assert bridge.store.mails.body(kept.id) == raw


def test_an_account_whose_password_is_wrong_stops_nobody_else(
    bridge: House, account: Account, postfix_server: PostfixSink, pki: Pki
) -> None:
    wait_until(lambda: '"account": "wrong"' in bridge.said, 60, "the failure of the other account")
    mail = from_agency(signed(pki))
    account.server.append(account.user, f"Return-Path: <{mail.mail_from}>\r\n".encode() + mail.raw)
    bridge.judged(mail.message_id, MailState.ACCEPTED)
    by_smtp = from_agency(signed(pki))
    bridge.send(by_smtp.raw, by_smtp.mail_from)
    bridge.judged(by_smtp.message_id, MailState.ACCEPTED)
    receipt_of(postfix_server, by_smtp)
