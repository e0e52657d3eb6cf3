"""Judges files without storing anything: what `docbridge check` asks of the sandbox.

The same rules as for a mail that came in, without those that need the registers: no route, no sender, no fields.
"""

from dataclasses import dataclass

from bridge.found import form_observations
from bridge.judging import judge, weigh
from bridge.papers import is_text, leaves
from bridge.settings.sections import Policy
from validation.bounce import Bounce, bounces
from validation.classify import classify
from validation.codes import Code
from validation.evidence import Evidence
from validation.finding import Finding, Observation
from validation.inspect import inspect
from validation.inspected import Attachment, Inspected
from validation.message import read
from validation.settings import ReadingCaps
from validation.verdict import word

MAIL = "message/rfc822"


@dataclass(frozen=True, slots=True)
class CheckRequest:
    """One file to be judged."""

    name: str  #: its base name
    sender_class: str
    policy: Policy
    caps: ReadingCaps
    evidence: Evidence


@dataclass(frozen=True, slots=True)
class Checked:
    """What was found."""

    file: Inspected
    verdict: str
    findings: tuple[Finding, ...]
    classification: str = ""  #: of a mail; "" = the file is none
    bounces: tuple[Bounce, ...] = ()


def check(request: CheckRequest, content: bytes) -> Checked:
    """Judges one file."""
    file = inspect(Attachment((request.name,), "", content), request.evidence, request.caps).file
    observed = [observation for inner in file.walk() for observation in inner.observations]
    classification, bounced = "", tuple[Bounce, ...]()
    if file.format.media_type == MAIL or request.name.lower().endswith(".eml"):
        message = read(content, request.name, request.caps)
        classification = classify(message, message.header("Return-Path").strip("<> "))
        bounced = bounces(message) if classification == "bounce" else ()
        seen = {(observation.code, observation.about) for observation in observed}
        observed += [one for one in message.observations if (one.code, one.about) not in seen]
    if classification in ("", "document"):
        observed += _of_documents(file, request.policy, is_mail=bool(classification))
    findings = tuple(weigh(observation, request.sender_class, request.policy) for observation in observed)
    verdict = judge(findings, request.sender_class, request.policy)
    return Checked(file, word(verdict), verdict.findings, classification, bounced)


def _of_documents(file: Inspected, policy: Policy, *, is_mail: bool) -> list[Observation]:
    """Formats that the office does not take, absent documents and absent signatures."""
    inner = leaves(file.attachments if is_mail else (file,))
    observed = [seen for leaf in inner for seen in form_observations(leaf, policy)]
    texts = [leaf for leaf in inner if is_text(leaf)]
    if is_mail and not texts:
        observed.append(Observation(Code.DOCUMENT_MISSING))
    # A lone file is taken for the document itself, whatever it is; in a mail or an archive annexes need no signature.
    signable = texts[:1] if file.attachments else [file]
    if not any(leaf.signatures for leaf in texts):
        observed += [Observation(Code.SIGNATURE_MISSING, leaf.path) for leaf in signable]
    return observed
