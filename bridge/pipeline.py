"""The story of one mail, from top to bottom: read, inspect, look for secrets, judge, identify, route, wrap, answer.

Pure: the bytes, the evidence, the policy and the time come in as arguments; what must be recorded goes out as one
value.  Files that are made (envelopes, letters) go into `folder`, under names that the Outcome tells.  Where a piece
of evidence is missing the answer is Wanted, and the caller asks again when he has it.
"""

from pathlib import Path

from bridge.answering import answer
from bridge.case import ended, without_corrected
from bridge.check_door import only_checks
from bridge.decided import clerk_fields, released_by, superseded_by
from bridge.dossier import dossier_of
from bridge.filing import JUDGED, filed, kind_of
from bridge.found import documents_of
from bridge.job import Job, Outcome, Wanted
from bridge.judging import judge, weigh
from bridge.outgoing import handle_packet
from bridge.papers import leaves
from bridge.routing import route
from bridge.sealing import seal, uncleared
from bridge.secrecy import of_mail
from bridge.sending import sender_of
from bridge.telling import Told
from bridge.wrapping import wrap
from store.mail import AxisOrigin
from validation.message import read
from validation.verdict import Accepted


def handle(job: Job, raw: bytes, folder: Path) -> Outcome | Wanted:
    """What becomes of one mail, or what is wanted before that can be said."""
    origin, snapshot, policy = job.mail.origin, job.snapshot, job.snapshot.policy
    if isinstance(origin, AxisOrigin):
        return handle_packet(job, raw, folder)
    told = Told()

    # Read: every byte string is a mail.
    message = read(raw, "mail.eml", snapshot.caps)
    kind = kind_of(job, message)
    if isinstance(kind, Wanted):
        return kind
    told.step("read", "classification", f"{len(message.parts)} parts", kind)
    if kind not in JUDGED or superseded_by(job.decisions):
        return filed(job, told, message, kind)

    # Who sent it, and does the world say so too?  Asked before the files are opened, which is what takes long.
    sender = sender_of(job, message, raw)
    if isinstance(sender, Wanted):
        return sender
    told.sender(sender)

    # Inspect: the mail by its signatures, every file by its form and its signatures.
    dossier = dossier_of(job, message)
    observed = [*dossier.observations, *sender.observations]

    # Secrecy: what bears a mark goes no further, and nothing of it is told.
    suspicion = uncleared(job, told, max(of_mail(shown, dossier.contents) for shown in dossier.readings(message)))
    message = dossier.message
    if suspicion:
        return seal(told, kind, message, suspicion, answer(origin, message, sender, snapshot))
    if wanted := dossier.wanted(job):
        return wanted

    # Identify: which papers are these, what do they say of themselves, and do they correct others?
    job = without_corrected(job, kind, sender)
    given = clerk_fields(job.decisions)
    documents = documents_of(job, message, sender, leaves(dossier.files), dossier.contents, given)
    if isinstance(documents, Wanted):
        return documents
    told.documents(documents.found)
    files = documents.answered(dossier.files)

    # Route: to which organs, and which rule says so?
    routes = route(origin, message, snapshot, job.evidence.moment.date())
    sender = sender.seen_by(routes.sender_class)
    axes = routes.axes(snapshot)
    told.step("route", routes.rule, routes.given, ", ".join(routes.organ_ids) or "nowhere")
    observed += (*routes.observations, *sender.without_id(axes))

    # Judge: the worst decides, unless a person has decided.
    observed += documents.observations(sender.sender_class, policy, (key for axis in axes for key in axis.mandatory))
    findings = tuple(weigh(observation, sender.sender_class, policy) for observation in observed)
    verdict = judge(findings, sender.sender_class, policy, job.waited)
    release = released_by(job.decisions)
    state = told.judged(verdict, release is not None)

    # Wrap: one envelope for each paper, one `To` for each organ; what would reach nobody stays with the clerk.
    goes_on = not only_checks(origin, snapshot) and (release is not None or isinstance(verdict, Accepted))
    envelopes = wrap(job, documents, sender, routes, dossier.contents, folder) if goes_on else ()
    state = told.wrapped(envelopes, state, goes_on)

    # Answer: the sender learns what became of it, where an answer is safe.
    notice = told.answered(answer(origin, message, sender, snapshot), state)
    made = documents.made(findings, sender.sender_class, policy)
    told_of = (state, kind, message.message_id, verdict.findings, files, made, envelopes)
    outcome = Outcome(*told_of, notice=notice, steps=told.steps, signatures=dossier.signatures)
    return ended(outcome, job, message, sender, documents, told)
