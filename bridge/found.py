"""The documents found in a mail, and what is observed of them: missing, unsigned, incomplete, known already.

An absent document and an absent signature are observations of their own: without them "nothing found" would read as
"nothing wrong".
"""

import uuid
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from bridge.fields.clerk import with_clerk
from bridge.fields.fields import Fields
from bridge.fields.fold import fold
from bridge.fields.identify import identify
from bridge.form import form_observations
from bridge.job import DocumentMade, Job, Wanted
from bridge.judging import judge
from bridge.papers import Paper, is_picture, papers, signs_others
from bridge.policy import Policy
from validation.codes import Code
from validation.finding import Finding, Observation
from validation.inspected import Inspected
from validation.message import Message
from validation.verdict import word


@dataclass(frozen=True, slots=True)
class Found:
    """One Document before it is judged."""

    id: str
    paper: Paper
    fields: Fields
    duplicates: tuple[str, ...]

    @property
    def key(self) -> str:
        """What makes it the same document in another mail; "" = not enough is known (Decree 30/2020 Annex VI.III.1)."""
        return key_of(self.fields)


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
                Observation(Code.DOCUMENT_DUPLICATE, main.path, {"other": mail}) for mail in document.duplicates
            )
            observed += _incomplete(document, mandatory, policy.confidence)
            for code_page in document.fields.code_pages:
                told = {"charset": code_page, "where": "page", "document": document.id}
                observed.append(Observation(Code.TEXT_CHARSET_GUESSED, main.path, told))
        return tuple(observed)

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
            )
            for document in self.found
        )


def key_of(fields: Fields) -> str:
    """Issuer, number, notation and year, folded; "" unless all are known."""
    issuer, number, notation = (fields.value(key) for key in ("OrganName", "CodeNumber", "CodeNotation"))
    year = fields.value("IssuedDate")[:4]
    if not (issuer and number and notation and year):
        return ""
    return "|".join((fold(issuer), number.lstrip("0"), fold(notation), year))


def documents_of(
    job: Job,
    message: Message,
    files: tuple[Inspected, ...],
    contents: Mapping[tuple[str, ...], bytes],
    clerk: Mapping[str, Mapping[str, str]],
) -> Documents | Wanted:
    """The documents among `files`, or the question whether other mails have them already."""

    def read(file: Inspected) -> Fields:
        return identify(
            contents[file.path], file.format.media_type, file.signatures, subject=message.subject, body=message.text
        )

    found = []
    for paper in papers(files, read):
        # The same paper keeps its id however often the mail is judged: clerks name it, and envelopes derive from it.
        id_ = str(uuid.uuid5(uuid.UUID(job.mail.id), "/".join(paper.main.path)))
        given = {**clerk.get("", {}), **clerk.get(id_, {})}
        fields = with_clerk(paper.fields, given)
        known = (job.known_documents or {}).get(key_of(fields), "")
        found.append(Found(id_, paper, fields, (known,) if known else ()))
    keys = tuple(document.key for document in found if document.key)
    if keys and job.known_documents is None and not job.last_round:
        return Wanted(documents=keys)
    return Documents(tuple(found), files)


def _incomplete(document: Found, mandatory: Iterable[str], threshold: float) -> Iterable[Observation]:
    for key in mandatory:
        field = document.fields.get(key)
        if field is None:
            yield Observation(Code.FIELD_MISSING, document.paper.main.path, {"field": key, "document": document.id})
        elif field.confidence < threshold:
            yield Observation(Code.FIELD_UNSURE, document.paper.main.path, {"field": key, "document": document.id})


def _of(document: Found, findings: tuple[Finding, ...]) -> tuple[Finding, ...]:
    paths = {file.path for file in document.paper.files}
    return tuple(
        finding for finding in findings if not finding.about or finding.about in paths or len(finding.about) == 1
    )
