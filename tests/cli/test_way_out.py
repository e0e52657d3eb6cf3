"""`deliveries`, `envelopes`, `letters`, `trust`: what goes out, and whom the office trusts."""

from datetime import UTC, datetime, timedelta

import pytest
from lxml import etree

from bridge.axis.settings import BY_HAND
from bridge.demo.pki import BUSINESS
from store.delivery import Refused, RetryPolicy, TryLater, Unsure
from store.reply import Reply
from store.store import Store
from tests.cli.command import Command, id_of

_RETRY = RetryPolicy((timedelta(),), timedelta(days=1))


def _letter(command: Command) -> str:
    return str(command("deliveries", "list", "--kind", "letter", "--json").one["id"])


def test_a_packet_handed_in_becomes_a_letter_to_its_receiver(reading: Command) -> None:
    mail_id = id_of(reading, "accepted", "axis")
    shown = reading("mails", "show", mail_id, "--json").one
    assert shown["origin"]["axis"] == BY_HAND
    assert shown["deliveries"] == [_letter(reading)]
    row = reading("deliveries", "list", "--mail", mail_id, "--json").one
    assert (row["state"], row["kind"], row["recipient"]) == ("queued", "letter", BUSINESS.email)


def test_the_same_packet_is_sent_once(busy: Command) -> None:
    packet = busy.settings.parent / "mails" / "packet.edxml"
    said = busy("letters", "send", packet)
    assert said.out.split() == [id_of(busy, "accepted", "axis")]
    assert "sent before" in said.err


def test_what_is_no_packet_is_refused_with_the_reason(office: Command) -> None:
    file = office.settings.parent / "bad.edxml"
    file.write_bytes(b"\xff" * 1000)
    said = office("letters", "send", file, code=2)
    assert said.err.startswith(f"Error: {file}: ")
    assert "XML" in said.err
    assert office("mails", "list", "--json").lines == []


def test_every_attempt_is_shown_with_what_the_peer_said_and_what_only_we_know(busy: Command, store: Store) -> None:
    now = datetime.now(UTC)
    replies = (
        TryLater(Reply(451, "4.7.1", "greylisted", "smarthost 192.0.2.9")),
        Unsure(Reply(451, "4.4.2", "no answer", "time-out after the dot")),
        Refused(Reply(550, "5.1.1", "no such user", "-")),
    )
    for attempt in replies:
        (claimed,) = store.deliveries.claim("letter", "test", timedelta(minutes=1), now)
        store.deliveries.record(claimed.id, claimed.token, attempt, _RETRY, now)
    store.deliveries.event(_letter(busy), "delayed", now, {"status": "4.7.1"})
    shown = busy("deliveries", "show", _letter(busy), "--json").one
    assert (shown["state"], shown["recipient"], shown["reply"]["code"]) == ("failed", BUSINESS.email, 550)
    assert [(one["number"], one["word"], one["reply"]["code"]) for one in shown["attempts"]] == [
        (1, "try-later", 451),
        (2, "unsure", 451),
        (3, "refused", 550),
    ]
    assert shown["attempts"][0]["reply"] == {
        "code": 451, "enhanced": "4.7.1", "text": "greylisted", "cause": "smarthost 192.0.2.9",
    }  # fmt: skip
    assert [(one["kind"], one["detail"]) for one in shown["events"]] == [("delayed", {"status": "4.7.1"})]
    table = busy("deliveries", "show", _letter(busy)).out
    assert "451 4.7.1 greylisted  (for us: smarthost 192.0.2.9)" in table
    assert busy("deliveries", "list", "--state", "failed", "--json").one["id"] == shown["id"]


def test_a_delivery_is_cancelled_and_queued_anew_by_name(busy: Command) -> None:
    id_ = _letter(busy)
    busy("deliveries", "cancel", id_[:18], "--reason", "gửi nhầm")
    cancelled = busy("deliveries", "show", id_, "--json").one
    assert (cancelled["state"], cancelled["reason"]) == ("cancelled", "gửi nhầm")
    assert "is cancelled and cannot be cancelled" in busy("deliveries", "cancel", id_, code=1).err
    busy("deliveries", "retry", id_, "--reason", "đúng rồi")
    assert busy("deliveries", "show", id_, "--json").one["state"] == "queued"
    told = [(row["actor"], row["verb"]) for row in busy("journal", "list", "--json").lines if row["delivery_id"] == id_]
    assert told[-2:] == [("lan", "delivery.cancelled"), ("lan", "delivery.retried")]
    busy("audit")


def test_a_delivery_that_is_being_tried_is_left_alone(busy: Command, store: Store) -> None:
    store.deliveries.claim("letter", "test", timedelta(minutes=1), datetime.now(UTC))
    assert "is being tried just now" in busy("deliveries", "cancel", _letter(busy), code=1).err
    assert "is being tried just now" in busy("deliveries", "retry", _letter(busy), code=1).err


def test_an_envelope_is_listed_shown_and_handed_out_octet_by_octet(reading: Command, filled_store: Store) -> None:
    row = reading("envelopes", "list", "--json").one
    assert (row["kind"], row["axis"], row["mail_id"]) == ("document", "tinh", id_of(reading, "accepted"))
    shown = reading("envelopes", "show", row["id"][:13], "--json").one
    assert shown["deliveries"] == [row["id"]]
    xml = reading("envelopes", "xml", row["id"]).octets
    assert xml == filled_store.envelopes.content(row["id"])
    assert len(xml) == row["size"]
    assert etree.fromstring(xml).tag.endswith("}edXML")
    assert row["id"] in reading("envelopes", "list").out
    assert reading("envelopes", "list", "--kind", "status", "--json").lines == []
    assert "there is no envelope" in reading("envelopes", "xml", "ffff", code=2).err


@pytest.mark.parametrize("noun", ["deliveries", "envelopes"])
def test_lists_are_cut_by_time(reading: Command, noun: str) -> None:
    assert reading(noun, "list", "--since", "2020-01-01", "--json").lines
    assert reading(noun, "list", "--until", "2020-01-01", "--json").lines == []


def test_trust_is_listed_and_added_to_with_source_and_name(office: Command) -> None:
    listed = office("trust", "list", "--json").lines
    assert [(one["list"], one["approved_by"]) for one in listed] == [
        ("government", "demo"), ("public", "demo"), ("intermediates", ""), ("intermediates", ""),
    ]  # fmt: skip
    root = office.settings.parent / "trust" / "government" / "root.pem"
    added = office("trust", "add", root, "--list", "public", "--source", "trang web của Cục", "--json").one
    assert (added["list"], added["approved_by"], added["source"]) == ("public", "lan", "trang web của Cục")
    assert added["sha256"] == listed[0]["sha256"]
    assert office("journal", "list", "--json").lines[-1]["verb"] == "trust.added"
    assert "in that list already" in office("trust", "add", root, "--list", "public", "--source", "x", code=2).err


@pytest.mark.parametrize("name", ["mails/correct.eml", "trust/crls/public-ca.crl", "docbridge.toml", "trust"])
def test_what_is_no_certificate_is_not_trusted(office: Command, name: str) -> None:
    file = office.settings.parent / name
    office("trust", "add", file, "--list", "public", "--source", "x", code=2)
    assert len(office("trust", "list", "--json").lines) == 4
