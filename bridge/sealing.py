"""Seals what may be a state secret: held, with nothing of it on record but its id, until the named officer clears it.

The record holds no name, no subject and no field, so that no list, receipt or explanation can tell one.  A sign that a
person has cleared counts no more; what is to go out with a clear mark is refused, and nobody can clear that.
"""

from bridge.decided import cleared
from bridge.job import ARRIVED, EnvelopeMade, Job, Outcome
from bridge.letters.may_answer import MayAnswer
from bridge.telling import Told
from store.mail import MailState
from validation.codes import Code
from validation.finding import Finding, Severity
from validation.message import Message
from validation.secrecy import CODES, Suspicion


def uncleared(job: Job, told: Told, found: Suspicion) -> Suspicion:
    """What still stands of the signs that were found."""
    if found is Suspicion.NONE:
        return found
    codes = cleared(job.decisions)
    # Who has looked at a clear mark has seen the weaker signs beside it.
    if job.mail.origin.kind == "axis" and found is Suspicion.STRONG:
        return found
    if CODES[found] in codes or Code.SECRECY_MARKED in codes:
        told.step("secrecy", "cleared by a person", CODES[found], "goes on")
        return Suspicion.NONE
    return found


def seal(told: Told, kind: str, message: Message, found: Suspicion, may_answer: MayAnswer) -> Outcome:
    """A mail that came in; its sender learns that it came, where he may be written to."""
    finding = _sealed(told, found, Severity.DOUBT, MailState.HELD)
    told.step("answer", may_answer.reason, MailState.HELD, "that it came" if may_answer.answer else "nothing")
    return Outcome(
        MailState.HELD,
        kind,
        message.message_id,
        (finding,),
        notice=ARRIVED if may_answer.answer else "",
        steps=told.steps,
        sealed=True,
    )


def seal_packet(told: Told, found: Suspicion, status: tuple[EnvelopeMade, ...]) -> Outcome:
    """A packet that was to go out: refused for a clear mark, with `status` for the axis; held for a weak sign."""
    refused = found is Suspicion.STRONG
    state = MailState.REJECTED if refused else MailState.HELD
    finding = _sealed(told, found, Severity.FAULT if refused else Severity.DOUBT, state)
    return Outcome(state, "packet", "", (finding,), envelopes=status, steps=told.steps, sealed=True)


def _sealed(told: Told, found: Suspicion, severity: Severity, state: MailState) -> Finding:
    # No policy weighs this: what may be a secret is a matter of law (Law 117/2025), not of the office.
    code = CODES[found]
    told.step("secrecy", f"{code} by law", "a sign of a state secret", state)
    return Finding(code, severity, reason="law")
