"""The addresses that only check: whoever writes there learns the verdict, and nothing is registered or sent on."""

from dataclasses import replace

from bridge.job import Outcome, Snapshot
from store.mail import MailState, Origin

#: What the notice of such a mail begins with; the state that it would have had follows.
CHECKED = "checked-"


def only_checks(origin: Origin, snapshot: Snapshot) -> bool:
    """Did the mail come to such addresses alone?"""
    doors = {address.lower() for address in snapshot.office.check_addresses}
    return bool(origin.rcpt_to) and all(path.address.lower() in doors for path in origin.rcpt_to)


def checked(outcome: Outcome) -> Outcome:
    """The outcome of a mail that is filed: what was found of its files stays, no document of it is known."""
    notice = f"{CHECKED}{outcome.state}" if outcome.notice else ""
    return replace(outcome, state=MailState.FILED, documents=(), envelopes=(), notice=notice)
