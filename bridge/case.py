"""The case that a reply goes on with, and when its document takes the place of one that waits for a correction.

Promise: pure; a case is known by a letter of ours that is answered, never by a subject.  Who writes for somebody else
supersedes nothing: it must be the same correspondent, and whoever spoke for him then speaks for him now.
"""

from dataclasses import replace

from bridge.check_door import checked, only_checks
from bridge.filing import answers
from bridge.found import Documents
from bridge.job import Case, Job, Outcome
from bridge.ours import named
from bridge.sending import Sender, find
from bridge.telling import Told
from store.mail import MailState
from validation.message import Message

_GOES_ON = (MailState.ACCEPTED, MailState.RELEASED)


def corrects(job: Job, kind: str, sender: Sender) -> Case | None:
    """The case whose waiting document this mail's may take the place of; None = there is none."""
    case = job.case
    if kind != "reply" or case is None or not case.waits or not _same(job, case, sender):
        return None
    before, now = set(case.vouched.split()), set(sender.authentication.vouched.split())
    return case if before and before <= now else None


def without_corrected(job: Job, kind: str, sender: Sender) -> Job:
    """The job to which a document that is corrected is no duplicate of its correction."""
    case = corrects(job, kind, sender)
    if case is None or not job.known_documents:
        return job
    others = {key: mail for key, mail in job.known_documents.items() if mail != case.mail_id}
    return replace(job, known_documents=others)


def ended(outcome: Outcome, job: Job, message: Message, sender: Sender, documents: Documents, told: Told) -> Outcome:
    """The outcome with what it goes on with, and whether it takes the place of what waits there."""
    if only_checks(job.mail.origin, job.snapshot):
        return checked(outcome)
    goes_on = replace(
        outcome,
        continues=job.case.mail_id if job.case else "",
        vouched=sender.authentication.vouched,
        addressed=named(message, job.snapshot),
        speaks_of=answers(message) if outcome.classification == "reply" else (),
    )
    case = corrects(job, outcome.classification, sender)
    if case is None or not documents.found:
        return goes_on
    same = any(document.key and document.key in case.keys for document in documents.found)
    if outcome.state not in _GOES_ON and not same:
        return goes_on
    told.step("case", "a corrected document from the same sender", case.mail_id, "takes its place")
    return replace(goes_on, supersedes=True, steps=told.steps)


def _same(job: Job, case: Case, sender: Sender) -> bool:
    """Is it the same correspondent, or, where nobody knows him, the same address?"""
    if case.mail_from.lower() == sender.reverse_path.lower() and case.mail_from:
        return True
    known = find(job.snapshot.correspondents, case.mail_from)
    return known is not None and sender.correspondent is not None and known.id == sender.correspondent.id
