"""The one error of the file readers: a file does not keep to its own format.

Each module that wraps a foreign parser translates that parser's exceptions, once, into `Damaged`; `inspect` turns it
into the observation `format.damaged`.  It never leaves this package.
"""


class Damaged(Exception):  # noqa: N818  the word says what is wrong with the file
    """The file cannot be read as what it claims to be.  The argument is a cause for the log, without content."""
