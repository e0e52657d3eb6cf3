"""Whole mails, made for this project, and what must be read from each: `nnn-what.eml` beside `nnn-what.json`."""

import hashlib
import json
from pathlib import Path

import pytest

from validation.classify import classify
from validation.message import Message, read

FOLDER = Path(__file__).parent / "golden"


def as_read(message: Message) -> dict[str, object]:
    """Everything that later rules take from a mail."""
    return {
        "from": [[mailbox.name, mailbox.address] for mailbox in message.mailboxes("From")],
        "to": [[mailbox.name, mailbox.address] for mailbox in message.mailboxes("To")],
        "cc": [[mailbox.name, mailbox.address] for mailbox in message.mailboxes("Cc")],
        "subject": message.subject,
        "message_id": message.message_id,
        "date": message.date.isoformat() if message.date else None,
        "text": message.text.replace("\r\n", "\n").replace("\r", "\n"),
        "classification": classify(message, ""),
        "attachments": [
            {
                "path": list(attachment.path),
                "declared": attachment.declared,
                "size": len(attachment.content),
                "sha256": hashlib.sha256(attachment.content).hexdigest(),
            }
            for attachment in message.attachments
        ],
        "observations": [[str(seen.code), dict(seen.evidence)] for seen in message.observations],
    }


@pytest.mark.parametrize("mail", sorted(FOLDER.glob("*.eml")), ids=lambda path: path.stem)
def test_a_mail_is_read_as_its_golden_file_says(mail: Path) -> None:
    """One file, one expectation."""
    expected = json.loads(mail.with_suffix(".json").read_text("utf-8"))
    assert as_read(read(mail.read_bytes(), mail.name)) == expected


def test_every_golden_mail_has_its_expectation() -> None:
    """A mail without a JSON beside it, or the other way round, is a forgotten file."""
    assert {path.stem for path in FOLDER.glob("*.eml")} == {path.stem for path in FOLDER.glob("*.json")}
