"""Does the I/O around the pipeline: claim a mail, gather evidence, run, record everything in one transaction.

Every step may run twice without harm: the lease's fencing token decides who may record, and envelopes and letters have
ids that derive from what they hold.  A crash of the child is counted; a mail that brings its worker down again and
again is set aside as held, and never delays another.
"""

import uuid
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta

import structlog

from bridge.answered import answered_of
from bridge.case_known import within
from bridge.evidence.source import EvidenceSource
from bridge.following import earlier_of, freeze, note
from bridge.job import Case, Job, LetterSlot, Outcome, Snapshot, Wanted
from bridge.learning import case_of, learnt_of
from bridge.parties import of_addresses, of_rules, told_of
from bridge.recording import judgement_of
from bridge.sandbox.outcome import Answered, Crashed, Files
from bridge.sandbox.pool import Pool
from bridge.settings import Settings
from outbound import token
from store.delivery import Learnt
from store.errors import LeaseLostError
from store.judgement import Claimed
from store.mail import MailState, ReceivedMail
from store.store import Store
from validation.evidence import Evidence

_log = structlog.get_logger("docbridge.worker")
ROUNDS = 3  #: times that evidence is fetched for one judgement (design, "The life of a mail")
ACTOR = "worker"
_FEW_ORGANS = 500  # named by rules: handed to every mail; more are asked for by name
_AFTER_A_CRASH = timedelta(seconds=5)


@dataclass(frozen=True, slots=True)
class Asked:
    """What the pipeline said, and what was known of the world when it said so."""

    answer: Answered[Outcome] | Crashed
    evidence: Evidence
    case: Case | None = None  #: what the mail goes on with, as we found it


@dataclass(frozen=True, slots=True)
class Bench:
    """What every worker works with."""

    store: Store
    pool: Pool
    settings: Settings
    evidence: EvidenceSource
    snapshot: Callable[[], Snapshot]
    secret: bytes  #: makes the tokens of return paths and reply addresses
    arrived: Callable[[], None]  #: called when a mail came in by another way than the doors
    settled: Callable[[], None]  #: called when there may be new deliveries or notices


class Worker:
    """Judges mails one after the other.  Several may work side by side, in threads, processes or machines."""

    def __init__(self, bench: Bench, name: str) -> None:
        self._bench = bench
        self.name = name
        self._lease = bench.settings.worker.lease

    def once(self) -> bool:
        """Judges the oldest mail that is due.  False when there is none.

        Raises:
            Unavailable: database, disk or sandbox cannot; the mail's lease runs out and it is judged later.
        """
        # Before a mail is claimed: one that only waited for a reader when we were stopped has crashed nothing.
        self._bench.pool.wait_ready()
        claimed = self._bench.store.mails.claim(self.name, self._lease, datetime.now(UTC))
        if claimed is None:
            return False
        self.judge(claimed)
        return True

    def judge(self, claimed: Claimed) -> Outcome | None:
        """Judges one claimed mail and records what came of it.  None when it crashed or somebody else holds it now."""
        mail, store = claimed.mail, self._bench.store
        try:
            if claimed.crashes >= self._bench.settings.worker.crashes:
                self._set_aside(claimed, "worker")
                return None
            asked = self._settled_answer(claimed)
            answer = asked.answer
            with answer.files if isinstance(answer, Answered) else Files() as files:
                match answer:
                    case Crashed():
                        self._crashed(claimed, answer)
                        return None
                    case Answered(told):
                        value = within(told, asked.case)
                        former = store.mails.judgements.current(mail.id) if claimed.round else None
                        before = former.state if former else None
                        now = datetime.now(UTC)
                        settings, learnt = self._bench.settings, self._learnt(mail, value)
                        judgement = judgement_of(value, files, settings, before, now, asked.evidence, learnt)
                        self._follow(mail, value)
                        store.mails.record(mail.id, claimed.token, judgement, ACTOR, datetime.now(UTC))
                        _log.info("judged", mail=mail.id, state=str(value.state), classification=value.classification)
                        self._bench.settled()
                        return value
        except LeaseLostError:
            _log.warning("lease_lost", mail=mail.id)
            return None

    def _settled_answer(self, claimed: Claimed) -> Asked:
        """The pipeline's answer, asked again when a document of it is in another mail.

        It is asked first as if all were new, which they nearly always are: to be told `Wanted` only for that would
        read and judge every file twice.
        """
        asked = self.ask(claimed, known={})
        answer = asked.answer
        if isinstance(answer, Crashed):
            return asked
        known = self._known_of(claimed, _marks_of(answer.value))
        if known:
            answer.files.close()
            return self.ask(claimed, known=known)
        return asked

    def ask(
        self,
        claimed: Claimed,
        snapshot: Snapshot | None = None,
        known: Mapping[str, str] | None = None,
        evidence: Evidence | None = None,
    ) -> Asked:
        """Runs the pipeline in the sandbox, with evidence fetched between rounds.  Records nothing.

        `known` are documents of it that other mails have; None = looked up between rounds.  Where `evidence` is given
        that is all there is: nobody in the world is asked for more.
        """
        mail = claimed.mail
        body = self._bench.store.mails.body(mail.id)
        job = Job(
            mail,
            evidence or self._bench.evidence.for_mail(mail),
            self._told_first(snapshot or self._bench.snapshot(), mail),
            claimed.decisions,
            evidence.moment - evidence.proof if evidence else self._waited(claimed),
            known,
            case=self._case((path.address for path in mail.origin.rcpt_to), ()),
        )
        round_ = 0
        while True:
            answer = self._bench.pool.run("judge", job, [body], (Outcome, Wanted))
            if isinstance(answer, Crashed):
                return Asked(answer, job.evidence, job.case)
            if isinstance(answer.value, Outcome):
                return Asked(Answered(answer.value, answer.files), job.evidence, job.case)
            answer.files.close()
            wanted = answer.value
            if not wanted.parties:
                # What the registers hold is never UNKNOWN: a question after that is answered, and does not count.
                assert not job.last_round, "the last round wants nothing"
                round_ += 1
            if evidence:
                wanted = replace(wanted, dns=(), spf=None, http=())
            job = replace(self._with(job, wanted, claimed), last_round=round_ == ROUNDS)

    def _told_first(self, snapshot: Snapshot, mail: ReceivedMail) -> Snapshot:
        """With those whom nearly every mail asks for, so that it is read once and not twice."""
        organs = of_rules(snapshot.routes)
        names = (*of_addresses((mail.origin.mail_from.lower(),)), *(organs if len(organs) <= _FEW_ORGANS else ()))
        return told_of(snapshot, self._bench.store.registry, names)

    def _with(self, job: Job, wanted: Wanted, claimed: Claimed) -> Job:
        """The job with what was wanted, as far as the world gave it."""
        if wanted.parties:
            job = replace(job, snapshot=told_of(job.snapshot, self._bench.store.registry, wanted.parties))
        if wanted.dns or wanted.spf:
            evidence = self._bench.evidence.with_answers(job.evidence, wanted.dns, wanted.spf)
            job = replace(job, evidence=evidence)
        if wanted.http:
            job = replace(job, evidence=self._bench.evidence.with_fetched(job.evidence, wanted.http))
        if wanted.documents:
            job = replace(job, known_documents=self._known_of(claimed, wanted.documents))
        if wanted.letters:
            letters = self._bench.store.letters
            ours = frozenset(id_ for id_ in wanted.letters if letters.with_message_id(f"<{id_}>"))
            job = replace(job, our_letters=ours, case=job.case or self._case((), wanted.letters))
        if wanted.earlier:
            job = replace(job, earlier=earlier_of(self._bench.store, job.mail, wanted.earlier))
        if wanted.answered:
            job = replace(job, answered=answered_of(self._bench.store, job.mail, wanted.answered))
        if wanted.slots:
            # Derived, not drawn: a letter that is composed twice is the same letter.
            slots = tuple(self._slot(f"{job.mail.id}/letter/{number}") for number in range(wanted.slots))
            job = replace(job, slots=slots)
        return job

    def _known_of(self, claimed: Claimed, keys: Iterable[str]) -> dict[str, str]:
        return {key: mail for key in keys if (mail := self._known(key, claimed))}

    def _known(self, key: str, claimed: Claimed) -> str:
        """Another mail that had the same document before; "" = none.  What was refused may come again, corrected."""
        mail_id = claimed.mail.id
        for _, other in self._bench.store.mails.judgements.documents_with_key(key, mail_id):
            # Whichever was judged first was there first.  A mail that is judged again was there before all that came
            # after it (ids grow with time): it must not become the duplicate of its own duplicate.
            if claimed.round and other > mail_id:
                continue
            mail = self._bench.store.mails.get(other)
            if mail and mail.state is not MailState.REJECTED:
                return other
        return ""

    def _slot(self, name: str) -> LetterSlot:
        return letter_slot(self._bench.settings, self._bench.secret, name)

    def _waited(self, claimed: Claimed) -> timedelta:
        return datetime.now(UTC) - claimed.mail.received_at if claimed.round else timedelta()

    def _crashed(self, claimed: Claimed, crash: Crashed) -> None:
        mail = claimed.mail
        _log.error("crashed", mail=mail.id, wall=str(crash.wall), detail=crash.detail, trace=crash.trace)
        if claimed.crashes + 1 >= self._bench.settings.worker.crashes:
            self._set_aside(claimed, str(crash.wall))
            return
        # A lease that runs out soon and unrecorded: the next one to take the mail counts it as a crash.
        self._bench.store.mails.renew(mail.id, claimed.token, datetime.now(UTC) + _AFTER_A_CRASH)

    def _set_aside(self, claimed: Claimed, wall: str) -> None:
        mail = claimed.mail.id
        self._bench.store.mails.set_aside(mail, claimed.token, ACTOR, datetime.now(UTC), evidence={"wall": wall})
        _log.error("set_aside", mail=mail, wall=wall)

    def _follow(self, mail: ReceivedMail, outcome: Outcome) -> None:
        """What a packet means for others, before it is recorded: done twice it does no harm, forgotten it would."""
        store, now = self._bench.store, datetime.now(UTC)
        if outcome.freezes:
            freeze(store, outcome.freezes, mail, now)
        if outcome.said:
            note(store, mail, outcome.said, now, receipts=self._bench.settings.receipts.enabled)

    def _learnt(self, mail: ReceivedMail, outcome: Outcome) -> tuple[Learnt, ...]:
        """What the mail tells of letters of ours."""
        return learnt_of(mail, outcome, self._bench.settings, self._bench.secret, self._bench.store)

    def _case(self, addresses: Iterable[str], message_ids: Iterable[str]) -> Case | None:
        """What a mail to these addresses that answers these ids goes on with."""
        return case_of(addresses, message_ids, self._bench.settings, self._bench.secret, self._bench.store)


def _marks_of(outcome: Outcome) -> Iterator[str]:
    for document in outcome.documents:
        yield from filter(None, (document.key, *document.marks))


def letter_slot(settings: Settings, secret: bytes, name: str) -> LetterSlot:
    """The identity of the letter called `name`; the same name gives the same letter."""
    letter = str(uuid.uuid5(_LETTERS, name))
    delivery = str(uuid.uuid5(_DELIVERIES, name))
    sender = settings.sender
    domain = sender.rpartition("@")[2] or settings.smtp_in.hostname
    return LetterSlot(
        letter,
        delivery,
        f"<{letter}@{domain}>",
        token.address(settings.outbound.return_path, delivery, secret) or sender,
        token.address(settings.outbound.reply_to, delivery, secret),
    )


_LETTERS = uuid.UUID("7c5b0d0e-8f4b-4f0e-9d5e-3a1d8f6f2a01")
_DELIVERIES = uuid.UUID("7c5b0d0e-8f4b-4f0e-9d5e-3a1d8f6f2a02")
