"""The one exception by which the world below the store is told: try later; and where a bug of ours was raised."""


class Unavailable(Exception):  # noqa: N818  the word says what callers do about it
    """Disk, database or object storage cannot do it now; nothing was half-kept.  `cause` is for the log only."""

    def __init__(self, cause: str) -> None:
        super().__init__(cause)
        self.cause = cause


class SchemaVersionError(Exception):
    """The database has another schema version than this program; `docbridge db migrate` mends it."""

    def __init__(self, found: str, wanted: str) -> None:
        super().__init__(f"schema version {found or 'none'}, this program wants {wanted}")
        self.found = found
        self.wanted = wanted


class LeaseLostError(Exception):
    """Someone else holds the work now: the fencing token is older than the row's.  Drop the result."""


class ForbiddenRowError(Exception):
    """The schema forbids what we tried to write: our bug.  Its text names the rule and never the values."""


def place_of(error: BaseException) -> str:
    """Where it was raised: "intake.py:120 keep".  Never its text: libraries quote the data they stumbled over."""
    trace = error.__traceback__
    while trace is not None and trace.tb_next is not None:
        trace = trace.tb_next
    if trace is None:
        return "?"
    code = trace.tb_frame.f_code
    return f"{code.co_filename.rpartition('/')[2]}:{trace.tb_lineno} {code.co_name}"
