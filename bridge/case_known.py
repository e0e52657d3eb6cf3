"""What a child says of a case, held against what we know ourselves: it has read a stranger's octets."""

from dataclasses import replace

from bridge.job import Case, Outcome


def within(outcome: Outcome, case: Case | None) -> Outcome:
    """The outcome, going on with no other case than the one that we found, and superseding only what waits there."""
    if case is None or outcome.continues != case.mail_id:
        return replace(outcome, continues="", supersedes=False)
    return outcome if case.waits else replace(outcome, supersedes=False)
