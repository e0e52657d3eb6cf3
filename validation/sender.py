"""Does a domain vouch for a mail?  DKIM (RFC 6376) read from the bytes and from DNS answers already fetched.

Promise: no look-up is made here; a key that is not in the evidence yet is wanted, a broken signature is none, and
whatever the bytes are, nothing is raised.  A signature that covers only a part of the body (`l=`), or that is made
with SHA-1 (RFC 8301), or that says of itself that it is a test (`t=y`), vouches for nothing.
"""

import functools
import logging
import re
from dataclasses import dataclass

import dkim
from dkim.util import InvalidTagValueList, parse_tag_value
from publicsuffixlist import PublicSuffixList

from validation.evidence import DnsAnswer, Evidence, WantedDns

_MOST_SIGNATURES = 8  # RFC 6376 section 8.4 leaves the bound to us; real mail has one to three
_ALGORITHMS = (b"rsa-sha256", b"ed25519-sha256")
_NAME = re.compile(r"[a-z0-9_](?:[a-z0-9_.-]{0,250}[a-z0-9_])?")
_FIELD = re.compile(rb"^dkim-signature[ \t]*:", re.IGNORECASE | re.MULTILINE)

# dkimpy logs what it reads at debug and error; none of it is ours to keep.
_SILENT = logging.getLogger("docbridge.validation.dkim")
_SILENT.addHandler(logging.NullHandler())
_SILENT.propagate = False


@dataclass(frozen=True, slots=True)
class DkimReading:
    """Who vouches for a mail, as far as the evidence reaches."""

    domains: tuple[str, ...] = ()  #: `d=` of the signatures that verify, lower case, in the mail's order
    wanted: tuple[WantedDns, ...] = ()  #: keys without which the rest cannot be said


def dkim_reading(raw: bytes, evidence: Evidence) -> DkimReading:
    """The domains whose signature over the whole mail verifies."""
    head = raw[: _end_of_head(raw)]
    if not _FIELD.search(head):
        return DkimReading()
    try:
        verifier = dkim.DKIM(raw, logger=_SILENT)
        signatures = [value for name, value in verifier.headers if name.lower() == b"dkim-signature"]
    except Exception:  # noqa: BLE001  dkimpy raises a dozen types, IndexError among them, on bytes that are no header
        return DkimReading()
    domains: list[str] = []
    wanted: list[WantedDns] = []
    for index, field in enumerate(signatures[:_MOST_SIGNATURES]):
        claim = _claim(field)
        if claim is None:
            continue
        domain, key = claim
        answer = evidence.dns.get(key.key)
        if answer is None:
            wanted.append(key)
        elif _verifies(verifier, index, answer):
            domains.append(domain)
    return DkimReading(tuple(dict.fromkeys(domains)), tuple(dict.fromkeys(wanted)))


def aligned(signed: str, domain: str) -> bool:
    """Do both belong to one organisation (RFC 7489 section 3.1, relaxed)?"""
    if signed.lower() == domain.lower() != "":
        return True
    ours, theirs = _organisation(signed), _organisation(domain)
    return ours is not None and ours == theirs


def _claim(field: bytes) -> tuple[str, WantedDns] | None:
    """The domain that a signature names and where its key is; None where it could vouch for nothing."""
    try:
        tags: dict[bytes, bytes] = parse_tag_value(re.sub(rb"\r?\n[ \t]+", b" ", field))
        domain = tags[b"d"].decode("ascii").lower()
        selector = tags[b"s"].decode("ascii").lower()
        signed = [name.strip().lower() for name in tags[b"h"].split(b":")]
    except (InvalidTagValueList, KeyError, UnicodeDecodeError):
        return None
    if b"l" in tags or tags.get(b"a") not in _ALGORITHMS or b"from" not in signed:
        return None
    name = f"{selector}._domainkey.{domain}"
    if not _NAME.fullmatch(domain) or not _NAME.fullmatch(selector) or len(name) > 253:
        return None
    return domain, WantedDns(name, "TXT")


def _verifies(verifier: dkim.DKIM, index: int, answer: DnsAnswer) -> bool:
    record = next((value for value in answer.values if "p=" in value), None)
    if answer.status != "ok" or record is None or not record.isascii():
        return False
    if re.search(r"(?:^|;)\s*t\s*=[^;]*\by\b", record):
        return False
    try:
        return bool(verifier.verify(index, dnsfunc=lambda name, timeout=0: record.encode("ascii")))
    except Exception:  # noqa: BLE001  the same border: a signature that cannot be read verifies nothing
        return False


def _end_of_head(raw: bytes) -> int:
    found = re.search(rb"\r?\n\r?\n", raw)
    return found.start() if found else len(raw)


@functools.cache
def _suffixes() -> PublicSuffixList:
    return PublicSuffixList()


def _organisation(domain: str) -> str | None:
    try:
        name = domain.strip(".").lower().encode("idna").decode("ascii")
    except UnicodeError:
        return None
    found = _suffixes().privatesuffix(name) if name else None
    return str(found) if found else None
