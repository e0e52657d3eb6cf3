"""The one exception by which the world below the store is told: try later."""


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
