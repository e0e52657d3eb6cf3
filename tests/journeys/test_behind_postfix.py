"""The Postfix of docs/operations.md in front of a bridge and behind it: its lines are taken from the page itself."""

import os
import re
import smtplib
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest

from bridge.demo.pki import Pki
from store.mail import MailState
from store.registry import RoutingRule
from tests.architecture.checkout import ROOT
from tests.journeys.house import House
from tests.journeys.outcome import packet_of, subject_of
from tests.journeys.post import Mail, from_agency, signed
from tests.servers.postfix import PostfixSink, postfix
from tests.servers.wait import LOOPBACK, free_port, wait_until

DOMAIN = "mau.invalid"  #: nobody resolves it (RFC 2606): only the page's lines can bring mail to the bridge
DOOR = f"vanthu@{DOMAIN}"
_BLOCK = re.compile(r"```[a-z]+ title=\"([^\"]+)\"\n(.*?)```", re.DOTALL)


def blocks() -> dict[str, str]:
    """The files that the page shows, by their names."""
    return dict(_BLOCK.findall((ROOT / "docs" / "operations.md").read_text("utf-8")))


def as_the_page_says(etc: Path, port: int) -> None:
    """Appends the page's lines to the settings of a Postfix, with its own folder and the bridge's port in them."""
    for name, text in blocks().items():
        if not name.startswith("/etc/postfix/"):
            continue
        file = etc / Path(name).name
        ours = text.replace("mau.example", DOMAIN).replace("[127.0.0.1]:2525", f"[{LOOPBACK}]:{port}")
        before = file.read_text().splitlines(keepends=True) if file.exists() else []
        # A name that stands twice makes each daemon warn as it starts; so many warnings at once fill the socket of
        # postlogd(8) before it reads, and it waits for itself when it adds its own.
        said = {line.partition("=")[0] for line in ours.splitlines() if "=" in line}
        kept = "".join(line for line in before if line.partition("=")[0] not in said)
        file.write_text(kept + ours.replace("/etc/postfix/", f"{etc}/"))
        os.utime(file, (1, 1))  # Postfix takes a table of the last second for half-written


@pytest.fixture(scope="module")
def unstarted(tmp_path_factory: pytest.TempPathFactory) -> Iterator[House]:
    """A bridge that Postfix is to stand in front of, and whose letters are to leave through it."""
    variables = {
        "OFFICE__ADDRESSES": f'["{DOOR}"]',
        "OUTBOUND__SENDER": DOOR,
        "OUTBOUND__RETURN_PATH": f"bounce+{{token}}@{DOMAIN}",
        "OUTBOUND__REPLY_TO": f"reply+{{token}}@{DOMAIN}",
        "POLICY__TRUSTED_RELAYS": '["127.0.0.1/32"]',
    }
    house = House(tmp_path_factory.mktemp("behind"), free_port(), variables)
    try:
        yield house
    finally:
        house.close()


@pytest.fixture(scope="module")
def front(tmp_path_factory: pytest.TempPathFactory, unstarted: House) -> Iterator[PostfixSink]:
    """A Postfix of our own, set up as the page says."""
    log = tmp_path_factory.mktemp("front") / "postfix.log"
    with postfix(log, port=unstarted.smarthost, furnish=lambda etc: as_the_page_says(etc, unstarted.port)) as server:
        yield server


@pytest.fixture(scope="module")
def behind(unstarted: House, front: PostfixSink, pki: Pki) -> Iterator[House]:
    """The bridge, running, with Postfix in front of it and behind it."""
    assert front.port == unstarted.smarthost
    unstarted.furnish(pki)
    rule = RoutingRule("front", recipient=DOOR, organs=("noi-vu",))
    unstarted.store.registry.routes.add(rule, "test", datetime.now(UTC))
    unstarted.start()
    yield unstarted
    unstarted.settled()
    assert unstarted.stop() == 0


def hand_to_postfix(server: PostfixSink, mail: Mail, recipient: str, host: str = LOOPBACK) -> None:
    """As a server of the world would, at that address of this machine; its refusals are raised."""
    with smtplib.SMTP(LOOPBACK, server.port, timeout=60, source_address=(host, 0)) as client:
        client.sendmail(mail.mail_from, [recipient], mail.raw)


def test_mail_comes_in_through_postfix_and_receipts_leave_through_it(
    behind: House, front: PostfixSink, pki: Pki
) -> None:
    pdf = signed(pki)
    mail = from_agency(pdf, to=DOOR)
    hand_to_postfix(front, mail, DOOR)
    kept = behind.judged(mail.message_id, MailState.ACCEPTED)
    assert [file.content for file in packet_of(behind, kept).files] == [pdf]
    (receipt,) = front.wait_for(mail.mail_from)
    assert "Đã tiếp nhận" in subject_of(receipt)
    assert receipt.return_path == ""


def test_postfix_refuses_at_once_whom_the_bridge_does_not_know(behind: House, front: PostfixSink, pki: Pki) -> None:
    mail = from_agency(signed(pki), to=f"nobody@{DOMAIN}")
    with pytest.raises(smtplib.SMTPRecipientsRefused) as refused:
        hand_to_postfix(front, mail, f"nobody@{DOMAIN}")
    ((code, _),) = refused.value.recipients.values()
    assert code == 550
    assert behind.mails(mail.message_id) == []


def test_postfix_keeps_the_mail_while_the_bridge_is_down_and_brings_it_once_afterwards(
    behind: House, front: PostfixSink, pki: Pki
) -> None:
    before = from_agency(signed(pki), to=DOOR)
    hand_to_postfix(front, before, DOOR)  # Postfix learns that the address is there
    behind.judged(before.message_id, MailState.ACCEPTED)
    assert behind.stop() == 0
    mail = from_agency(signed(pki), to=DOOR)
    hand_to_postfix(front, mail, DOOR)
    wait_until(front.queued, 30, "the mail waiting in Postfix's queue")
    behind.start()
    behind.judged(mail.message_id, MailState.ACCEPTED)


def test_a_line_beyond_the_length_of_smtp_comes_through_postfix_unbroken(
    behind: House, front: PostfixSink, pki: Pki
) -> None:
    mail = from_agency(signed(pki), to=DOOR)
    head, _, body = mail.raw.partition(b"\r\n\r\n")
    long = b"X-Long: " + b"a" * 1500
    hand_to_postfix(front, Mail(head + b"\r\n" + long + b"\r\n\r\n" + body, mail.message_id, mail.mail_from), DOOR)
    kept = behind.judged(mail.message_id, MailState.ACCEPTED)
    assert long in behind.store.mails.body(kept.id)


def test_spf_is_asked_of_the_host_that_postfix_took_the_mail_from(behind: House, front: PostfixSink, pki: Pki) -> None:
    mail = from_agency(signed(pki), to=DOOR)
    hand_to_postfix(front, mail, DOOR, "127.0.0.2")
    kept = behind.judged(mail.message_id, MailState.ACCEPTED)
    (spf,) = (step for step in behind.judgement(kept).explanation if step["rule"] == "spf")
    assert str(spf["given"]).endswith(" by docbridge 127.0.0.2")
