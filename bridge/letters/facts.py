"""What a receipt may tell of a mail, gathered from what was judged and decided of it, and what receivers said since."""

from bridge.catalogue import mend, says
from bridge.edxml.status import StatusCode
from bridge.job import STATUS
from bridge.letters.receipt import Event, ReceiptFacts, ReceiptFile, Remark
from bridge.letters.texts import shown_time
from bridge.reject_reasons import BECAUSE, REJECT_REASONS
from bridge.sentences import signature_says
from store.judgement import Decision, DecisionVerb, DocumentRecord, Judged
from store.mail import MailState, ReceivedMail, SmtpOrigin
from store.notices import Notice
from store.store import Store
from validation.finding import Finding, Severity
from validation.inspected import Inspected


def facts_of(
    mail: ReceivedMail, judged: Judged, group: tuple[Notice, ...], decisions: tuple[Decision, ...] = ()
) -> ReceiptFacts:
    """Everything that the receipt may tell; `decisions` are those of persons about the mail."""
    by_a_person = refusal_of(decisions) if mail.state is MailState.REJECTED else ()
    return ReceiptFacts(
        mail_id=mail.id,
        received_at=mail.received_at,
        recipient=mail.origin.mail_from,
        message_id=mail.message_id,
        events=tuple(Event(notice.event, notice.at) for notice in group),
        files=tuple(_file(file, judged.findings) for top in judged.attachments for file in top.walk()),
        documents=tuple(filter(None, map(named, judged.documents))),
        # Of a sealed mail the sender learns that it came, and not what is thought of it.
        remarks=() if judged.sealed else (*by_a_person, *_remarks(judged.findings)),
        envid="" if judged.sealed or not isinstance(mail.origin, SmtpOrigin) else mail.origin.envid,
    )


def statuses_of(store: Store, group: tuple[Notice, ...], time_zone: str) -> tuple[str, ...]:
    """What the receivers said whose statuses the group tells: who, what, when, and in which words."""
    told = {notice.event for notice in group if notice.event.startswith(STATUS)}
    lines = []
    for envelope in store.envelopes.list(group[0].mail_id) if told else ():
        for row in store.statuses.of(envelope.id):
            if f"{STATUS}{row.code} {row.organ_id}" in told:
                organ = next(iter(store.registry.organs.having((row.organ_id,))), None)
                who = f"{organ.name} ({row.organ_id})" if organ else row.organ_id
                when = shown_time(row.said_at or row.at, time_zone)
                lines.append(f"{who}: {StatusCode(row.code).says}, {when}" + (f". {row.says}" if row.says else ""))
    return tuple(dict.fromkeys(lines))


def refusal_of(decisions: tuple[Decision, ...]) -> tuple[Remark, ...]:
    """Why a clerk refused the mail: the reason from the list, and his own words; empty = none did, or said nothing."""
    rejections = [decision for decision in decisions if decision.verb is DecisionVerb.REJECT]
    if not rejections:
        return ()
    last = rejections[-1]
    listed = REJECT_REASONS.get(last.detail.get(BECAUSE, ""))
    remarks = (Remark(listed.says, listed.mend),) if listed else ()
    return (*remarks, *((Remark(last.reason),) if last.reason else ()))


def _file(file: Inspected, findings: tuple[Finding, ...]) -> ReceiptFile:
    about = (finding for finding in findings if finding.about == file.path and finding.severity > Severity.NOTE)
    told = tuple(dict.fromkeys(map(says, about)))
    signature = " ".join(map(signature_says, file.signatures))
    return ReceiptFile(file.path[-1], file.size, file.sha256, file.format.pages, told, signature)


def _remarks(findings: tuple[Finding, ...]) -> tuple[Remark, ...]:
    """What weighs, each sentence once.  Faults alone where there are some: first things first."""
    heaviest = max((finding.severity for finding in findings), default=Severity.NOTE)
    least = Severity.FAULT if heaviest is Severity.FAULT else Severity.UNKNOWN
    weighing = sorted((f for f in findings if f.severity >= least), key=lambda finding: -finding.severity)
    return tuple(dict.fromkeys(Remark(says(finding), mend(finding)) for finding in weighing))


def named(document: DocumentRecord) -> str:
    """35/QĐ-UBND ngày 20/11/2026, as far as it is known."""
    known = {key: field.value for key, field in document.fields.items()}
    number, notation = known.get("CodeNumber", ""), known.get("CodeNotation", "")
    if not (number and notation):
        return ""
    day = known.get("IssuedDate", "")
    return f"{number}/{notation}" + (f" ngày {day[8:10]}/{day[5:7]}/{day[:4]}" if day else "")
