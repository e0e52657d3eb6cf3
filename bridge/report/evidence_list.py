"""What the signatures of a document rest on, each piece once."""

from bridge.report.subject import Subject
from validation.signature import Relied


def relied_on(subject: Subject) -> tuple[Relied, ...]:
    """Everything that its signatures, and those of its mail, rest on."""
    every = (*subject.signatures, *subject.of_mail)
    return tuple(dict.fromkeys(relied for one in every for relied in one.signature.relied_on))
