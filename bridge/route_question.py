"""Where a mail would go, recipient by recipient: `routes test`.  Read in the sandbox, as every mail is."""

from dataclasses import dataclass, replace
from datetime import date

from bridge.job import Snapshot
from bridge.routing import Routes, recipients_of, route
from store.mail import FileOrigin, ForwardPath
from validation.message import read


@dataclass(frozen=True, slots=True)
class RouteQuestion:
    """A mail that is not taken in, and the rules of now."""

    origin: FileOrigin
    snapshot: Snapshot
    today: date


@dataclass(frozen=True, slots=True)
class RoutesFound:
    """One answer for each recipient."""

    recipients: tuple[Routes, ...]


def routes_of(question: RouteQuestion, mail: bytes) -> RoutesFound:
    """Where it would go."""
    message = read(mail, "mail.eml", question.snapshot.caps)
    return RoutesFound(
        tuple(
            route(
                replace(question.origin, rcpt_to=(ForwardPath(recipient),)), message, question.snapshot, question.today
            )
            for recipient in dict.fromkeys(recipients_of(question.origin, message))
        )
    )
