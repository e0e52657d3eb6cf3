"""`letters`: documents sent by hand, questions to senders, and what may not leave by mail at all."""

from email import message_from_bytes, policy
from email.message import EmailMessage
from pathlib import Path

import pytest

from store.mail import MailState
from store.store import Store
from tests.cli.command import Command, id_of, judged


def letters_of(store: Store, mail_id: str) -> list[EmailMessage]:
    """The letters of that mail as a reader of mail sees them."""
    found = (store.letters.content(one.id) for one in store.letters.of_mail(mail_id))
    return [message_from_bytes(octets, policy=policy.default) for octets in found]


def text_of(letter: EmailMessage) -> str:
    """Its plain text, with line ends of our own."""
    body = letter.get_body(("plain",))
    assert body is not None
    return "\n".join(str(body.get_content()).splitlines())


def file(folder: Path, name: str = "Báo cáo quý.pdf", content: bytes = b"%PDF-1.7\nkhong co gi\n%%EOF\n") -> Path:
    """A file of the operator's."""
    made = folder / name
    made.write_bytes(content)
    return made


def test_files_go_to_each_address_in_a_letter_of_its_own(busy: Command, store: Store, tmp_path: Path) -> None:
    first, second = file(tmp_path), file(tmp_path, "phụ lục.csv", b"a,b\n1,2\n")
    said = busy(
        *("letters", "send", "--to", "mot@nhan.example", "--to", "hai@công-ty.example", "--file", first),
        *("--file", second, "--set", "Subject=báo cáo quý IV", "--set", "CodeNumber=12", "--set", "CodeNotation=BC-VP"),
        "--json",
    ).one
    judged(busy.settings)
    mail = store.mails.get(said["id"])
    assert mail is not None
    assert mail.state is MailState.ACCEPTED
    made = letters_of(store, mail.id)
    idn = "công-ty.example".encode("idna").decode("ascii")
    assert sorted(str(one["To"]) for one in made) == [f"hai@{idn}", "mot@nhan.example"]
    for one in made:
        assert "12/BC-VP" in str(one["Subject"])
        assert "V/v báo cáo quý IV" in str(one["Subject"])
        files = [(part.get_filename(), part.get_payload(decode=True)) for part in one.iter_attachments()]
        assert files == [(first.name, first.read_bytes()), (second.name, second.read_bytes())]
        plain = [part.get_param("name", header="content-type") for part in one.iter_attachments()]
        assert plain == ["12_BC-VP_bao_cao_quy_IV.pdf", "12_BC-VP_bao_cao_quy_IV_2.csv"]
        assert [part.get_content_type() for part in one.walk()][1:4] == [
            "multipart/alternative",
            "text/plain",
            "text/html",
        ]


@pytest.mark.parametrize(
    ("arguments", "says"),
    [
        pytest.param(("--to", "mot@nhan.example"), "--to and --file", id="no file"),
        pytest.param(("--to", "none", "--file", "x.pdf"), "no mail address", id="an address that is none"),
        pytest.param(("--to", "mot@nhan.example", "--file", "x.pdf"), "no such file", id="a file that is not there"),
        pytest.param((), "give a packet", id="nothing at all"),
    ],
)
def test_what_cannot_be_sent_is_refused_with_the_reason(
    reading: Command, arguments: tuple[str, ...], says: str
) -> None:
    assert says in reading("letters", "send", *arguments, code=2).err


def test_a_letter_that_its_recipient_does_not_take_waits_for_a_clerk(
    busy: Command, store: Store, tmp_path: Path
) -> None:
    text = busy.settings.read_text("utf-8") + '\n[letters]\nlargest_for = { "nho.example" = "10 kB" }\n'
    busy.settings.write_text(text, "utf-8")
    large = file(tmp_path, content=b"%PDF-1.7\n" + b"x" * 20_000)
    said = busy("letters", "send", "--to", "a@nho.example", "--file", large, "--json").one
    judged(busy.settings)
    shown = busy("mails", "show", said["id"], "--json").one
    assert shown["state"] == "held"
    (finding,) = shown["findings"]
    assert finding["code"] == "letter.too-large"
    assert "a@nho.example" in finding["says"]
    assert "10,0 kB" in finding["says"]
    busy("mails", "release", said["id"], "--reason", "nơi nhận đã tăng giới hạn")
    (delivery,) = store.deliveries.list(mail_id=said["id"])
    assert delivery.recipient == "a@nho.example"


def test_what_bears_a_mark_of_secrecy_is_not_even_kept_and_the_officer_is_told_a_digest(
    busy: Command, store: Store, tmp_path: Path
) -> None:
    settings = busy.settings.read_text("utf-8").replace("[policy]", '[policy]\nsecrecy_officer = "mat@mau.test"')
    if "[policy]" not in settings:
        settings += '\n[policy]\nsecrecy_officer = "mat@mau.test"\n'
    busy.settings.write_text(settings, "utf-8")
    before = len(list(store.mails.list()))
    marked = file(tmp_path, "ke hoach.txt", "KẾ HOẠCH\n\nTỐI MẬT\n\nnội dung\n".encode())
    said = busy("letters", "send", "--to", "mot@nhan.example", "--file", marked, code=2)
    assert "không được gửi qua thư điện tử" in said.err
    assert len(list(store.mails.list())) == before
    (delivery,) = (one for one in store.deliveries.list(kind="letter") if one.recipient == "mat@mau.test")
    letter = message_from_bytes(store.letters.content(delivery.content_id), policy=policy.default)
    text = text_of(letter)
    assert "ke hoach" not in text
    assert "SHA-256" in text


def test_a_question_goes_to_the_sender_and_belongs_to_the_case(busy: Command, store: Store) -> None:
    mail_id = id_of(busy, "held")
    delivery_id = busy("letters", "ask", mail_id, "--question", "Văn bản ban hành ngày nào?\nAi ký?").out.strip()
    delivery = store.deliveries.get(delivery_id)
    mail = store.mails.get(mail_id)
    assert delivery is not None
    assert mail is not None
    assert (delivery.mail_id, delivery.recipient) == (mail_id, mail.origin.mail_from)
    letter = next(one for one in letters_of(store, mail_id) if "làm rõ" in str(one["Subject"]))
    assert letter["In-Reply-To"] == f"<{mail.message_id}>"
    assert letter["Auto-Submitted"] is None
    assert "Văn bản ban hành ngày nào?\nAi ký?" in text_of(letter)
    verbs = [row["verb"] for row in busy("journal", "list", "--mail", mail_id, "--json").lines]
    assert verbs[-1] == "delivery.added"


@pytest.mark.parametrize(
    ("kind", "question", "says"),
    [
        pytest.param("file", "MẬT", "state secrecy", id="a mark in the question"),
        pytest.param("file", "  ", "empty", id="no question"),
        pytest.param("axis", "Vì sao?", "no sender", id="a packet has no sender to write to"),
    ],
)
def test_what_cannot_be_asked(reading: Command, kind: str, question: str, says: str) -> None:
    mail_id = id_of(reading, "held" if kind == "file" else "accepted", kind)
    assert says in reading("letters", "ask", mail_id, "--question", question, code=1).err


def test_a_refusal_from_the_list_tells_the_sender_its_sentence(busy: Command, store: Store) -> None:
    from bridge.letters.facts import refusal_of

    mail_id = id_of(busy, "held")
    busy("mails", "reject", mail_id, "--because", "misdirected", "--reason", "gửi Sở Tài chính")
    remarks = refusal_of(store.mails.decisions(mail_id))
    assert [remark.says for remark in remarks] == ["Văn bản gửi sai nơi nhận.", "gửi Sở Tài chính"]
    assert "Kiểm tra lại nơi nhận" in remarks[0].mend
