"""What a person does with a mail: release, reject, complete, replay; and the judging that follows at once.

The person's word is recorded first, in one transaction with the journal; then the mail is judged here, under a lease
like any worker's, or by the running service if that was quicker.
"""

import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta

from bridge.decided import DOCUMENT
from bridge.fields.clerk import BadField, with_clerk
from bridge.fields.fields import Fields
from bridge.following import answered_with_a_receipt, thaw
from bridge.job import Outcome
from bridge.owner import owner
from bridge.refusal import refusal_of
from bridge.reject_reasons import BECAUSE, REJECT_REASONS
from bridge.sandbox.outcome import Answered, Crashed
from bridge.settings.sections import Office
from bridge.worker import Bench, Worker
from store.judgement import Claimed, Decision, DecisionVerb, Judged, NewDelivery
from store.mail import MailState, ReceivedMail
from store.store import Store

ALL = "all"  #: in the place of a field's name: every proposal
PATIENCE = timedelta(seconds=30)  #: how long to wait where the service has taken the mail
_LOOK = 0.1  # seconds between two looks at the mail


class WhichDocument(Exception):  # noqa: N818  the question is the name
    """It is not clear which document is meant; `known` are the ids of those that there are."""

    def __init__(self, known: tuple[str, ...]) -> None:
        super().__init__(", ".join(known))
        self.known = known


class NoEvidence(Exception):  # noqa: N818  says what there is not
    """Nothing of what the mail was judged by was kept."""


@dataclass(frozen=True, slots=True)
class Replayed:
    """What a mail would become now, or by the evidence that was kept, beside what it became."""

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


def completion(
    judged: Judged | None, document: str, entries: Mapping[str, str], confirmed: Sequence[str] = (), sure: float = 1.0
) -> dict[str, str]:
    """The detail of a decision that completes `document` (a beginning of its id; "" = the only one).

    `confirmed` are fields whose value stands as it was proposed; `all` = every one found with less than `sure`.

    Raises:
        WhichDocument: the mail has no such document, or several.
        BadField: an unknown key or a malformed value.
    """
    with_clerk(Fields(), entries)
    known = tuple(one.id for one in judged.documents) if judged else ()
    meant = [id_ for id_ in known if id_.startswith(document.lower())]
    if len(meant) != 1:
        raise WhichDocument(known)
    found = next((one.fields for one in judged.documents if one.id == meant[0]), {}) if judged else {}
    proposed = {key: field.value for key, field in found.items() if field.confidence < sure or key in confirmed}
    if strange := [key for key in confirmed if key != ALL and key not in proposed]:
        raise BadField(strange[0], "Chưa có giá trị đề xuất để xác nhận; hãy nhập giá trị.")
    taken = proposed if ALL in confirmed else {key: proposed[key] for key in confirmed}
    with_clerk(Fields(), taken)
    return {DOCUMENT: meant[0], **taken, **entries}


def rejection_notices(judged: Judged | None) -> tuple[str, ...]:
    """The notice that a rejection gives: to a sender whom the last judgement said may be answered."""
    return ("rejected",) if answered_with_a_receipt(judged) else ()


def reject(
    store: Store, mail_id: str, actor: str, reason: str, *, office: Office, receipts: bool, because: str = ""
) -> ReceivedMail:
    """Refuses the mail for good; the sender is told where he may be, and of a packet the axis that it came from.

    `because` is a word of `bridge.reject_reasons`; "" = the clerk's own words are all.  Refused is also what a packet
    asks: then the letters that waited for this word go on.

    Raises:
        KeyError: there is no such mail.
        IllegalMoveError: it is not held.
    """
    judged, now = store.mails.judgements.current(mail_id), datetime.now(UTC)
    before = store.mails.get(mail_id)
    if before is None:
        raise KeyError(mail_id)
    notices = rejection_notices(judged) if receipts else ()
    listed = REJECT_REASONS.get(because)
    told = refusal_of(before, judged, office, f"{listed.says} {reason}".strip() if listed else reason, now)
    store.mails.decide(
        mail_id,
        Decision(DecisionVerb.REJECT, actor, reason, {BECAUSE: because} if because else {}),
        now,
        notices,
        envelopes=(told,) if told else (),
        new=(NewDelivery(told.id, "envelope", told.id, told.summary["axis"], now),) if told else (),
    )
    thaw(store, mail_id, now, actor, reason)
    return replace(before, state=MailState.REJECTED)


def replayed(bench: Bench, mail: ReceivedMail, at: datetime | None = None) -> Replayed:
    """What the mail would become with the bench's policy and the evidence of now.  Records nothing.

    With `at` it is judged as of that moment, by the evidence that was kept with its judgement and nothing else.

    Raises:
        NoEvidence: it is to be judged by what was kept, and nothing was.
    """
    store = bench.store
    before = store.mails.judgements.current(mail.id)
    number = before.number if before else 0
    known = None
    if at is not None:
        kept = store.mails.judgements.evidence_of(mail.id, number)
        if kept is None:
            raise NoEvidence
        known = replace(kept.evidence, moment=at)
    claimed = Claimed(replace(mail, state=MailState.RECEIVED), 0, 0, number, store.mails.decisions(mail.id))
    answer = Worker(bench, owner("replay")).ask(claimed, evidence=known).answer
    if isinstance(answer, Answered):
        answer.files.close()
        return Replayed(before, answer.value)
    return Replayed(before, answer)
