"""The documents found in a mail, and what is observed of them: missing, unsigned, incomplete, known already.

An absent document and an absent signature are observations of their own: without them "nothing found" would read as
"nothing wrong".
"""

import uuid
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace

from bridge.authority import Spoken, authority_of, names_asked
from bridge.edxml.lengths import too_long
from bridge.fields import text
from bridge.fields.clerk import with_clerk
from bridge.fields.fields import Fields, Key
from bridge.fields.identify import Identified, identified, with_subject
from bridge.fields.sidecar import beside, same_document, sidecar
from bridge.form import form_observations
from bridge.job import DocumentMade, Job, Wanted
from bridge.judging import judge
from bridge.lists import list_observations
from bridge.marks import Marks, Seen, marks_of
from bridge.papers import Paper, is_picture, papers, signs_others
from bridge.parties import unasked
from bridge.policy import Policy
from bridge.sending import Sender
from bridge.signed_by import placed_on
from validation.codes import Code
from validation.finding import Finding, Observation
from validation.inspected import Inspected
from validation.message import Message
from validation.signature import Authority, Signature, Trust
from validation.verdict import word


@dataclass(frozen=True, slots=True)
class Found:
    """One Document before it is judged."""

    id: str
    paper: Paper
    fields: Fields
    marks: Marks
    seen: tuple[Seen, ...] = ()  #: other mails that have the same
    pictured: bool = False  #: no word of it could be read
    spoken: tuple[Spoken, ...] = ()  #: of each of `signatures`, in their order

    @property
    def placed(self) -> tuple[tuple[tuple[str, ...], Signature], ...]:
        """Its signatures, each with the file that it is in."""
        return placed_on(self.paper.main, self.paper.annexes)

    @property
    def signatures(self) -> tuple[Signature, ...]:
        """In its main file, and detached."""
        return tuple(signature for _, signature in self.placed)

    @property
    def key(self) -> str:
        """What makes it the same document in another mail; "" = not enough is known (Decree 30/2020 Annex VI.III.1)."""
        return self.marks.number

    @property
    def duplicates(self) -> tuple[str, ...]:
        """Ids of the other mails."""
        return tuple(seen.mail for seen in self.seen)


@dataclass(frozen=True, slots=True)
class Documents:
    """All documents of one mail, and the files that belong to none."""

    found: tuple[Found, ...]
    files: tuple[Inspected, ...]

    def observations(self, sender_class: str, policy: Policy, wanted: Iterable[str]) -> tuple[Observation, ...]:
        """What is observed of the documents; `wanted` are the fields that an axis asks for besides policy's."""
        mandatory = tuple(dict.fromkeys((*policy.mandatory.get(sender_class, ()), *wanted)))
        observed = [seen for file in self.files for seen in form_observations(file, policy)]
        if not self.found:
            pictures = bool(self.files) and all(is_picture(file) for file in self.files)
            observed.append(Observation(Code.DOCUMENT_PHOTOS if pictures else Code.DOCUMENT_MISSING))
        for document in self.found:
            main = document.paper.main
            if not (main.signatures or signs_others(document.paper.annexes)):
                observed.append(Observation(Code.SIGNATURE_MISSING, main.path))
            observed += (
                Observation(Code.SIGNATURE_AUTHORITY, main.path, {"field": signature.where, "names": spoken.names})
                for signature, spoken in zip(document.signatures, document.spoken, strict=True)
                if spoken.answer is Authority.DISAGREES
            )
            observed += list_observations(document.placed, sender_class, policy)
            observed += (Observation(seen.code, main.path, {"other": seen.mail}) for seen in document.seen)
            if document.pictured:
                observed.append(Observation(Code.DOCUMENT_SCANNED, main.path))
            observed += _incomplete(document, mandatory, policy.confidence)
            observed += _long(document)
            for code_page in document.fields.code_pages:
                told = {"charset": code_page, "where": "page", "document": document.id}
                observed.append(Observation(Code.TEXT_CHARSET_GUESSED, main.path, told))
        return tuple(observed)

    def answered(self, files: tuple[Inspected, ...]) -> tuple[Inspected, ...]:
        """`files`, each signature with the answer about its signer's authority."""
        answers = {
            (path, signature.where): spoken.answer
            for document in self.found
            for (path, signature), spoken in zip(document.placed, document.spoken, strict=True)
        }
        return tuple(_answered(file, answers) for file in files)

    def made(self, findings: tuple[Finding, ...], sender_class: str, policy: Policy) -> tuple[DocumentMade, ...]:
        """The documents as they are recorded, each with the verdict of what was found of it and of the whole mail."""
        return tuple(
            DocumentMade(
                document.id,
                document.paper.main.path,
                tuple(annex.path for annex in document.paper.annexes),
                word(judge(_of(document, findings), sender_class, policy)),
                dict(document.fields),
                document.key,
                document.duplicates,
                document.marks.others,
            )
            for document in self.found
        )


def documents_of(
    job: Job,
    message: Message,
    sender: Sender,
    files: tuple[Inspected, ...],
    contents: Mapping[tuple[str, ...], bytes],
    clerk: Mapping[str, Mapping[str, str]],
) -> Documents | Wanted:
    """The documents among `files`, or the question whether other mails have them already."""

    described = {
        file.path: told
        for file in files
        if (told := sidecar(contents.get(file.path, b""), file.format.media_type)) is not None
    }
    files = tuple(file for file in files if file.path not in described)
    read: dict[tuple[str, ...], Identified] = {}

    def identify(file: Inspected) -> Fields:
        read[file.path] = identified(contents[file.path], file.format.media_type, file.signatures)
        return read[file.path].fields

    found = []
    among = papers(files, identify)
    for paper in among:
        # The same paper keeps its id however often the mail is judged: clerks name it, and envelopes derive from it.
        id_ = str(uuid.uuid5(uuid.UUID(job.mail.id), "/".join(paper.main.path)))
        given = {**clerk.get("", {}), **clerk.get(id_, {})}
        fields = with_clerk(_around(paper, among, described.values(), message), given)
        main = read[paper.main.path]
        marks = marks_of(fields, main.digest, paper.main.sha256)
        document = Found(id_, paper, fields, marks, marks.seen(job.known_documents or {}), main.pictured)
        found.append(replace(document, spoken=_spoken(job, document, sender)))
    if wanted := _strangers(job, found):
        return wanted
    keys = tuple(mark for document in found for mark in document.marks.all)
    if keys and job.known_documents is None and not job.last_round:
        return Wanted(documents=keys)
    return Documents(tuple(found), files)


def _around(paper: Paper, among: tuple[Paper, ...], described: Iterable[Fields], message: Message) -> Fields:
    """A paper's fields with what stands beside it in the mail; what could be said of another paper is not taken."""
    fields, alone = paper.fields, len(among) == 1
    for told in described:
        if alone or same_document(fields, told):
            fields = beside(fields, told)
    if alone:
        fields = Fields({**text.proposed(message.subject, message.text), **{Key(key): fields[key] for key in fields}})
    return with_subject(fields, message.subject)


def _answered(file: Inspected, answers: Mapping[tuple[tuple[str, ...], str], Authority]) -> Inspected:
    signatures = tuple(
        replace(one, authority=answers.get((file.path, one.where), one.authority)) for one in file.signatures
    )
    inner = tuple(_answered(child, answers) for child in file.attachments)
    return replace(file, signatures=signatures, attachments=inner)


def _spoken(job: Job, document: Found, sender: Sender) -> tuple[Spoken, ...]:
    """What is said of each signer; an issuer that was hardly read is none."""
    field, threshold = document.fields.get("OrganName"), job.snapshot.policy.confidence
    issuer = field.value if field and field.confidence >= threshold else ""
    return tuple(authority_of(one, issuer, sender, job.snapshot) for one in document.signatures)


def _strangers(job: Job, found: Iterable[Found]) -> Wanted | None:
    """The question who in the registers holds the certificates that nobody was found for yet.

    Asked only where what is known has not settled it: a document that agrees with its sender is read once.
    """
    names = (
        name
        for document in found
        for signature, spoken in zip(document.signatures, document.spoken, strict=True)
        if signature.sound and signature.trust is Trust.TRUSTED and spoken.answer is not Authority.AGREES
        for name in names_asked(signature.signer)
    )
    return unasked(job.snapshot, names)


def _incomplete(document: Found, mandatory: Iterable[str], threshold: float) -> Iterable[Observation]:
    for key in mandatory:
        field = document.fields.get(key)
        if field is None:
            yield Observation(Code.FIELD_MISSING, document.paper.main.path, {"field": key, "document": document.id})
        elif field.confidence < threshold:
            yield Observation(Code.FIELD_UNSURE, document.paper.main.path, {"field": key, "document": document.id})


def _long(document: Found) -> Iterable[Observation]:
    for one in too_long(document.fields):
        told = {"field": one.key, "length": str(one.length), "most": str(one.most), "document": document.id}
        code = Code.FIELD_TOO_LONG if one.refused else Code.FIELD_LONG
        yield Observation(code, document.paper.main.path, told)


def _of(document: Found, findings: tuple[Finding, ...]) -> tuple[Finding, ...]:
    paths = {file.path for file in document.paper.files}
    return tuple(
        finding for finding in findings if not finding.about or finding.about in paths or len(finding.about) == 1
    )
