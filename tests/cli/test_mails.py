"""`mails`, `ingest`, `audit`, `journal`: what came in is shown as the contract says, to the last octet."""

import json
import sqlite3
from pathlib import Path

import pytest

from bridge.demo.office import DOOR, RECEIVER
from bridge.demo.pki import AGENCY
from tests.cli.command import Command, id_of

_CONTRACT = {
    "id", "origin", "received_at", "mail_from", "rcpt_to", "message_id", "sha256", "size", "state", "classification",
    "findings", "attachments", "documents", "deliveries", "receipts",
}  # fmt: skip


def test_a_file_is_taken_in_and_its_octets_come_back(office: Command) -> None:
    file = office.settings.parent / "mails" / "dossier.eml"
    said = office("ingest", file, "--mail-from", AGENCY.email, "--rcpt-to", DOOR)
    (mail_id,) = said.out.split()
    assert office("mails", "raw", mail_id).octets == file.read_bytes()
    row = office("mails", "list", "--json").one
    assert (row["id"], row["state"], row["mail_from"], row["rcpt_to"]) == (mail_id, "received", AGENCY.email, [DOOR])
    assert row["size"] == file.stat().st_size
    assert len(row["sha256"]) == 64
    again = office("ingest", file, "--mail-from", AGENCY.email, "--rcpt-to", DOOR, "--json").one
    assert (again["id"], again["again"]) == (mail_id, True)


def test_what_cannot_be_taken_in_is_told_and_the_rest_is_taken_in(office: Command, tmp_path: Path) -> None:
    empty, large, good = tmp_path / "empty.eml", tmp_path / "large.eml", tmp_path / "good.eml"
    empty.touch()
    good.write_bytes(b"Subject: a\r\n\r\nb\r\n")
    with large.open("wb") as out:
        out.truncate(60_000_000)
    said = office("ingest", tmp_path / "absent.eml", empty, large, tmp_path, good, "--json", code=2)
    assert [sorted(line) for line in said.lines] == [["error", "file"]] * 4 + [["again", "file", "id"]]
    assert "max_size" in said.lines[2]["error"]
    assert len(office("mails", "list", "--json").lines) == 1


@pytest.mark.parametrize("address", ["no-at-sign", "a@b", "a b@example.org", "<a@example.org", "a@example.org,b@c.de"])
def test_what_is_no_address_is_wrong_usage(office: Command, address: str) -> None:
    file = office.settings.parent / "mails" / "correct.eml"
    wanted = 0 if address == "<a@example.org" else 2
    assert office("ingest", file, "--rcpt-to", address, code=wanted).code == wanted


def test_an_accepted_mail_is_shown_as_the_contract_says(reading: Command) -> None:
    shown = reading("mails", "show", id_of(reading, "accepted"), "--json").one
    assert shown.keys() >= _CONTRACT
    assert (shown["origin"]["kind"], shown["classification"], shown["rcpt_to"]) == ("file", "document", [DOOR])
    (attachment,) = shown["attachments"]
    assert attachment["signature_state"] == "sound"
    assert [signature["result"] for signature in attachment["signatures"]] == ["VALID", "VALID"]
    assert attachment["path"] == ["mail.eml", "Quyết định 35-QĐ-SM.pdf"]
    (document,) = shown["documents"]
    assert document["main"] == attachment["path"]
    assert document["signed_by"] == "person-and-body"
    assert [signature["authority"] for signature in attachment["signatures"]] == ["agrees", "agrees"]
    number = document["fields"]["CodeNumber"]
    assert (number["value"], number["from"], number["confidence"] > 0.8) == ("35", "pdf-page-1", True)
    (envelope,) = document["envelopes"]
    assert shown["deliveries"] == [envelope]
    assert len(shown["arrivals"]) == 1
    assert all(finding.keys() >= {"code", "severity", "about", "says"} for finding in shown["findings"])
    assert shown["received_at"].endswith("+00:00")


def test_a_person_reads_the_same_without_json(reading: Command) -> None:
    mail_id = id_of(reading, "rejected")
    said = reading("mails", "show", mail_id).out
    assert "[fault] signature.missing: Tệp “Công văn 12-SM-VP.pdf” không có chữ ký số." in said
    assert "CodeNumber = 12" in said
    assert "signed by nobody" in said
    assert mail_id in reading("mails", "list").out


def test_a_mail_is_explained_step_by_step_from_its_arrival(reading: Command) -> None:
    steps = reading("mails", "explain", id_of(reading, "accepted"), "--json").lines
    assert [step["stage"] for step in steps if step["stage"] != "judge"] == [
        "arrive", *["read"] * 6, *["identify"] * 3, "route", "wrap", "answer",
    ]  # fmt: skip
    assert all({"at", "judgement", "actor", "stage", "rule", "given", "decided"} == step.keys() for step in steps)
    checks = {step["rule"]: step["decided"] for step in steps if step["stage"] == "read"}
    assert checks.keys() == {"classification", "spf", "dkim", "arc", "dmarc", "sender"}
    route = next(step for step in steps if step["stage"] == "route")
    assert (route["rule"], route["decided"]) == ("vanthu", RECEIVER)
    assert "the worst finding decides" in reading("mails", "explain", id_of(reading, "accepted")).out


def test_an_id_may_be_given_by_a_beginning_that_is_its_own(reading: Command) -> None:
    ids = sorted(row["id"] for row in reading("mails", "list", "--json").lines)
    shared = ids[0][: next(at for at, letters in enumerate(zip(*ids, strict=True)) if len(set(letters)) > 1)]
    assert reading("mails", "show", ids[0][:-1].upper(), "--json").one["id"] == ids[0]
    assert "begins more than one mail" in reading("mails", "show", shared, code=2).err


@pytest.mark.parametrize("verb", ["show", "explain", "raw", "replay", "release", "reject"])
@pytest.mark.parametrize("given", ["01234567-0123-7123-8123-0123456789ab", "%", "", "x" * 5000, "--", "ơ"])
def test_an_unknown_id_is_told_in_a_sentence(reading: Command, verb: str, given: str) -> None:
    said = reading("mails", verb, given, code=2)
    assert said.out == ""
    assert "there is no mail" in said.err or "Missing argument" in said.err


@pytest.mark.parametrize(
    ("options", "count"),
    [
        ([], 4),
        (["--limit", "2"], 2),
        (["--state", "held"], 1),
        (["--since", "2020-01-01"], 4),
        (["--until", "2020-01-01T00:00:00+07:00"], 0),
        (["--state", "accepted", "--limit", "1"], 1),
    ],
)
def test_lists_are_cut_as_asked(reading: Command, options: list[str], count: int) -> None:
    assert len(reading("mails", "list", "--json", *options).lines) == count


@pytest.mark.parametrize(
    "options", [["--limit", "0"], ["--since", "tomorrow"], ["--state", "lost"], ["--sorted"], ["--limit", "ten"]]
)
def test_what_a_list_does_not_know_is_wrong_usage(reading: Command, options: list[str]) -> None:
    assert reading("mails", "list", *options, code=2).out == ""


def test_the_audit_counts_what_there_is(reading: Command) -> None:
    counted = reading("audit", "--json", "--deep").one
    assert (counted["clean"], counted["taken_in"], counted["differences"]) == (True, 4, [])
    assert counted["states"] == {"accepted": 2, "held": 1, "rejected": 1}
    assert "taken_in" in reading("audit").out


def test_the_audit_and_the_journal_tell_what_was_changed_behind_their_back(busy: Command) -> None:
    with sqlite3.connect(busy.settings.parent / "var" / "docbridge.sqlite3") as database:
        database.execute("UPDATE mails SET state = 'filed', due_at = NULL, size = size + 1 WHERE state = 'held'")
        database.execute("UPDATE journal SET actor = 'nobody' WHERE seq = 3")
    found = busy("audit", "--json", code=1).one
    assert not found["clean"]
    assert {difference["kind"] for difference in found["differences"]} == {"content.size"}
    assert busy("journal", "verify", "--json", code=1).one == {"whole": False, "first_wrong": 3}
    assert "row 3" in busy("journal", "verify", code=1).out


def test_the_journal_names_who_did_what_to_which_mail(reading: Command) -> None:
    mail_id = id_of(reading, "held")
    told = reading("journal", "list", "--mail", mail_id, "--json").lines
    assert [(row["actor"], row["verb"]) for row in told] == [("file", "mail.kept"), ("worker", "mail.judged")]
    assert {row["mail_id"] for row in told} == {mail_id}
    assert "the chain is whole" in reading("journal", "verify").out
    assert len(reading("journal", "list", "--limit", "2", "--json").lines) == 2


def test_json_is_utf8_one_object_a_line_and_tables_obey_no_strangers_control_characters(office: Command) -> None:
    raw = office.settings.parent / "hostile.eml"
    raw.write_bytes(b"Message-ID: <\x1b[31m\xc3\xa9@x>\r\nSubject: a\r\n\r\nb\r\n")
    office("ingest", raw)
    line = office("mails", "list", "--json").octets
    assert json.loads(line)
    assert b"\x1b" not in office("mails", "list").octets
