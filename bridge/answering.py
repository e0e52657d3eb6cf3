"""Decides whether the sender is told what became of his mail, by the rule of `bridge.letters.may_answer`."""

from bridge.job import Snapshot
from bridge.letters.may_answer import MayAnswer, may_answer
from bridge.ours import is_own
from bridge.sending import Sender, find
from store.mail import Origin
from validation.message import Message


def unanswered(kind: str) -> MayAnswer:
    """A mail of a kind that nobody answers."""
    return MayAnswer(False, f"the mail is classified as {kind}")


def answer(origin: Origin, message: Message, sender: Sender, snapshot: Snapshot) -> MayAnswer:
    """May the reverse path be written to?"""
    return may_answer(
        origin,
        message.headers,
        classification="document",
        known=find(snapshot.correspondents, origin.mail_from) is not None,
        authentic=sender.authentic,
        forged=sender.authentication.forged,
        ours=lambda address: is_own(address, snapshot),
    )
