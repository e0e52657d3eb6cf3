"""Keeps the steps of one judgement in order, for `mails explain`."""

from collections.abc import Iterable, Sequence

from bridge.found import Found
from bridge.job import EnvelopeMade, Step
from bridge.letters.may_answer import MayAnswer
from bridge.sending import Sender
from bridge.signed_by import signed_by
from store.mail import MailState
from validation.finding import Finding
from validation.verdict import Verdict, word


class Told:
    """The steps so far."""

    def __init__(self) -> None:
        self.steps: tuple[Step, ...] = ()

    def step(self, stage: str, rule: str, given: str, decided: str) -> None:
        """One more decision."""
        self.steps += (Step(stage, rule, given, decided),)

    def sender(self, sender: Sender) -> None:
        """Who sent it, and what each check says of that."""
        for check in sender.authentication.checks:
            given = " ".join(filter(None, (check.of, f"by {check.by}", check.why)))
            self.step("read", check.method, given, check.result)
        self.step("read", "sender", sender.authentication.field, sender.sender_class)

    def documents(self, documents: Iterable[Found]) -> None:
        """By whom each is signed, and whether each signer may."""
        for document in documents:
            self.step("identify", "signed by", document.id, signed_by(document.signatures))
            for spoken in document.spoken:
                self.step("identify", "authority", spoken.names, spoken.answer)

    def findings(self, findings: Iterable[Finding]) -> None:
        """Each finding with who set its severity."""
        for finding in findings:
            about = "/".join(finding.about) or "mail"
            self.step("judge", f"{finding.code} by {finding.reason}", about, finding.severity.word)

    def judged(self, verdict: Verdict, by_a_person: bool) -> MailState:
        """Each finding, and who decided.  Returns the state: the verdict's, unless a person has released the mail."""
        state = MailState.RELEASED if by_a_person else MailState(word(verdict))
        self.findings(verdict.findings)
        rule = "released by a person" if by_a_person else "the worst finding decides"
        self.step("judge", rule, word(verdict), state)
        return state

    def wrapped(self, envelopes: Sequence[EnvelopeMade], state: MailState, goes_on: bool) -> MailState:
        """Each envelope with its receivers.  Returns the state: held where a mail should go on and nothing goes."""
        for envelope in envelopes:
            self.step("wrap", f"axis {envelope.axis}", envelope.document_id, ", ".join(envelope.receivers))
        if goes_on and not envelopes:
            self.step("wrap", "no document or no receiver", state, MailState.HELD)
            return MailState.HELD
        return state

    def answered(self, may: MayAnswer, state: MailState) -> str:
        """Whether the sender is told.  Returns the notice: "" = none."""
        self.step("answer", may.reason, state, "a receipt" if may.answer else "nothing")
        return str(state) if may.answer else ""
