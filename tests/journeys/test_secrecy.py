"""State secrets at the door and on the way out: sealed at once, told by id alone, cleared by whom the office names."""

import io
import secrets
import sqlite3
from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from email import message_from_bytes
from email.policy import SMTP
from pathlib import Path

import pytest

from bridge.demo.documents import DECISION
from bridge.demo.mails import PDF, File
from bridge.demo.paper import draw
from bridge.demo.pki import AGENCY, Pki
from bridge.edxml.compose import document_packet
from bridge.edxml.packet import PacketFile, Party
from bridge.edxml.status import StatusCode
from bridge.edxml.write import write
from bridge.fields.identify import identify
from store.judgement import Decision, DecisionVerb
from store.mail import MailState, SealedMailError
from tests.cli.command import Command, Said
from tests.journeys.house import DOOR, OFFICE_ID, OTHERS_ID, House
from tests.journeys.outcome import packet_of, subject_of, text_of
from tests.journeys.post import agency_address, signed, written
from tests.journeys.test_way_out import put, receiver, statuses, taken
from tests.servers.postfix import Letter, PostfixSink
from tests.servers.wait import wait_until

Office = tuple[House, str]


@dataclass(frozen=True, slots=True)
class Words:
    """Words that stand in one mail alone: in its subject, its text, its file's name, its first page."""

    token: str

    @property
    def all(self) -> tuple[str, ...]:
        """Each of them."""
        return tuple(f"{place}{self.token}" for place in ("chude", "noidung", "ten", "trichyeu"))


@pytest.fixture
def words() -> Words:
    """Of this test."""
    return Words(secrets.token_hex(4))


@pytest.fixture(scope="module")
def office(tmp_path_factory: pytest.TempPathFactory, pki: Pki, postfix_server: PostfixSink) -> Iterator[Office]:
    """A bridge that names an officer and the operator who may clear; started.  And the officer's address."""
    officer = f"baomat{secrets.token_hex(4)}@mau.example"
    names = {"POLICY__SECRECY_OFFICER": officer, "POLICY__SECRECY_CLEARANCE": '["an"]'}
    house = House(tmp_path_factory.mktemp("secrecy"), postfix_server.port, names)
    house.furnish(pki)
    house.start()
    try:
        yield house, officer
        house.settled()
        assert house.stop() == 0
    finally:
        house.close()


def alert_of(postfix: PostfixSink, officer: str, mail_id: str) -> Letter:
    """The officer's letter about that mail."""

    def found() -> Letter | None:
        return next((one for one in postfix.letters(officer) if mail_id in subject_of(one)), None)

    letter = wait_until(found, 30, "the officer's letter")
    assert letter is not None
    return letter


def asked(house: House, *arguments: str, operator: str = "binh", code: int | None = 0) -> Said:
    """One command beside the running service."""
    ours = {key: value for key, value in house.environment.items() if key.startswith("DOCBRIDGE_")}
    return Command(house.settings_file)(*arguments, env={**ours, "DOCBRIDGE_OPERATOR": operator}, code=code)


def paper(mark: str, words: Words) -> bytes:
    """A decision with `mark` at the top of its first page."""
    number = f"{secrets.randbelow(10**6)}/QĐ-SM"
    return draw(replace(DECISION, superior=mark, number=number, subject=f"{words.all[3]} về công tác cán bộ"))


def marked(house: House, content: bytes, words: Words, subject: str = "Gửi") -> tuple[str, str]:
    """Sends a mail of the agency with that file; its Message-ID and its reverse path."""
    mail = written((File(f"{words.all[2]}.pdf", PDF, content),), agency_address(), AGENCY.email)
    message = message_from_bytes(mail.raw, policy=SMTP)
    del message["Subject"]
    message["Subject"] = f"{subject} {words.all[0]}"
    body = message.get_body(("plain",))
    assert body is not None
    body.set_content(f"Kính gửi,\n\n{words.all[1]}\n")
    house.send(message.as_bytes(), mail.mail_from)
    return mail.message_id, mail.mail_from


def on_record(house: House) -> str:
    """Every table as text, but for the mails' own bytes; and every file but the database and what came in."""
    folder = house.folder / "var"
    told = [str(file.relative_to(folder)) for file in folder.rglob("*")]
    ours = [file for file in folder.rglob("*") if file.suffix in (".edxml", ".txt", ".log") and "in" not in file.parts]
    told += [file.read_bytes().decode("utf-8", "replace") for file in ours]
    with sqlite3.connect(folder / "docbridge.sqlite3") as connection:
        tables = [name for (name,) in connection.execute("SELECT name FROM sqlite_master WHERE type = 'table'")]
        for table in tables:
            if table != "contents":
                told += [repr(row) for row in connection.execute(f"SELECT * FROM {table}")]
    connection.close()
    return "\n".join(told)


def silent(text: str, words: Words) -> None:
    """None of the mail's words is in it."""
    assert [word for word in words.all if word.lower() in text.lower()] == []


def test_a_marked_mail_is_sealed_and_told_by_its_id_alone(
    office: Office, postfix_server: PostfixSink, pki: Pki, words: Words
) -> None:
    house, officer = office
    message_id, mail_from = marked(house, signed(pki, paper("TỐI MẬT", words)), words)
    kept = house.judged(message_id)
    assert (kept.state, house.codes(kept)) == (MailState.HELD, {"secrecy.marked"})
    assert (house.judgement(kept).attachments, house.judgement(kept).documents) == ((), ())
    alert = alert_of(postfix_server, officer, kept.id)
    assert "nghi có dấu chỉ độ mật" in text_of(alert)
    (receipt,) = postfix_server.wait_for(mail_from)
    assert "đã nhận được thư" in text_of(receipt)
    assert "mật" not in text_of(receipt)
    for letter in (alert, receipt):
        silent(subject_of(letter) + text_of(letter), words)
    refused = [
        asked(house, "mails", "release", kept.id, "--reason", "x", code=1),
        asked(house, "mails", "complete", kept.id, "--set", "CodeNumber=1", "--reason", "x", code=1),
        asked(house, "mails", "replay", kept.id, "--reason", "x", code=1),
        asked(house, "mails", "replay", kept.id, "--dry-run", code=1),
        asked(house, "mails", "raw", kept.id, code=1),
        asked(house, "mails", "raw", kept.id, "--sealed", code=1),
        asked(house, "mails", "raw", kept.id, "--sealed", "--reason", "x", code=1),
        asked(house, "mails", "clear", kept.id, "--reason", "x", code=1),
    ]
    assert all("sealed" in said.err or "secrecy_clearance" in said.err for said in refused)
    assert [said.octets for said in refused] == [b""] * len(refused)
    with pytest.raises(SealedMailError):
        house.store.mails.decide(kept.id, Decision(DecisionVerb.RELEASE, "web"), datetime.now(UTC))
    shown = asked(house, "mails", "show", kept.id, "--json")
    assert (shown.one["sealed"], shown.one["attachments"], shown.one["documents"]) == (True, [], [])
    for command in (("mails", "list"), ("mails", "show", kept.id), ("mails", "explain", kept.id), ("journal", "list"),
                    ("deliveries", "list"), ("envelopes", "list")):  # fmt: skip
        for flags in ((), ("--json",)):
            said = asked(house, *command, *flags)
            silent(said.out + said.err, words)
    silent(on_record(house), words)
    silent(house.said, words)


def test_a_sealed_mail_is_opened_and_cleared_with_a_reason_by_whom_the_office_names(
    office: Office, pki: Pki, words: Words
) -> None:
    house, _ = office
    message_id, _ = marked(house, signed(pki, paper("MẬT", words)), words)
    kept = house.judged(message_id)
    raw = asked(house, "mails", "raw", kept.id, "--sealed", "--reason", "kiểm tra", operator="an")
    assert raw.octets == house.store.mails.body(kept.id)
    assert asked(house, "mails", "clear", kept.id, operator="an", code=2).octets == b""
    said = asked(house, "mails", "clear", kept.id, "--reason", "không phải dấu mật", "--json", operator="an")
    assert said.one["state"] == "accepted"
    assert {finding["code"] for finding in said.one["findings"]} & {"secrecy.marked", "secrecy.suspected"} == set()
    rows = asked(house, "journal", "list", "--mail", kept.id, "--json").lines
    done = [(row["verb"], row["actor"]) for row in rows if row["verb"] in ("mail.opened", "mail.clear")]
    assert done == [("mail.opened", "an"), ("mail.clear", "an")]
    assert packet_of(house, kept).files[0].name.startswith(words.all[2])
    assert "not sealed" in asked(house, "mails", "clear", kept.id, "--reason", "x", operator="an", code=1).err


def test_a_weak_sign_holds_a_mail_for_the_officer(
    office: Office, postfix_server: PostfixSink, pki: Pki, words: Words
) -> None:
    house, officer = office
    message_id, mail_from = marked(house, signed(pki, paper("", words)), words, "V/v gui tai lieu mat")
    kept = house.judged(message_id)
    assert (kept.state, house.codes(kept)) == (MailState.HELD, {"secrecy.suspected"})
    alert_of(postfix_server, officer, kept.id)
    postfix_server.wait_for(mail_from)
    silent(on_record(house), words)
    asked(house, "mails", "clear", kept.id, "--reason", "nhầm", operator="an")
    assert house.judged(message_id).state is MailState.ACCEPTED
    assert len(house.envelopes(kept)) == 1


def test_the_words_of_a_list_are_filed_and_a_mark_among_them_is_sealed(bridge: House) -> None:
    headers = (("List-Id", "<tin.example>"), ("X-Do-Mat", "TOI MAT"))
    plain = written((), agency_address(), AGENCY.email, headers=headers[:1])
    mail = written((), agency_address(), AGENCY.email, headers=headers)
    for each in (plain, mail):
        bridge.send(each.raw, each.mail_from)
    assert bridge.judged(plain.message_id).state is MailState.FILED
    assert bridge.codes(bridge.judged(mail.message_id)) == {"secrecy.marked"}


def test_a_packet_with_a_mark_is_never_sent_and_the_province_is_told_without_a_quotation(
    office: Office, postfix_server: PostfixSink, words: Words
) -> None:
    house, officer = office
    address = receiver(house)
    kept = taken(house, put(house, paper("TUYỆT MẬT", words), [address]), MailState.REJECTED)
    assert house.codes(kept) == {"secrecy.marked"}
    (status,) = statuses(house, kept, 1)
    assert status.status is StatusCode.REFUSED
    assert status.description == "Văn bản nghi có dấu chỉ độ mật; không được gửi qua thư điện tử."
    assert (status.about.code, status.about.issued) == ("", None)
    alert_of(postfix_server, officer, kept.id)
    house.settled()
    assert postfix_server.letters(address) == []
    assert {one.recipient for one in house.store.deliveries.list(kind="letter", mail_id=kept.id)} == {officer}
    assert "never sent" in asked(house, "mails", "clear", kept.id, "--reason", "x", operator="an", code=1).err
    silent(on_record(house), words)


def test_a_packet_that_an_operator_hands_in_is_refused_at_once(bridge: House, tmp_path: Path, words: Words) -> None:
    out = io.BytesIO()
    pdf = paper("MẬT", words)
    sender, to = Party(OFFICE_ID, "Ủy ban nhân dân tỉnh Mẫu"), Party(OTHERS_ID, "Ai đó", email=receiver(bridge))
    file = PacketFile("a.pdf", pdf, PDF)
    write(document_packet(identify(pdf, PDF), sender, (to,), (file,), datetime.now(UTC), own_id="x1"), out)
    packet = tmp_path / "packet.edxml"
    packet.write_bytes(out.getvalue())
    before = bridge.store.mails.states()
    said = asked(bridge, "letters", "send", str(packet), code=None)
    assert said.code in (1, 2)
    assert "dấu chỉ độ mật" in said.err
    silent(said.err + said.out, words)
    assert bridge.store.mails.states() == before


def test_nobody_named_is_a_warning_and_the_mail_is_sealed_all_the_same(bridge: House, pki: Pki, words: Words) -> None:
    message_id, mail_from = marked(bridge, signed(pki, paper("MẬT", words)), words)
    kept = bridge.judged(message_id)
    assert bridge.codes(kept) == {"secrecy.marked"}
    bridge.settled()
    assert "secrecy_officer" in asked(bridge, "doctor", code=None).out
    clear = asked(bridge, "mails", "clear", kept.id, "--reason", "x", code=1)
    assert "names nobody" in clear.err
    assert DOOR not in mail_from
