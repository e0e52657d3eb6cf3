"""Has files judged in the sandbox, as many at a time as it has children, and answers in the order of the asking.

Promise: every name has an answer.  What is no plain file is refused without being opened: a pipe would be waited for
without end.  What runs into a wall of the sandbox, or is more than a child could hold, is held or refused by policy.
"""

import errno
import hashlib
import os
import stat
from collections.abc import Callable, Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, replace

from bridge.checked import Checked, CheckRequest
from bridge.sandbox.outcome import Answered
from bridge.sandbox.pool import Pool
from bridge.sandbox.settings import SandboxSettings
from validation.attachments import clean_name, extension_of
from validation.codes import Code
from validation.evidence import WantedHttp
from validation.finding import Observation
from validation.inspected import Format, Inspected
from validation.verdict import word

_SHARE = 5  # content, what it unpacks to, and copies on the way: so many times a file must fit into a child's memory
_SIGNED_DATA = bytes.fromhex("06092a864886f70d010702")
_MOST_OTHERS = 100  # files of one command line among which a detached signature looks for its own
_ROUNDS = 4  # a first look, and one more after each of three rounds of fetching (design, "The life of a mail")
_LARGEST = 16_000_000_000  # octets; a larger one is not even read for its digest

Fetch = Callable[[tuple[WantedHttp, ...]], Mapping[str, bytes]]


@dataclass(frozen=True, slots=True)
class Refused:
    """A name under which no file can be had."""

    why: str  #: for the person at the terminal


class Examiner:
    """Judges files by the children of a pool that knows the job "check"."""

    def __init__(self, pool: Pool, sandbox: SandboxSettings, fetch: Fetch | None = None) -> None:
        """`sandbox` is what the pool was made with; both are closed together.  `fetch` None = nobody is asked."""
        self._fetch = fetch
        self._sandbox = sandbox
        self._pool = pool
        self._threads = ThreadPoolExecutor(sandbox.pool_size(), "examiner")

    def examine(self, files: Sequence[str], request: CheckRequest) -> Iterator[Checked | Refused]:
        """One answer for each of `files`; `request` says everything but the name."""
        return self._threads.map(lambda file: self._one(file, files, request), files)

    def close(self) -> None:
        """End what is under way, and the children."""
        self._threads.shutdown(wait=False, cancel_futures=True)
        self._pool.close()

    def _one(self, file: str, files: Sequence[str], request: CheckRequest) -> Checked | Refused:
        request = replace(request, name=_named(file))
        try:
            content = self._content(file)
        except OSError as error:
            return Refused(error.strerror or "cannot be read")
        if isinstance(content, int):
            return _unread(file, request, Code.SIZE_EXCEEDED, {"size": str(content)})
        others: dict[str, bytes] = {}
        if _may_sign_another(content):
            room = self._sandbox.memory // _SHARE - len(content)
            others = self._others([other for other in files if other != file], room)
            request = replace(request, beside=tuple(_named(other) for other in others))
        for _ in range(_ROUNDS):
            answer = self._pool.run("check", request, [content, *others.values()], Checked)
            if not isinstance(answer, Answered):
                break
            if not (answer.value.wanted and self._fetch):
                return answer.value
            fetched = {**request.evidence.fetched, **self._fetch(answer.value.wanted)}
            request = replace(request, evidence=replace(request.evidence, fetched=fetched))
        if isinstance(answer, Answered):
            return answer.value
        return _unread(file, request, Code.FILE_CRASHED, {"wall": str(answer.wall)})

    def _content(self, file: str) -> bytes | int:
        """The octets, or the size of a file that no child could hold.

        Raises:
            OSError: there is no such file, or it cannot be read, or it is no plain file.
        """
        status = os.stat(file)  # noqa: PTH116  a Path would rewrite `file`
        if not stat.S_ISREG(status.st_mode):
            raise OSError(0, os.strerror(errno.EISDIR) if stat.S_ISDIR(status.st_mode) else "Not a regular file")
        if status.st_size > _LARGEST:
            raise OSError(errno.EFBIG, os.strerror(errno.EFBIG))
        if status.st_size * _SHARE > self._sandbox.memory:
            return status.st_size
        with open(file, "rb") as reader:  # noqa: PTH123  the same
            return reader.read()

    def _others(self, files: Sequence[str], room: int) -> dict[str, bytes]:
        """As many of `files` as fit into `room` octets, by name."""
        found: dict[str, bytes] = {}
        for file in files[:_MOST_OTHERS]:
            try:
                content = self._content(file)
            except OSError:
                continue  # it has an answer of its own
            if isinstance(content, bytes) and len(content) <= room:
                room -= len(content)
                found[file] = content
        return found


def _named(file: str) -> str:
    """The base name of an argument, as a path segment."""
    return _segment(os.path.basename(file))  # noqa: PTH119  a Path would rewrite `file`


def _may_sign_another(content: bytes) -> bool:
    """Does it begin as CMS SignedData does (RFC 5652 section 5.1), in DER, BER or PEM?"""
    return _SIGNED_DATA in content[:64] or b"-----BEGIN " in content[:4096]


def _segment(name: str) -> str:
    """The base name as a path segment; undecodable octets of it are shown, not kept."""
    return clean_name(name.encode("utf-8", "surrogateescape").decode("utf-8", "replace")) or "file"


def _unread(file: str, request: CheckRequest, code: Code, evidence: dict[str, str]) -> Checked | Refused:
    """What nobody could look into is an answer, not a crash."""
    from bridge.judging import judge, weigh

    try:
        with open(file, "rb") as reader:  # noqa: PTH123  as above
            digest = hashlib.file_digest(reader, "sha256").hexdigest()
            size = reader.tell()
    except OSError as error:
        return Refused(error.strerror or "cannot be read")
    seen = Observation(code, (request.name,), evidence)
    form = Format("application/octet-stream", "", extension_of(request.name), False, ("damaged",))
    if code is Code.SIZE_EXCEEDED:
        form = replace(form, properties=())
    inspected = Inspected((request.name,), digest, size, form, (), (seen,))
    findings = (weigh(seen, request.sender_class, request.policy),)
    return Checked(inspected, word(judge(findings, request.sender_class, request.policy)), findings)
