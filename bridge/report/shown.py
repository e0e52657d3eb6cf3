"""The report as JSON shows it: the contract's words for a file and its signatures, with every check and its input."""

from bridge.report.card import Card
from bridge.report.checks import checks_of
from bridge.report.evidence_list import relied_on
from bridge.report.subject import Placed, Subject
from bridge.shown import Shown, file_shown, finding_shown, signature_shown


def report_shown(subject: Subject, card: Card) -> Shown:
    """One document."""
    mail = subject.mail
    return {
        "id": subject.id,
        "verdict": subject.verdict,
        "sender_class": subject.sender_class,
        "card": {
            "colour": card.colour,
            "word": card.word,
            "says": [card.found, card.act],
            "consequence": card.consequence,
        },
        "judged_at": subject.evidence.moment,
        "arrived_at": subject.evidence.arrived,
        "mail": mail and {"id": mail.id, "received_at": mail.received_at, "message_id": mail.message_id},
        "fields": {key: field.value for key, field in subject.fields.items()},
        "file": file_shown(subject.main),
        "attachments": [file_shown(file) for file in subject.files[1:]],
        "signatures": [_signature(one, subject) for one in subject.signatures],
        "mail_signatures": [_signature(one, subject) for one in subject.of_mail],
        "findings": [finding_shown(finding) for finding in subject.findings],
        "evidence": list(relied_on(subject)),
    }


def _signature(one: Placed, subject: Subject) -> Shown:
    sha256 = next((file.sha256 for file in subject.files if file.path == one.path), "")
    checks = checks_of(one, subject.evidence, sha256, lambda at: at.isoformat(timespec="seconds") if at else "-")
    return {"path": one.path, **signature_shown(one.signature), "checks": checks}
