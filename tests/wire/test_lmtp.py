"""LMTP: one answer for each recipient, to a script and to a real Postfix that hands mails over."""

from dataclasses import replace
from datetime import datetime
from pathlib import Path

import pytest

from smtp_in.settings import SmtpSettings
from store.arrival import Kept
from store.errors import Unavailable
from store.incoming import Incoming
from store.mail import Origin
from tests.servers.clients import swaks
from tests.servers.postfix import postfix
from tests.servers.wait import wait_until
from tests.wire.conftest import OpenDoor
from tests.wire.served import SETTINGS, Served, ours
from tests.wire.talk import talk

_LMTP = replace(SETTINGS, listen=(), lmtp_listen=("127.0.0.1:0",))
_TWO_OF_THREE = """
    S: 220 door.example LMTP *
    C: LHLO mta.example
    S: 250-door.example*PIPELINING*ENHANCEDSTATUSCODES*
    C: MAIL FROM:<a@b.example>
    C: RCPT TO:<x@ours.example>
    C: RCPT TO:<nobody@theirs.example>
    C: RCPT TO:<y@ours.example>
    S: 250 *
    S: 250 2.1.5 *
    S: 550 5.1.1 *
    S: 250 2.1.5 *
"""


@pytest.fixture
def lmtp(open_door: OpenDoor) -> Served:
    return open_door(_LMTP)


@pytest.mark.parametrize(
    "body", ["C: DATA\nS: 354 *\nC: text\nC: .", "C: BDAT 3\nR: abcBDAT 2 LAST\\r\\n\\r\\n\nS: 250 2.0.0 3 octets*"]
)
def test_each_accepted_recipient_has_its_answer_after_the_mail(lmtp: Served, body: str) -> None:
    talk(
        lmtp.port, f"{_TWO_OF_THREE}\n{body}\nS: 250 2.0.0 Kept as *\nS: 250 2.0.0 Kept as *\nC: NOOP\nS: 250 2.0.0 OK"
    )
    (mail,) = lmtp.store.mails()
    assert [path.address for path in mail.origin.rcpt_to] == ["x@ours.example", "y@ours.example"]


def test_a_refused_mail_is_refused_to_each(lmtp: Served) -> None:
    talk(
        lmtp.port,
        _TWO_OF_THREE
        + "C: DATA\nS: 354 *\nR: bare\\nline\\r\\n.\\r\\n\nS: 550 5.6.0 *\nS: 550 5.6.0 *\nC: NOOP\nS: 250 *",
    )
    assert lmtp.store.mails() == []


def test_a_mail_that_cannot_be_kept_is_put_off_for_each(open_door: OpenDoor) -> None:
    async def away(incoming: Incoming, origin: Origin, at: datetime) -> Kept:
        raise Unavailable("the disk is gone")

    door = open_door(_LMTP, keep=away)
    talk(door.port, _TWO_OF_THREE + "C: DATA\nS: 354 *\nC: .\nS: 451 4.3.0 *\nS: 451 4.3.0 *\nC: NOOP\nS: 250 *")


def test_a_fault_of_ours_ends_the_connection_for_nobody_knows_how_many_answers_are_out(open_door: OpenDoor) -> None:
    async def faulty(incoming: Incoming, origin: Origin, at: datetime) -> Kept:
        raise KeyError("a bug")

    door = open_door(_LMTP, keep=faulty)
    talk(door.port, _TWO_OF_THREE + "C: DATA\nS: 354 *\nC: .\nS: 421 4.3.0 *\nEOF")


def test_errors_are_counted_by_the_mail_and_not_by_the_recipient(open_door: OpenDoor) -> None:
    door = open_door(replace(_LMTP, max_errors=3))
    talk(
        door.port,
        _TWO_OF_THREE
        + "C: DATA\nS: 354 *\nR: bare\\nline\\r\\n.\\r\\n\nS: 550 5.6.0 *\nS: 550 5.6.0 *\nC: NOOP\nS: 250 *",
    )


def test_without_a_recipient_data_is_out_of_order(lmtp: Served) -> None:
    talk(
        lmtp.port,
        """
        S: 220 *
        C: LHLO mta.example
        S: 250-*
        C: MAIL FROM:<>
        S: 250 *
        C: DATA
        S: 503 5.5.1 *
        C: QUIT
        S: 221 *
        EOF
        """,
    )


@pytest.mark.parametrize("verb", ["HELO", "EHLO"])
def test_smtps_greetings_are_unknown_here(lmtp: Served, verb: str) -> None:
    talk(lmtp.port, f"S: 220 *\nC: {verb} mta.example\nS: 500 5.5.1 *\nC: MAIL FROM:<>\nS: 503 5.5.1 *")


def test_lmtps_greeting_is_unknown_to_smtp(shared_door: Served) -> None:
    talk(shared_door.port, "S: 220 * ESMTP *\nC: LHLO mta.example\nS: 500 5.5.1 *")


def test_swaks_speaks_lmtp_with_it(lmtp: Served) -> None:
    heard = swaks(lmtp.port, "--protocol", "LMTP", "--from", "a@b.example", "--to", "x@ours.example,y@ours.example")
    assert heard.code == 0, heard.transcript
    assert heard.transcript.count("250 2.0.0 Kept as") == 2


def test_postfix_hands_over_for_some_and_tells_the_sender_about_the_other(open_door: OpenDoor, tmp_path: Path) -> None:
    def known(address: str) -> bool:
        return ours(address) and not address.startswith("gone@")

    door = open_door(_LMTP, may_receive=known)
    with postfix(tmp_path / "postfix.log", relay={"ours.example": door.port}, relay_by="lmtp") as front:
        everyone = "x@ours.example,gone@ours.example,y@ours.example"
        heard = swaks(front.port, "--from", "a@b.example", "--to", everyone, "--body", "Kính gửi\n.\n")
        assert heard.code == 0, heard.transcript
        (bounce,) = front.wait_for("a@b.example")
        assert b"gone@ours.example" in bounce.raw
        assert b"x@ours.example" not in bounce.raw.partition(b"message/rfc822")[0].replace(everyone.encode(), b"")
        wait_until(lambda: front.queued() == 0, what="Postfix' empty queue")
    (mail,) = door.store.mails()
    assert sorted(path.address for path in mail.origin.rcpt_to) == ["x@ours.example", "y@ours.example"]
    assert "Kính gửi\r\n.\r\n".encode() in mail.content


def test_port_25_is_not_for_lmtp() -> None:
    with pytest.raises(ValueError, match="RFC 2033"):
        SmtpSettings(lmtp_listen=("127.0.0.1:25",))
