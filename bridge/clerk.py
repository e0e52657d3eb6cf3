"""What a person does with a mail: release, reject, complete, replay; and the judging that follows at once.

The person's word is recorded first, in one transaction with the journal; then the mail is judged here, under a lease
like any worker's, or by the running service if that was quicker.
"""

import time
from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta

from bridge.decided import DOCUMENT
from bridge.fields.clerk import with_clerk
from bridge.fields.fields import Fields
from bridge.job import Outcome
from bridge.owner import owner
from bridge.sandbox.outcome import Answered, Crashed
from bridge.worker import Bench, Worker
from store.judgement import Claimed, Decision, DecisionVerb, Judged
from store.mail import MailState, ReceivedMail
from store.store import Store

PATIENCE = timedelta(seconds=30)  #: how long to wait where the service has taken the mail
_LOOK = 0.1  # seconds between two looks at the mail


class WhichDocument(Exception):  # noqa: N818  the question is the name
    """It is not clear which document is meant; `known` are the ids of those that there are."""

    def __init__(self, known: tuple[str, ...]) -> None:
        super().__init__(", ".join(known))
        self.known = known


@dataclass(frozen=True, slots=True)
class Replayed:
    """What a mail would become now, beside what it became."""

    before: Judged | None
    after: Outcome | Crashed


@dataclass(frozen=True, slots=True)
class JudgedNow:
    """A mail that somebody has judged since."""

    mail: ReceivedMail  #: still `received` when that took too long
    here: bool  #: by us, with our policy; else the service was quicker


def judge_now(bench: Bench, mail_id: str, patience: timedelta = PATIENCE) -> JudgedNow:
    """The mail after it was judged, here or by whoever was quicker."""
    name = owner("cli")
    deadline = time.monotonic() + patience.total_seconds()
    worker = Worker(bench, name)
    while True:
        claimed = bench.store.mails.claim_one(mail_id, name, bench.settings.worker.lease, datetime.now(UTC))
        here = claimed is not None and worker.judge(claimed) is not None
        mail = bench.store.mails.get(mail_id)
        if mail is None:
            raise KeyError(mail_id)
        if mail.state is not MailState.RECEIVED or time.monotonic() > deadline:
            return JudgedNow(mail, here)
        time.sleep(_LOOK)


def completion(judged: Judged | None, document: str, entries: Mapping[str, str]) -> dict[str, str]:
    """The detail of a decision that completes `document` (a beginning of its id; "" = the only one).

    Raises:
        WhichDocument: the mail has no such document, or several.
        BadField: an unknown key or a malformed value.
    """
    with_clerk(Fields(), entries)
    known = tuple(one.id for one in judged.documents) if judged else ()
    meant = [id_ for id_ in known if id_.startswith(document.lower())]
    if len(meant) != 1:
        raise WhichDocument(known)
    return {DOCUMENT: meant[0], **entries}


def rejection_notices(judged: Judged | None) -> tuple[str, ...]:
    """The notice that a rejection gives: to a sender whom the last judgement said may be answered."""
    if judged is None:
        return ()
    answers = [step for step in judged.explanation if step.get("stage") == "answer"]
    return ("rejected",) if answers and answers[-1].get("decided") == "a receipt" else ()


def reject(store: Store, mail_id: str, actor: str, reason: str, *, receipts: bool) -> ReceivedMail:
    """Refuses the mail for good; the sender is told where he may be.

    Raises:
        KeyError: there is no such mail.
        IllegalMoveError: it is not held.
    """
    notices = rejection_notices(store.mails.judgements.current(mail_id)) if receipts else ()
    store.mails.decide(mail_id, Decision(DecisionVerb.REJECT, actor, reason), datetime.now(UTC), notices)
    mail = store.mails.get(mail_id)
    if mail is None:
        raise KeyError(mail_id)
    return mail


def replayed(bench: Bench, mail: ReceivedMail) -> Replayed:
    """What the mail would become with the bench's policy and the evidence of now.  Records nothing."""
    store = bench.store
    before = store.mails.judgements.current(mail.id)
    number = before.number if before else 0
    claimed = Claimed(replace(mail, state=MailState.RECEIVED), 0, 0, number, store.mails.decisions(mail.id))
    answer = Worker(bench, owner("replay")).ask(claimed)
    if isinstance(answer, Answered):
        answer.files.close()
        return Replayed(before, answer.value)
    return Replayed(before, answer)
