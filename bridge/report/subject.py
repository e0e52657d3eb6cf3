"""What a report speaks of: one document as it was judged, with the files and the signatures that are its own.

A signature of the mail is evidence of who sent it and not the document's (Decree 30/2020 speaks of the document alone):
it is told apart.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

from bridge.checked import Checked, CheckRequest
from bridge.judging import judge
from bridge.papers import is_text, leaves
from bridge.signed_by import placed_on
from store.evidence import Kept
from store.judgement import DocumentRecord, FieldRecord, Judged
from store.mail import ReceivedMail
from validation.evidence import Evidence
from validation.finding import Finding
from validation.inspected import Inspected
from validation.signature import Carrier, Signature
from validation.verdict import word

_Path = tuple[str, ...]
_OF_DOCUMENT = ("CodeNumber", "CodeNotation", "IssuedDate", "OrganName", "TypeName", "Subject")


@dataclass(frozen=True, slots=True)
class Placed:
    """A signature, and the file that carries it."""

    path: _Path
    signature: Signature


@dataclass(frozen=True, slots=True)
class Subject:
    """One document and what was found of it."""

    main: Inspected
    files: tuple[Inspected, ...]  #: all that go with it, itself first
    signatures: tuple[Placed, ...]  #: its own, in the order of signing
    of_mail: tuple[Placed, ...]  #: of the mail that brought it
    findings: tuple[Finding, ...]  #: worst first
    verdict: str  #: accepted, postponed, held or rejected
    sender_class: str  #: agency, business or individual
    evidence: Evidence  #: by which it was judged
    mail: ReceivedMail | None = None  #: that brought it; None = a file was handed to `check`
    id: str = ""  #: of the document on record; "" = it is not on record
    fields: Mapping[str, FieldRecord] = field(default_factory=dict)

    @property
    def name(self) -> str:
        """The name of its main file."""
        return self.main.path[-1]


def of_check(checked: Checked, request: CheckRequest) -> tuple[Subject, ...]:
    """The documents of a file that was checked: itself, or those in it if it is a mail or an archive."""
    whole = checked.file
    is_mail = bool(checked.mails) and checked.mails[0].path == whole.path
    inner = leaves(whole.attachments if is_mail else (whole,))
    mains = [leaf for leaf in inner if is_text(leaf)] or [whole]
    texts = {main.path for main in mains}
    others = tuple(leaf for leaf in inner if leaf.path not in texts)
    of_mail = tuple(Placed(whole.path, one) for one in whole.signatures) if is_mail and mains != [whole] else ()
    made = []
    for main in mains:
        findings = _about(checked.findings, (main, *others), whole.path)
        verdict = checked.verdict if len(mains) == 1 else word(judge(findings, request.sender_class, request.policy))
        made.append(
            Subject(
                main,
                (main, *others),
                _placed(main, others),
                of_mail,
                findings,
                verdict,
                request.sender_class,
                request.evidence,
            )
        )
    return tuple(made)


def of_mail(mail: ReceivedMail, judged: Judged, kept: Kept) -> tuple[Subject, ...]:
    """The documents of a mail as they are on record."""
    by_path = {file.path: file for top in judged.attachments for file in top.walk()}
    placed = tuple(Placed(("mail.eml",), one) for one in kept.signatures)
    sender_class = next((str(step["decided"]) for step in judged.explanation if step.get("rule") == "sender"), "")
    return tuple(
        _on_record(document, by_path, judged, placed, sender_class or "agency", kept.evidence, mail)
        for document in judged.documents
        if document.main in by_path
    )


def _on_record(
    document: DocumentRecord,
    by_path: Mapping[_Path, Inspected],
    judged: Judged,
    of_mail: tuple[Placed, ...],
    sender_class: str,
    evidence: Evidence,
    mail: ReceivedMail,
) -> Subject:
    main = by_path[document.main]
    annexes = tuple(by_path[path] for path in document.annexes if path in by_path)
    return Subject(
        main,
        (main, *annexes),
        _placed(main, annexes),
        of_mail,
        _about(judged.findings, (main, *annexes), main.path[:1]),
        document.verdict or judged.state.value,
        sender_class,
        evidence,
        mail,
        document.id,
        {key: document.fields[key] for key in _OF_DOCUMENT if key in document.fields},
    )


def _placed(main: Inspected, others: Iterable[Inspected]) -> tuple[Placed, ...]:
    """Its signatures, and the time stamps over it."""
    stamps = tuple(Placed(main.path, one) for one in main.signatures if one.carrier is Carrier.TIMESTAMP)
    return (*(Placed(path, one) for path, one in placed_on(main, others)), *stamps)


def _about(findings: Iterable[Finding], files: Iterable[Inspected], whole: _Path) -> tuple[Finding, ...]:
    """Those of the files, of what is in them, and of the mail or archive as a whole; the worst first."""
    paths = [file.path for file in files]
    mine = [
        one for one in findings if one.about in ((), whole) or any(one.about[: len(path)] == path for path in paths)
    ]
    return tuple(sorted(mine, key=lambda one: -one.severity))
