"""The verbs: their order, their replies, and that what they said is kept with the mail."""

import pytest

from store.mail import ForwardPath
from tests.wire.served import Served
from tests.wire.talk import Peer, talk

_HELLO = """
    S: 220 door.example ESMTP *
    C: EHLO mail.bộ.example
    S: 250-door.example *
"""


def test_ehlo_announces_what_the_door_can(door: Served) -> None:
    with Peer(door.port) as peer:
        peer.expect("220 door.example ESMTP docbridge")
        peer.talk("C: EHLO me.example")
        said = peer.reply()
    words = {line.strip() for line in said.replace("250-", "250 ").split("250 ")}
    assert words >= {
        *("PIPELINING", "SIZE 5000000", "8BITMIME", "SMTPUTF8", "CHUNKING", "ENHANCEDSTATUSCODES", "DSN"),
    }
    assert not words & {"STARTTLS", "AUTH", "BINARYMIME"}


def test_what_the_peer_said_is_kept_with_the_exact_bytes(door: Served) -> None:
    talk(
        door.port,
        _HELLO
        + r"""
        C: MAIL FROM:<gửi@bộ.example> SMTPUTF8 BODY=8BITMIME SIZE=300 RET=HDRS ENVID=QQ+2B314
        S: 250 2.1.0 *
        C: RCPT TO:<vanthu@ours.example> NOTIFY=SUCCESS,DELAY ORCPT=rfc822;b+2Bob@ours.example
        S: 250 2.1.5 *
        C: RCPT TO:<phòng@vanthư.example> NOTIFY=NEVER
        S: 250 2.1.5 *
        C: rcpt to:<@relay.example:PostMaster>
        S: 250 2.1.5 *
        C: DATA
        S: 354 *
        R: Subject: Ch\xc3\xa0o\r\n\r\n..b\x00\xff \r\n.\r\n
        S: 250 2.0.0 Kept as *
        C: QUIT
        S: 221 2.0.0 *
        EOF
        """,
    )
    (mail,) = door.store.mails()
    assert mail.content == "Subject: Chào\r\n\r\n.b\0".encode() + b"\xff \r\n"
    assert (mail.origin.mail_from, mail.origin.helo, mail.origin.peer) == (
        "gửi@bộ.example",
        "mail.bộ.example",
        "127.0.0.1",
    )
    assert (mail.origin.body, mail.origin.smtputf8, mail.origin.tls, mail.origin.user) == ("8BITMIME", True, "", "")
    assert (mail.origin.ret, mail.origin.envid) == ("HDRS", "QQ+314")
    assert mail.origin.rcpt_to == (
        ForwardPath("vanthu@ours.example", ("SUCCESS", "DELAY"), "rfc822;b+ob@ours.example"),
        ForwardPath("phòng@vanthư.example", ("NEVER",), ""),
        ForwardPath("PostMaster"),
    )


def test_two_mails_in_one_connection_and_a_reset_between(door: Served) -> None:
    talk(
        door.port,
        _HELLO
        + """
        C: MAIL FROM:<>
        C: RCPT TO:<a@ours.example>
        C: DATA
        S: 250 *
        S: 250 *
        S: 354 *
        C: .
        S: 250 2.0.0 *
        C: MAIL FROM:<dropped@b.example>
        S: 250 *
        C: RCPT TO:<dropped@ours.example>
        S: 250 *
        C: RSET
        S: 250 2.0.0 *
        C: RCPT TO:<a@ours.example>
        S: 503 5.5.1 *
        C: MAIL FROM:<x@b.example>
        S: 250 *
        C: RCPT TO:<b@ours.example>
        S: 250 *
        C: DATA
        S: 354 *
        C: x
        C: .
        S: 250 2.0.0 *
        """,
    )
    kept = [(mail.origin.mail_from, mail.origin.rcpt_to[0].address, mail.content) for mail in door.store.mails()]
    assert kept == [("", "a@ours.example", b""), ("x@b.example", "b@ours.example", b"x\r\n")]


def test_commands_sent_ahead_are_answered_in_order(door: Served) -> None:
    talk(
        door.port,
        """
        C: EHLO me.example
        C: MAIL FROM:<a@b.example>
        C: RCPT TO:<one@ours.example>
        C: RCPT TO:<two@theirs.example>
        C: DATA
        C: Subject: ahead
        C:
        C: .
        C: MAIL FROM:<a@b.example>
        C: RCPT TO:<two@theirs.example>
        C: DATA
        C: RSET
        C: QUIT
        S: 220 *
        S: 250*
        S: 250 2.1.0 *
        S: 250 2.1.5 *
        S: 550 5.1.1 *
        S: 354 *
        S: 250 2.0.0 *
        S: 250 2.1.0 *
        S: 550 5.1.1 *
        S: 554 5.5.1 *
        S: 250 2.0.0 *
        S: 221 *
        EOF
        """,
    )
    assert len(door.store.mails()) == 1


@pytest.mark.parametrize(
    ("command", "reply"),
    [
        pytest.param("VRFY vanthu", "252 2.1.5 *", id="VRFY tells nothing"),
        pytest.param("EXPN staff", "502 5.5.1 *", id="EXPN is not there"),
        pytest.param("AUTH PLAIN AGEAYg==", "502 5.5.1 *", id="AUTH is not offered"),
        pytest.param("STARTTLS", "454 4.7.0 *", id="STARTTLS without a certificate"),
        pytest.param("HELP", "214 2.0.0 *", id="HELP"),
        pytest.param("NOOP anything", "250 2.0.0 *", id="NOOP with words"),
        pytest.param("noop", "250 2.0.0 *", id="verbs in any case"),
        pytest.param("RSET now", "501 5.5.4 *", id="RSET with words"),
        pytest.param("QUIT now", "501 5.5.4 *", id="QUIT with words"),
        pytest.param("XYZZY", "500 5.5.1 *", id="an unknown verb"),
        pytest.param("R\u017fET", "500 5.5.1 *", id="a verb with a letter that is an S in capitals only"),
        pytest.param("", "500 5.5.1 *", id="an empty line"),
        pytest.param("EHLO", "501 5.5.4 *", id="EHLO without a name"),
        pytest.param("MAIL FROM:<a@b.example>", "503 5.5.1 *", id="MAIL before EHLO"),
        pytest.param("RCPT TO:<a@ours.example>", "503 5.5.1 *", id="RCPT before MAIL"),
        pytest.param("DATA", "503 5.5.1 *", id="DATA before EHLO"),
        pytest.param("NOOP " + "x" * 5000, "500 5.5.2 *", id="a line too long"),
    ],
)
def test_a_first_command(shared_door: Served, command: str, reply: str) -> None:
    talk(shared_door.port, f"S: 220 *\nC: {command}\nS: {reply}\nC: NOOP\nS: 250 *")


@pytest.mark.parametrize(
    ("command", "reply"),
    [
        pytest.param("MAIL FROM:<c@d.example>", "503 5.5.1 *", id="MAIL within a mail"),
        pytest.param("DATA", "554 5.5.1 *", id="DATA without recipients"),
        pytest.param("BDAT 0 LAST", "554 5.5.1 *", id="BDAT without recipients"),
        pytest.param("RCPT TO:<nobody@theirs.example>", "550 5.1.1 *", id="a stranger's address"),
        pytest.param("RCPT TO:<>", "501 5.1.3 *", id="the empty forward path"),
        pytest.param("RCPT TO:<phòng@vanthư.example>", "553 5.6.7 *", id="an address beyond ASCII, not asked for"),
        pytest.param("RCPT TO:<a@ours.example> SIZE=5", "555 5.5.4 *", id="a parameter of another verb"),
        pytest.param("DATA now", "501 5.5.4 *", id="DATA with words"),
    ],
)
def test_a_command_within_a_mail(shared_door: Served, command: str, reply: str) -> None:
    talk(shared_door.port, f"{_HELLO}\nC: MAIL FROM:<a@b.example>\nS: 250 *\nC: {command}\nS: {reply}")


def test_a_helo_client_was_promised_no_extension(door: Served) -> None:
    talk(
        door.port,
        """
        S: 220 *
        C: HELO old.example
        S: 250 door.example
        C: MAIL FROM:<a@b.example> SIZE=10
        S: 555 5.5.4 *
        C: MAIL FROM:<a@b.example>
        S: 250 *
        """,
    )
