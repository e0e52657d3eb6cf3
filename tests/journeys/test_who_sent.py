"""Who sent it, through the whole service: an agency's name that its domain disowns, and gateways whose word counts."""

import secrets
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path

import pytest

from bridge.demo.mails import PDF, File
from bridge.demo.pki import Pki
from store.mail import MailState
from store.registry import Correspondent
from tests.evidence.keys import minted
from tests.journeys.house import DOOR, House
from tests.journeys.outcome import receipt_of
from tests.journeys.post import Mail, signed, written
from tests.journeys.test_receipts import answered
from tests.servers.dns import NameServer
from tests.servers.dovecot import Dovecot, ImapUser
from tests.servers.postfix import PostfixSink

MX = "mx.office.example"
RECEIVED = "from mta (mta [{}]) by mx.office.example (Postfix) with ESMTPS id 1"
ALLOWED, STRANGER = "192.0.2.7", "203.0.113.9"


def agency(house: House, names: NameServer, policy: str = "reject") -> str:
    """An address of a new agency that is in the register and whose domain publishes SPF and DMARC."""
    domain = f"so{secrets.token_hex(4)}.example"
    known = Correspondent(domain, "agency", "Sở Mẫu khác", organ_id="H99.88", domains=(domain,))
    house.store.registry.correspondents.add(known, "test", datetime.now(UTC))
    names.zone[domain] = {"TXT": [f"v=spf1 ip4:{ALLOWED} -all"]}
    names.zone[f"_dmarc.{domain}"] = {"TXT": [f"v=DMARC1; p={policy}"]}
    return f"vanthu@{domain}"


def letter(pki: Pki, address: str, *, headers: tuple[tuple[str, str], ...] = ()) -> Mail:
    """A signed decision in a mail from that address; header fields go on top, where servers write them."""
    mail = written((File("35.pdf", PDF, signed(pki)),), address, address)
    top = "".join(f"{name}: {value}\r\n" for name, value in headers).encode()
    return Mail(top + mail.raw, mail.message_id, mail.mail_from)


def told(house: House, mail: Mail) -> dict[str, str]:
    """What `mails explain` shows of each check."""
    kept = house.judged(mail.message_id)
    assert house.store.mails.body(kept.id) == mail.raw  # what we say of it stands beside it, never in it
    steps = house.judgement(kept).explanation
    checks = ("spf", "dkim", "arc", "dmarc")
    return {str(step["rule"]): str(step["decided"]) for step in steps if step["rule"] in checks}


def test_an_agencys_mail_that_its_domain_disowns_is_held_and_nobody_is_told(
    bridge: House, postfix_server: PostfixSink, names: NameServer, pki: Pki
) -> None:
    mail = letter(pki, agency(bridge, names))
    bridge.send(mail.raw, mail.mail_from)
    kept = bridge.judged(mail.message_id, MailState.HELD)
    assert {"sender.dmarc-fail", "sender.spf-fail", "mail.unauthenticated"} <= bridge.codes(kept)
    assert told(bridge, mail) == {"spf": "fail", "dkim": "none", "arc": "none", "dmarc": "fail"}
    # The register knows the address, and still: who asks that such mail be refused did not send it.
    answered(bridge, postfix_server, mail.message_id, mail.mail_from, told=False)


def test_the_same_mail_signed_by_its_domain_goes_on_and_is_answered(
    bridge: House, postfix_server: PostfixSink, names: NameServer, pki: Pki
) -> None:
    key, address = minted(), agency(bridge, names)
    domain = address.partition("@")[2]
    names.zone[f"s1._domainkey.{domain}"] = {"TXT": [key.record]}
    plain = letter(pki, address)
    mail = Mail(key.sign(plain.raw, domain), plain.message_id, plain.mail_from)
    bridge.send(mail.raw, mail.mail_from)
    kept = bridge.judged(mail.message_id, MailState.ACCEPTED)
    assert "sender.dmarc-fail" not in bridge.codes(kept)
    assert told(bridge, mail) == {"spf": "fail", "dkim": "pass", "arc": "none", "dmarc": "pass"}
    receipt_of(postfix_server, mail)


def test_a_person_whose_domain_disowns_the_mail_is_noted_and_not_held_for_that(
    bridge: House, names: NameServer, pki: Pki
) -> None:
    domain = f"d{secrets.token_hex(4)}.example"
    names.zone[f"_dmarc.{domain}"] = {"TXT": ["v=DMARC1; p=none"]}
    mail = letter(pki, f"an@{domain}")
    bridge.send(mail.raw, mail.mail_from)
    kept = bridge.judged(mail.message_id)
    found = {str(finding.code): finding.severity.word for finding in bridge.judgement(kept).findings}
    assert found["sender.dmarc-fail"] == "note"


@pytest.fixture
def mailbox(dovecot: Dovecot) -> ImapUser:
    """A mailbox of that office, whose server names itself."""
    return dovecot.add_user()


@pytest.fixture
def behind(
    build: Callable[..., House], names: NameServer, dovecot: Dovecot, mailbox: ImapUser, tmp_path: Path
) -> House:
    """A running bridge of an office behind a mail server of its own, which is the only peer that it has."""
    (tmp_path / "password").write_text(mailbox.password)
    account = {
        "HOST": "127.0.0.1",
        "PORT": str(dovecot.tls_port),
        "CA_FILE": str(dovecot.certificate.certificate),
        "USER": mailbox.name,
        "PASSWORD_FILE": str(tmp_path / "password"),
        "POLL": "300 ms",
        "ADDRESSES": f'["{DOOR}"]',
        "AUTHSERV": MX,
    }
    house = build(
        {
            "POLICY__TRUSTED_RELAYS": '["127.0.0.1/32"]',
            "POLICY__TRUSTED_AUTHSERV": f'["{MX}"]',
            "RESOLVER__NAMESERVERS": f'["127.0.0.1:{names.port}"]',
            "RESOLVER__TIMEOUT": "2 s",
            **{f"IMAP_POLL__ACCOUNT__VANTHU__{key}": value for key, value in account.items()},
        }
    )
    house.start()
    return house


def test_behind_a_relay_its_word_or_the_host_that_it_names_counts(behind: House, names: NameServer, pki: Pki) -> None:
    address = agency(behind, names)
    good = f"{MX}; spf=pass smtp.mailfrom={address}; dmarc=pass header.from={address.partition('@')[2]}"
    ways = {
        "judged by the gateway": (("Authentication-Results", good), ("Received", RECEIVED.format(STRANGER))),
        "from an allowed host": (("Received", RECEIVED.format(ALLOWED)),),
        "from another host": (("Received", RECEIVED.format(STRANGER)),),
        "with the gateway's name in the sender's own words": (
            ("Received", RECEIVED.format(STRANGER)),
            ("Received", "from pc by mta.sender.example"),
            ("Authentication-Results", good),
        ),
    }
    mails = {way: letter(pki, address, headers=headers) for way, headers in ways.items()}
    for mail in mails.values():
        behind.send(mail.raw, mail.mail_from)
    results = {way: (told(behind, mail)["spf"], told(behind, mail)["dmarc"]) for way, mail in mails.items()}
    assert results == {
        "judged by the gateway": ("pass", "pass"),
        "from an allowed host": ("pass", "pass"),
        "from another host": ("fail", "fail"),
        "with the gateway's name in the sender's own words": ("fail", "fail"),
    }
    states = {way: behind.judged(mail.message_id).state for way, mail in mails.items()}
    assert list(states.values()) == [MailState.ACCEPTED, MailState.ACCEPTED, MailState.HELD, MailState.HELD]


def test_in_a_mailbox_the_word_of_its_server_counts(
    behind: House, names: NameServer, dovecot: Dovecot, mailbox: ImapUser, pki: Pki
) -> None:
    address = agency(behind, names)
    domain = address.partition("@")[2]
    results = {}
    for word in ("pass", "fail"):
        said = f"{MX}; spf={word} smtp.mailfrom={address}; dmarc={word} header.from={domain}"
        fields = (("Return-Path", f"<{address}>"), ("Authentication-Results", said), ("Received", "from pc by mta"))
        mail = letter(pki, address, headers=fields)
        dovecot.append(mailbox, mail.raw)
        results[word] = (told(behind, mail)["dmarc"], behind.judged(mail.message_id).state)
    assert results == {"pass": ("pass", MailState.ACCEPTED), "fail": ("fail", MailState.HELD)}
