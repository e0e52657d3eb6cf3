"""The axes: each lets us in by its protocol, its clock is ours, and nobody else may read the secrets.

One call that changes nothing: what waits for us is listed.  Systems that call us are looked at by their secrets alone.
"""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from email.utils import parsedate_to_datetime
from pathlib import Path

from bridge.axis.opening import read_secret
from bridge.axis.settings import VxpAxis
from bridge.axis.vxp_answers import said
from bridge.axis.vxp_link import HttpAnswer, Link, NotAnsweredError, NotSentError
from bridge.axis.vxp_wire import JSON, SERVICE, signed, stamp_of
from bridge.doctor.checkup import Checkup, ok, problem, warning
from bridge.settings import Settings
from store.errors import Unavailable

_SKEW = timedelta(minutes=1)  # from here on it is worth a word; axes refuse at some minutes
_OTHERS = 0o077


def exchanges(settings: Settings) -> Iterator[Checkup]:
    """Every axis that is called, and every system that calls."""
    for axis in settings.axis:
        if isinstance(axis, VxpAxis):
            yield from _axis(axis)
    for system in settings.vxp_server.system:
        yield from _secret(f"vxp_server {system.id}", system.secret_file)


def _axis(axis: VxpAxis) -> Iterator[Checkup]:
    check = f"axis {axis.name}"
    yield from _secret(check, axis.secret_file)
    try:
        secret = read_secret(axis.secret_file, check)
    except Unavailable:
        return  # told above
    link = Link(axis)
    parameters = (("systemid", axis.system_id), ("servicetype", SERVICE), ("messagetype", "status"))
    headers = signed(parameters, JSON, stamp_of(datetime.now(UTC), axis.time_zone), secret)
    try:
        answer = link.post("getReceivedEdocList", headers, b"")
    except (NotSentError, NotAnsweredError) as error:
        do = "correct url, ca_file or the time-outs of the [[axis]], or ask whoever runs it"
        yield problem(check, f"{axis.url} does not answer ({error})", do)
        return
    finally:
        link.close()
    yield _word(check, axis, answer)
    yield from _clock(check, answer)


def _word(check: str, axis: VxpAxis, answer: HttpAnswer) -> Checkup:
    word = said(answer)
    if word is None:
        return problem(check, f"HTTP {answer.status}, and no word of the protocol", "correct url of the [[axis]]")
    if word.ok:
        return ok(check, f"{axis.url} lets {axis.system_id} in")
    if word.code in axis.mend_codes:
        do = "correct system_id, secret_file or time_zone of the [[axis]], and the clock of this machine"
        return problem(check, f"{word.cause}: system, secret or time stamp is refused", do)
    return warning(check, word.cause, "ask whoever runs the axis what that code means")


def _clock(check: str, answer: HttpAnswer) -> Iterator[Checkup]:
    try:
        theirs = parsedate_to_datetime(answer.date)
    except (ValueError, TypeError):
        return  # it does not tell the time
    if theirs.tzinfo is None:
        return
    apart = abs(theirs - datetime.now(UTC))
    if apart > _SKEW:
        says = f"the axis' clock and ours are {apart.total_seconds():.0f} s apart"
        yield warning(f"{check} clock", says, "set this machine's clock by NTP: every call bears its time")
    else:
        yield ok(f"{check} clock", "agrees with ours")


def _secret(check: str, file: Path) -> Iterator[Checkup]:
    name = f"{check} secret"
    try:
        read_secret(file, check)
        mode = file.stat().st_mode
    except (Unavailable, OSError) as error:
        cause = error.cause if isinstance(error, Unavailable) else str(error.strerror)
        yield problem(name, cause, f"put the secret into {file}, one line, mode 600")
        return
    if mode & _OTHERS:
        yield warning(name, f"{file} may be read by others (mode {mode & 0o777:o})", f"chmod 600 {file}")
    else:
        yield ok(name, f"{file} is for us alone")
