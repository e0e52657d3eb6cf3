"""May this mail be answered?  One pure rule, so that the bridge is never a reflector nor half of a loop.

Promise: no answer to nobody (empty reverse path), to machines and lists (RFC 3834 section 2, RFC 2076), to ourselves,
to who asked for silence (RFC 3461 NOTIFY=NEVER), nor to an address for which nobody vouches.
"""

from collections.abc import Callable
from dataclasses import dataclass

from bridge.letters.loops import loop
from outbound import address
from store.mail import Origin
from validation.headers import Headers

_ANSWERABLE = frozenset({"document", "reply"})
_LIST_FIELDS = ("List-Id", "List-Post", "List-Unsubscribe", "List-Help", "List-Owner", "List-Archive", "Mailing-List")
_BULK = frozenset({"bulk", "list", "junk"})
_SUPPRESSED = frozenset({"all", "autoreply"})
_ROBOTS = ("mailer-daemon", "owner-", "bounce", "no-reply", "noreply", "donotreply", "do-not-reply")


@dataclass(frozen=True, slots=True)
class MayAnswer:
    """The decision and its reason."""

    answer: bool
    reason: str  #: for `mails explain` and the log; never names an address


def may_answer(
    origin: Origin,
    headers: Headers,
    *,
    classification: str,
    known: bool,
    authentic: bool,
    forged: bool = False,
    ours: Callable[[str], bool],
) -> MayAnswer:
    """Whether a receipt may go to the reverse path.

    `known`: the reverse path is a correspondent's; `authentic`: SPF, DKIM, DMARC or a trusted forwarder speaks for the
    reverse path's domain; `forged`: the domain in From asks that such mail be not delivered (DMARC); `ours`: whether
    an address is one of our own, tokens included.
    """
    to = origin.mail_from
    if not to:
        return _no("the reverse path is empty")
    try:
        address.read(to)
    except address.UnfitAddressError as unfit:
        return _no(f"the reverse path is no address: {unfit}")
    if ours(to):
        return _no("the reverse path is our own")
    if to.lower().startswith(_ROBOTS) or to.lower().partition("@")[0].endswith(("-request", "-owner", "-bounces")):
        return _no("the reverse path is a machine's")
    if classification not in _ANSWERABLE:
        return _no(f"the mail is classified as {classification}")
    if word := _automatic(headers) or loop(headers, ours):
        return _no(word)
    if origin.rcpt_to and all("NEVER" in path.notify for path in origin.rcpt_to):
        return _no("the sender asked for no reports (NOTIFY=NEVER)")
    if forged:
        return _no("DMARC fails, and the domain in From asks that such mail be refused")
    if known:
        return MayAnswer(True, "the reverse path is a known correspondent's")
    if authentic:
        return MayAnswer(True, "SPF, DKIM or DMARC vouches for the reverse path")
    return _no("nobody vouches for the reverse path")


def _no(reason: str) -> MayAnswer:
    return MayAnswer(False, reason)


def _automatic(headers: Headers) -> str:
    """Why the mail is a machine's or a list's; "" when it is neither."""
    automatic = _first_word(headers.text("Auto-Submitted"))
    if automatic not in ("", "no"):
        return "Auto-Submitted says that no person wrote it"
    if any(headers.raw(name) is not None for name in _LIST_FIELDS):
        return "it came through a mailing list"
    if _first_word(headers.text("Precedence")) in _BULK:
        return "Precedence says bulk, list or junk"
    suppressed = {word.strip().lower() for word in headers.text("X-Auto-Response-Suppress").split(",")}
    if suppressed & _SUPPRESSED:
        return "X-Auto-Response-Suppress asks for no automatic answer"
    return ""


def _first_word(value: str) -> str:
    # RFC 3834 section 5: parameters and comments may follow the keyword.
    return value.replace("(", ";").partition(";")[0].strip().lower()
