"""The test servers keep their promises: each is started, spoken to, made to fail, and gone afterwards."""

import imaplib
import smtplib
import socket
from pathlib import Path

import dns.resolver
import psycopg
import pytest

from tests.servers import clients
from tests.servers.dns import name_server
from tests.servers.dovecot import Dovecot, ImapUser
from tests.servers.dovecot import dovecot as serve_imap
from tests.servers.postfix import PostfixSink
from tests.servers.postfix import postfix as serve_smtp
from tests.servers.process import running, scratch
from tests.servers.wait import LOOPBACK, DeadlineError, answers, free_port, wait_until

MAIL = "From: a@sender.example\r\nTo: b@office.example\r\nSubject: Công văn\r\n\r\nKính gửi.\r\n".encode()


def send(port: int, recipients: list[str], sender: str = "a@sender.example") -> dict[str, tuple[int, bytes]]:
    """One mail; the recipients that were refused."""
    with smtplib.SMTP(LOOPBACK, port, "client.example", timeout=20) as client:
        return client.sendmail(sender, recipients, MAIL, mail_options=["BODY=8BITMIME"])


def test_postgres_gives_each_test_an_empty_durable_database(postgres_database: str) -> None:
    with psycopg.connect(postgres_database.replace("+psycopg", "")) as connection:
        assert connection.execute("SHOW fsync").fetchone() == ("on",)
        assert connection.execute("SELECT count(*) FROM pg_tables WHERE schemaname = 'public'").fetchone() == (0,)
        connection.execute("CREATE TABLE left_behind (id int)")


def test_postgres_refuses_a_wrong_password(postgres_url: str) -> None:
    with pytest.raises(psycopg.OperationalError, match="password"):
        psycopg.connect(postgres_url.replace("+psycopg", "").replace("postgres:", "postgres:x", 1))


def test_dovecot_keeps_what_is_appended_byte_for_byte(dovecot: Dovecot, imap_user: ImapUser) -> None:
    dovecot.append(imap_user, MAIL)
    dovecot.append(imap_user, MAIL * 2, mailbox="Sub/Box")
    assert dovecot.mails(imap_user) == [MAIL]
    assert dovecot.mails(imap_user, "Sub/Box") == [MAIL * 2]
    assert dovecot.mails(imap_user, "Absent") == []


def test_dovecot_speaks_tls_with_the_minted_certificate(dovecot: Dovecot, imap_user: ImapUser) -> None:
    with imaplib.IMAP4_SSL(LOOPBACK, dovecot.tls_port, ssl_context=dovecot.tls_context(), timeout=20) as client:
        assert client.login(imap_user.name, imap_user.password)[0] == "OK"
    with imaplib.IMAP4("localhost", dovecot.port, timeout=20) as client:
        assert client.starttls(dovecot.tls_context())[0] == "OK"


def test_dovecot_goes_away_and_comes_back_with_its_mail(tmp_path: Path) -> None:
    with scratch("back") as folder:
        with serve_imap(tmp_path / "log", storage="sdbox", folder=folder) as first:
            user = first.add_user("vanthu@dovecot.example", 'a "pass\\word')
            first.append(user, MAIL)
        assert not answers(first.port)
        with serve_imap(tmp_path / "log", storage="sdbox", folder=folder, port=first.port) as second:
            assert second.mails(user) == [MAIL]


def test_postfix_delivers_with_the_envelope_written_on_top(postfix_sink: PostfixSink) -> None:
    assert send(postfix_sink.port, ["one@office.example", "two@deep.office.example"]) == {}
    first, second = sorted(postfix_sink.wait_for(count=2), key=lambda letter: letter.recipient)
    assert [first.recipient, second.recipient] == ["one@office.example", "two@deep.office.example"]
    assert first.return_path == "a@sender.example"
    assert first.raw.endswith("Kính gửi.\n".encode())
    assert send(postfix_sink.port, ["three@office.example"], sender="") == {}
    (third,) = postfix_sink.wait_for("three@office.example")
    assert third.return_path == ""


def test_postfix_refuses_and_defers_the_addresses_it_is_told_to(postfix_sink: PostfixSink) -> None:
    everyone = ["gone@office.example", "busy@office.example", "ok@office.example"]
    postfix_sink.refuse("gone@office.example")
    postfix_sink.defer("busy@office.example")
    refused = send(postfix_sink.port, everyone)
    assert {address: reply[0] for address, reply in refused.items()} == {everyone[0]: 550, everyone[1]: 450}
    postfix_sink.accept("gone@office.example")
    assert set(send(postfix_sink.port, everyone)) == {"busy@office.example"}
    postfix_sink.wait_for("ok@office.example", count=2)


def test_postfix_as_a_relay_hands_the_mail_on_with_its_dsn_wishes(tmp_path: Path) -> None:
    with (
        clients.smtp_sink(tmp_path / "sink.log") as behind,
        serve_smtp(tmp_path / "mta.log", relay={"office.example": behind.port}) as front,
        smtplib.SMTP(LOOPBACK, front.port, "client.example", timeout=20) as client,
    ):
        client.sendmail("a@sender.example", ["vanthu@office.example"], MAIL, rcpt_options=["NOTIFY=SUCCESS"])
        (mail,) = behind.wait_for()
        assert mail.mail_from == "a@sender.example"
        assert mail.rcpt_to == ("vanthu@office.example",)
        wait_until(lambda: front.queued() == 0, what="the relay's queue being empty")
    assert "status=sent" in (tmp_path / "mta.log").read_text()


def test_smtp_sink_hangs_up_after_the_last_byte(tmp_path: Path) -> None:
    with (
        clients.smtp_sink(tmp_path / "log", hang_up=["."]) as sink,
        pytest.raises(smtplib.SMTPServerDisconnected),
    ):
        send(sink.port, ["x@office.example"])


def test_smtp_source_and_swaks_send_to_smtp_sink(smtp_sink: clients.SmtpSink) -> None:
    clients.smtp_source(
        smtp_sink.port, sender="s@a.example", recipient="r@b.example", messages=5, sessions=2, length=500
    )
    said = clients.swaks(smtp_sink.port, "--from", "w@a.example", "--to", "r@b.example")
    assert said.code == 0, said.transcript
    senders = [mail.mail_from for mail in smtp_sink.wait_for(6)]
    assert sorted(senders) == ["s@a.example"] * 5 + ["w@a.example"]


def test_name_server_answers_fails_and_counts_as_told() -> None:
    long = "v=DKIM1; p=" + "A" * 2000
    zone = {
        "a.example": {"TXT": ["v=spf1 -all"], "MX": ["10 mx.a.example."]},
        "alias.example": {"CNAME": ["a.example."]},
        "key._domainkey.a.example": {"TXT": [long]},
    }
    with name_server(zone, {"broken.example": "servfail", "mute.example": "timeout"}) as server:
        resolver = server.resolver()
        assert resolver.resolve("alias.example", "TXT")[0].strings == (b"v=spf1 -all",)
        (key,) = resolver.resolve("key._domainkey.a.example", "TXT")
        assert b"".join(key.strings).decode() == long
        with pytest.raises(dns.resolver.NXDOMAIN):
            resolver.resolve("absent.example", "A")
        with pytest.raises(dns.resolver.NoAnswer):
            resolver.resolve("_domainkey.a.example", "TXT")
        with pytest.raises(dns.resolver.NoNameservers):
            resolver.resolve("broken.example", "TXT")
        with pytest.raises(dns.resolver.LifetimeTimeout):
            server.resolver(lifetime=0.2).resolve("mute.example", "TXT")
        assert ("a.example", "MX") not in server.asked
        assert ("broken.example", "TXT") in server.asked


def test_a_server_that_cannot_start_says_why(tmp_path: Path) -> None:
    with (
        pytest.raises(RuntimeError, match=r"ended with 3 on start\nno such luck"),
        running("doomed", ["sh", "-c", "echo no such luck; exit 3"], tmp_path / "log", lambda: False),
    ):
        pass


def test_waiting_ends_at_its_deadline_with_a_name() -> None:
    with pytest.raises(DeadlineError, match=r"the moon did not come about within 0\.05 s"):
        wait_until(lambda: False, 0.05, "the moon")


def test_free_ports_can_be_bound() -> None:
    with socket.socket() as taken:
        taken.bind((LOOPBACK, free_port()))
