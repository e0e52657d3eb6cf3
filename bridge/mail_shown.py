"""A mail, its documents and its explanation as the contract's JSON shows them."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import replace
from datetime import datetime
from typing import assert_never

from bridge.shown import Shown, files_shown, finding_shown
from bridge.signed_by import signatures_on, signed_by
from store.judgement import Decision, DecisionVerb, DocumentRecord, FieldRecord
from store.mail import AxisOrigin, FileOrigin, ImapOrigin, Origin, ReceivedMail, SmtpOrigin
from store.store import Store
from validation.inspected import Inspected


def row_shown(mail: ReceivedMail) -> Shown:
    """One row of `mails list`."""
    return {
        "id": mail.id,
        "received_at": mail.received_at,
        "state": mail.state,
        "classification": mail.classification,
        "kind": mail.origin.kind,
        "sha256": mail.sha256,
        "size": mail.size,
        "mail_from": mail.origin.mail_from,
        "rcpt_to": [path.address for path in mail.origin.rcpt_to],
        "message_id": mail.message_id,
    }


def mail_shown(store: Store, mail: ReceivedMail) -> Shown:
    """Everything of one mail, by the judgement in force."""
    judged = store.mails.judgements.current(mail.id)
    findings = judged.findings if judged else ()
    sealed = judged is not None and judged.sealed is not None
    envelopes: dict[str, list[str]] = {}
    for envelope in store.envelopes.list(mail.id):
        envelopes.setdefault(envelope.document_id, []).append(envelope.id)
    return {
        **{key: value for key, value in row_shown(mail).items() if key != "kind"},
        "origin": _nameless(mail.origin) if sealed else mail.origin,
        "sealed": sealed,
        "findings": [finding_shown(finding) for finding in findings],
        "attachments": files_shown(judged.attachments, findings) if judged else [],
        "documents": []
        if judged is None
        else [
            document_shown(document, envelopes.get(document.id, []), judged.attachments)
            for document in judged.documents
        ],
        "deliveries": [delivery.id for delivery in store.deliveries.list(mail_id=mail.id)],
        "receipts": list(store.notices.receipts(mail.id)),
        "arrivals": list(store.mails.arrivals(mail.id)),
        "decisions": [decision_shown(decision, sealed=sealed) for decision in store.mails.decisions(mail.id)],
        "judgements": judged.number if judged else 0,
        "continues": judged.continues if judged else "",
    }


def document_shown(document: DocumentRecord, envelopes: list[str], files: Iterable[Inspected]) -> Shown:
    """One document; `files` = all of its mail."""
    by_path = {file.path: file for top in files for file in top.walk()}
    main = by_path.get(document.main)
    annexes = [by_path[path] for path in document.annexes if path in by_path]
    return {
        "signed_by": signed_by(signatures_on(main, annexes)) if main else "",
        "id": document.id,
        "main": document.main,
        "annexes": document.annexes,
        "verdict": document.verdict,
        "fields": fields_shown(document.fields),
        "duplicates": document.duplicates,
        "arrival_number": None,  # given by the book of arrivals, which is not kept yet
        "envelopes": envelopes,
    }


def fields_shown(fields: Mapping[str, FieldRecord]) -> Shown:
    """Each field with where it was found and how sure that is."""
    return {
        key: {
            "value": field.value,
            "from": field.source,
            "confidence": field.confidence,
            **({"page": field.page, "box": field.box} if field.page else {}),
        }
        for key, field in fields.items()
    }


def decision_shown(decision: Decision, *, sealed: bool = False) -> Shown:
    """What a person decided; of a sealed mail without the fields that he gave."""
    return {
        "verb": decision.verb,
        "actor": decision.actor,
        "at": decision.at,
        "reason": decision.reason,
        "detail": {} if sealed and decision.verb is DecisionVerb.COMPLETE else decision.detail,
    }


def explained(store: Store, mail: ReceivedMail) -> Iterator[Shown]:
    """Every arrival, rule, input and decision of the mail in the order in which they happened.

    Of a sealed mail only what was judged since: what was said of it before may name what is in it.
    """
    judgements = store.mails.judgements.all(mail.id)
    sealed = bool(judgements and judgements[-1].sealed)
    told: list[tuple[datetime, int, Shown]] = []

    def tell(at: datetime, actor: str, judgement: int, step: Mapping[str, object]) -> None:
        told.append((at, len(told), {"at": at, "judgement": judgement, "actor": actor, **step}))

    for at in store.mails.arrivals(mail.id):
        given = f"{mail.size} octets, sha256 {mail.sha256}"
        tell(at, mail.origin.kind, 0, _step("arrive", "taken in", given, "on disk"))
    for decision in store.mails.decisions(mail.id):
        given = decision_shown(decision, sealed=sealed)["detail"]
        said = ", ".join(f"{key}={value}" for key, value in given.items())
        step = _step("person", str(decision.verb), said, decision.reason or "-")
        tell(decision.at or mail.received_at, decision.actor, 0, step)
    for judged in judgements:
        if sealed and not judged.sealed:
            continue
        for recorded in judged.explanation:
            tell(judged.at, judged.actor, judged.number, recorded)
        if not judged.explanation:
            codes = ", ".join(finding.code for finding in judged.findings)
            tell(judged.at, judged.actor, judged.number, _step("judge", "set aside", codes, judged.state))
    # Python sorts stably, but moments may be equal: what was told first stays first.
    for _, _, shown in sorted(told, key=lambda one: (one[0], one[1])):
        yield shown


def _nameless(origin: Origin) -> Origin:
    """The origin without the name of a file in it."""
    match origin:
        case FileOrigin():
            return replace(origin, name="")
        case AxisOrigin():
            return replace(origin, packet="")
        case SmtpOrigin() | ImapOrigin():
            return origin
        case _:
            assert_never(origin)


def _step(stage: str, rule: str, given: str, decided: str) -> Shown:
    return {"stage": stage, "rule": rule, "given": given, "decided": decided}
