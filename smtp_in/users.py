"""The local systems that may submit with a name and a password: a file of names and argon2 hashes (RFC 9106).

Promise: a password is checked in threads of its own, two at a time, as it costs some tens of milliseconds and of
megabytes on purpose; a name that is not there costs as much as one that is. A changed file is taken over without a
restart; a broken one is not.
"""

import asyncio
import secrets
import stat
from collections.abc import Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from unicodedata import normalize

import structlog
from argon2 import PasswordHasher, extract_parameters
from argon2.exceptions import InvalidHashError, VerificationError, VerifyMismatchError

from smtp_in import replies
from smtp_in.credentials import Credentials
from smtp_in.settings import SmtpSettings
from smtp_in.stamp import stamp
from store.reply import Reply

_log = structlog.get_logger("docbridge.smtp_in")

_AT_ONCE = 2
_WAITING = 50  # beyond, a client hears at once that it should come back


class BadUsersError(OSError):
    """The file cannot be used; the text says why, never what stands in it."""


@dataclass(frozen=True, slots=True)
class _Known:
    """The file, read."""

    hashes: Mapping[str, str]
    decoy: str  #: a hash of nobody's password, as dear to check as the others


class Users:
    """Who may log in, as the file has it now."""

    def __init__(self, file: Path) -> None:
        """Read it.

        Raises:
            OSError: it cannot be read, others may read it, or a line is not name:hash.
        """
        self._file = file
        self._seen = stamp([file])
        self._known = _read(file)
        self._threads = ThreadPoolExecutor(_AT_ONCE, "docbridge-auth")
        self._waiting = 0

    @classmethod
    def of(cls, settings: SmtpSettings) -> "Users | None":
        """As the settings say; None = nobody logs in.

        Raises:
            OSError: as above.
        """
        return cls(settings.users_file) if settings.users_file is not None else None

    def look(self) -> None:
        """Take over what has changed. Reads a file: not for the event loop."""
        try:
            now = stamp([self._file])
            if now == self._seen:
                return
            self._seen = now
            self._known = _read(self._file)
        except BadUsersError as bad:
            _log.warning("smtp.users_kept", cause=str(bad))
        except OSError as away:
            _log.warning("smtp.users_kept", cause=type(away).__name__)
        else:
            _log.info("smtp.users_changed", count=len(self._known.hashes))

    def close(self) -> None:
        """No more checks."""
        self._threads.shutdown(wait=False, cancel_futures=True)

    async def reply(self, credentials: Credentials) -> Reply:
        """AUTHENTICATED, AUTH_FAILED, or AUTH_LATER when it cannot be told now."""
        if self._waiting >= _WAITING:
            return replies.AUTH_LATER.because("too many at once")
        self._waiting += 1
        try:
            return await asyncio.get_running_loop().run_in_executor(self._threads, _checked, self._known, credentials)
        finally:
            self._waiting -= 1


def _checked(known: _Known, credentials: Credentials) -> Reply:
    try:
        # The hash brings its own parameters; those of the hasher are for making one.
        PasswordHasher().verify(known.hashes.get(credentials.name, known.decoy), credentials.password)
    except VerifyMismatchError:
        return replies.AUTH_FAILED
    except VerificationError as failed:  # no memory for it
        return replies.AUTH_LATER.because(type(failed).__name__)
    return replies.AUTHENTICATED if credentials.name in known.hashes else replies.AUTH_FAILED


def _read(file: Path) -> _Known:
    with file.open(encoding="utf-8") as lines:
        mode = stat.S_IMODE(file.stat().st_mode)
        if mode & 0o077:
            raise BadUsersError(f"users_file: others may read it (mode {mode:04o}); make it 0600")
        try:
            text = lines.read()
        except UnicodeDecodeError as bad:
            raise BadUsersError("users_file: not UTF-8") from bad
    hashes: dict[str, str] = {}
    for number, line in enumerate(text.splitlines(), 1):
        if not line.strip() or line.startswith("#"):
            continue
        name, _, hashed = normalize("NFC", line.strip()).partition(":")
        if not name or name in hashes:
            raise BadUsersError(f"users_file: line {number}: a name is missing or stands there twice")
        try:
            extract_parameters(hashed)
        except InvalidHashError as bad:
            raise BadUsersError(f"users_file: line {number}: no argon2 hash behind the name") from bad
        hashes[name] = hashed
    like = [PasswordHasher.from_parameters(extract_parameters(hashed)) for hashed in list(hashes.values())[:1]]
    return _Known(hashes, (like or [PasswordHasher()])[0].hash(secrets.token_urlsafe()))
