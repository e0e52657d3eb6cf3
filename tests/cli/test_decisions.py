"""What a person decides of a mail by command: it is recorded with his name, and the mail is judged at once."""

from pathlib import Path

import pytest

from store.mail import MailState
from store.store import Store
from tests.cli.command import Command, id_of, judged

_FIELDS = ("CodeNumber=4711", "CodeNotation=QĐ-SM", "OrganName=Sở Mẫu tỉnh Thử Nghiệm")


def _set(*entries: str) -> list[str]:
    return [word for entry in entries for word in ("--set", entry)]


def test_a_held_mail_is_completed_and_goes_on(busy: Command) -> None:
    mail_id = id_of(busy, "held")
    half = busy("mails", "complete", mail_id, "--set", "CodeNumber=4711", "--reason", "hỏi Sở", "--json", code=1).one
    assert half["state"] == "held"
    assert "field.missing" in {finding["code"] for finding in half["findings"]}
    done = busy("mails", "complete", mail_id, *_set(*_FIELDS), "--reason", "đã hỏi Sở", "--json").one
    assert (done["id"], done["state"]) == (mail_id, "accepted")
    shown = busy("mails", "show", mail_id, "--json").one
    (document,) = shown["documents"]
    number = document["fields"]["CodeNumber"]
    assert (number["value"], number["from"], number["confidence"]) == ("4711", "clerk", 1.0)
    assert [(one["verb"], one["actor"]) for one in shown["decisions"]] == [("complete", "lan")] * 2
    assert len(document["envelopes"]) == 1
    stages = [step["stage"] for step in busy("mails", "explain", mail_id, "--json").lines]
    assert stages.index("person") > stages.index("judge")
    verbs = [row["verb"] for row in busy("journal", "list", "--mail", mail_id, "--json").lines]
    assert verbs == ["mail.kept", "mail.judged", "mail.complete", "mail.judged", "mail.complete", "mail.judged"]
    busy("audit")
    said = busy("mails", "complete", mail_id, "--set", "CodeNumber=1", code=1)
    assert "the mail is accepted" in said.err


@pytest.mark.parametrize(
    ("entry", "says"),
    [
        ("Number=35", "Không có trường này"),
        ("IssuedDate=31/02/2026", "Ngày không hợp lệ"),
        ("CodeNumber=ba mươi lăm", "Số văn bản gồm chữ số"),
        ("CodeNumber", "is not KEY=VALUE"),
        ("Subject=\x1b[31m", "control characters"),
        ("Subject=\udcff", "no UTF-8"),
    ],
)
def test_what_is_typed_wrongly_is_refused_with_the_reason_and_nothing_changes(
    reading: Command, entry: str, says: str
) -> None:
    mail_id = id_of(reading, "held")
    assert says in reading("mails", "complete", mail_id, "--set", entry, code=2).err
    assert reading("mails", "show", mail_id, "--json").one["decisions"] == []


def test_a_document_that_the_mail_does_not_hold_cannot_be_completed(reading: Command) -> None:
    said = reading("mails", "complete", id_of(reading, "held"), "--document", "ffff", "--set", "CodeNumber=1", code=2)
    assert "it holds" in said.err


def test_a_held_mail_is_released_as_it_is(busy: Command) -> None:
    mail_id = id_of(busy, "held")
    said = busy("mails", "release", mail_id, "--reason", "bản giấy đã đến")
    assert said.out.startswith(f"{mail_id}: released\n")
    assert busy("mails", "show", mail_id, "--json").one["documents"][0]["envelopes"]
    assert "the mail is released" in busy("mails", "release", mail_id, code=1).err
    busy("audit")


def test_a_held_mail_is_rejected_and_a_known_sender_is_told(busy: Command, store: Store) -> None:
    mail_id = id_of(busy, "held")
    assert busy("mails", "reject", mail_id, "--reason", "không thuộc thẩm quyền", "--json").one["state"] == "rejected"
    mail = store.mails.get(mail_id)
    assert mail is not None
    assert mail.state is MailState.REJECTED
    far = mail.received_at.replace(year=mail.received_at.year + 1)
    groups = store.notices.ripe(far, far - far)
    assert [notice.event for group in groups for notice in group if notice.mail_id == mail_id] == ["held", "rejected"]
    assert "only one that is held" in busy("mails", "reject", mail_id, code=1).err


def test_a_sender_whom_nobody_vouches_for_is_not_told_of_a_rejection(office: Command) -> None:
    file = office.settings.parent / "mails" / "nameless.eml"
    office("ingest", file, "--mail-from", "stranger@elsewhere.example", "--rcpt-to", "vanthu@mau.test")
    judged(office.settings)
    mail_id = id_of(office, "held")
    office("mails", "reject", mail_id)
    (answer,) = (step for step in office("mails", "explain", mail_id, "--json").lines if step["stage"] == "answer")
    assert answer["decided"] == "nothing"
    assert [row["verb"] for row in office("journal", "list", "--mail", mail_id, "--json").lines][-1] == "mail.reject"


def test_a_replay_tries_another_policy_and_records_nothing_when_it_is_dry(busy: Command, tmp_path: Path) -> None:
    mail_id = id_of(busy, "rejected")
    policy = tmp_path / "policy.toml"
    policy.write_text('[policy]\nseverity.agency."signature.missing" = "note"\n', encoding="utf-8")
    before = busy("journal", "list", "--json").octets
    replayed = busy("mails", "replay", mail_id, "--policy", policy, "--dry-run", "--json").one
    assert (replayed["before"]["state"], replayed["after"]["state"]) == ("rejected", "accepted")
    assert [line.split()[1] for line in replayed["difference"]["gone"]] == ["signature.missing:"]
    assert replayed["difference"]["state"] is True
    same = busy("mails", "replay", mail_id, "--dry-run", code=1)
    assert "rejected -> rejected (nothing was recorded)" in same.out
    assert busy("journal", "list", "--json").octets == before
    assert "the mail is rejected" in busy("mails", "replay", mail_id, code=1).err


def test_a_held_mail_is_judged_again_by_another_policy(busy: Command, tmp_path: Path) -> None:
    mail_id = id_of(busy, "held")
    policy = tmp_path / "policy.toml"
    policy.write_text('[policy]\nmandatory.agency = ["Subject"]\n', encoding="utf-8")
    assert busy("mails", "replay", mail_id, "--policy", policy, "--json").one["state"] == "accepted"
    detail = busy("mails", "show", mail_id, "--json").one["decisions"][0]["detail"]
    assert len(detail["policy"]) == 64


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("[policy\n", "not TOML"),
        ("[office]\n", "no section [policy]"),
        ("[policy]\nrefuse = []\n", ':2: [policy.refuse] unknown key; did you mean "refuse_automatically"?'),
        ('[policy]\nconfidence = "high"\n', ":2: [policy.confidence]"),
    ],
)
def test_a_policy_that_is_none_is_refused_with_its_line(reading: Command, tmp_path: Path, text: str, says: str) -> None:
    policy = tmp_path / "policy.toml"
    policy.write_text(text, encoding="utf-8")
    mail_id = id_of(reading, "held")
    for dry in ([], ["--dry-run"]):
        assert says in reading("mails", "replay", mail_id, "--policy", policy, *dry, code=2).err
    assert reading("mails", "show", mail_id, "--json").one["decisions"] == []


def test_who_decides_is_the_login_name_unless_another_is_said(busy: Command) -> None:
    mail_id = id_of(busy, "held")
    busy("mails", "reject", mail_id, env={"DOCBRIDGE_OPERATOR": "Trần Thị Minh"})
    assert busy("mails", "show", mail_id, "--json").one["decisions"][0]["actor"] == "Trần Thị Minh"
