"""A secret in a file: read whole, replaced whole, readable by its owner alone; the world's trouble is Unavailable."""

import os
from pathlib import Path

from store.errors import Unavailable


def read_secret(file: Path, key: str) -> str:
    """What the file of the setting `key` holds, without the line end.

    Raises:
        Unavailable: it cannot be read.
    """
    try:
        return file.read_text(encoding="utf-8").strip()
    except (OSError, UnicodeDecodeError) as error:
        raise Unavailable(f"{key}: {getattr(error, 'strerror', None) or type(error).__name__}") from error


def write_secret(file: Path, secret: str, key: str) -> None:
    """Put another secret in its place: after a power cut the file holds the one or the other.

    Raises:
        Unavailable: it cannot be written.
    """
    fresh = file.with_name(f".{file.name}.{os.getpid()}")
    try:
        handle = os.open(fresh, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
        with os.fdopen(handle, "w", encoding="utf-8") as out:
            out.write(secret + "\n")
            out.flush()
            os.fsync(out.fileno())
        fresh.replace(file)
    except OSError as error:
        raise Unavailable(f"{key}: {error.strerror}") from error
