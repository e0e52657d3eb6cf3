"""Does a domain vouch for a mail?  DKIM (RFC 6376) read from the bytes and from DNS answers already fetched.

Promise: no look-up is made here; a key that is not in the evidence yet is wanted, a broken signature is none, and
whatever the bytes are, nothing is raised.  A signature that covers only a part of the body (`l=`), or that is made
with SHA-1 (RFC 8301), or that says of itself that it is a test (`t=y`), vouches for nothing.
"""

import logging
import re
from dataclasses import dataclass

import dkim
from dkim.util import InvalidTagValueList, parse_tag_value

from validation.evidence import DnsAnswer, Evidence, WantedDns

_MOST_SIGNATURES = 8  # RFC 6376 section 8.4 leaves the bound to us; real mail has one to three
_ALGORITHMS = (b"rsa-sha256", b"ed25519-sha256")
_NAME = re.compile(r"[a-z0-9_](?:[a-z0-9_.-]{0,250}[a-z0-9_])?")
_FIELD = re.compile(rb"^dkim-signature[ \t]*:", re.IGNORECASE | re.MULTILINE)
_END_OF_HEAD = re.compile(rb"\r?\n\r?\n")

# dkimpy logs what it reads at debug and error; none of it is ours to keep.
SILENT = logging.getLogger("docbridge.validation.dkim")
SILENT.addHandler(logging.NullHandler())
SILENT.propagate = False


@dataclass(frozen=True, slots=True)
class DkimReading:
    """Who vouches for a mail, as far as the evidence reaches."""

    domains: tuple[str, ...] = ()  #: `d=` of the signatures that verify, lower case, in the mail's order
    wanted: tuple[WantedDns, ...] = ()  #: keys without which the rest cannot be said
    failed: tuple[str, ...] = ()  #: `d=` of signatures that were tried and do not verify
    unsure: tuple[str, ...] = ()  #: `d=` of signatures whose key cannot be had now


def dkim_reading(raw: bytes, evidence: Evidence) -> DkimReading:
    """The domains whose signature over the whole mail verifies."""
    if not _FIELD.search(head_of(raw)):
        return DkimReading()
    try:
        verifier = dkim.DKIM(raw, logger=SILENT)
        signatures = [value for name, value in verifier.headers if name.lower() == b"dkim-signature"]
    except Exception:  # noqa: BLE001  dkimpy raises a dozen types, IndexError among them, on bytes that are no header
        return DkimReading()
    domains: list[str] = []
    wanted: list[WantedDns] = []
    failed: list[str] = []
    unsure: list[str] = []
    for index, field in enumerate(signatures[:_MOST_SIGNATURES]):
        claim = _claim(field)
        if claim is None:
            continue
        domain, key = claim
        answer = evidence.dns.get(key.key)
        if answer is None:
            wanted.append(key)
        elif answer.status == "failed":
            unsure.append(domain)
        else:
            (domains if _verifies(verifier, index, answer) else failed).append(domain)
    return DkimReading(_once(domains), tuple(dict.fromkeys(wanted)), _once(failed), _once(unsure))


def _once(names: list[str]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(names))


def tags_of(field: bytes) -> dict[bytes, bytes]:
    """The tags of a signature; empty where they cannot be told apart."""
    try:
        tags: dict[bytes, bytes] = parse_tag_value(re.sub(rb"\r?\n[ \t]+", b" ", field))
    except InvalidTagValueList:
        return {}
    return tags


def key_named(tags: dict[bytes, bytes]) -> tuple[str, WantedDns] | None:
    """The domain that the tags name and where its key is; None where no key can be there."""
    try:
        domain, selector = tags[b"d"].decode("ascii").lower(), tags[b"s"].decode("ascii").lower()
    except (KeyError, UnicodeDecodeError):
        return None
    name = f"{selector}._domainkey.{domain}"
    if not _NAME.fullmatch(domain) or not _NAME.fullmatch(selector) or len(name) > 253:
        return None
    return domain, WantedDns(name, "TXT")


def key_in(answer: DnsAnswer) -> bytes | None:
    """The record that publishes a key; None where there is none, or where it is only a test (`t=y`)."""
    record = next((value for value in answer.values if "p=" in value), None)
    if answer.status != "ok" or record is None or not record.isascii():
        return None
    if re.search(r"(?:^|;)\s*t\s*=[^;]*\by\b", record):
        return None
    return record.encode("ascii")


def head_of(raw: bytes) -> bytes:
    """The header block, without the blank line that ends it."""
    found = _END_OF_HEAD.search(raw)
    return raw[: found.start()] if found else raw


def _claim(field: bytes) -> tuple[str, WantedDns] | None:
    """The domain that a signature names and where its key is; None where it could vouch for nothing."""
    tags = tags_of(field)
    signed = [name.strip().lower() for name in tags.get(b"h", b"").split(b":")]
    if b"l" in tags or tags.get(b"a") not in _ALGORITHMS or b"from" not in signed:
        return None
    return key_named(tags)


def _verifies(verifier: dkim.DKIM, index: int, answer: DnsAnswer) -> bool:
    record = key_in(answer)
    if record is None:
        return False
    try:
        return bool(verifier.verify(index, dnsfunc=lambda name, timeout=0: record))
    except Exception:  # noqa: BLE001  the same border: a signature that cannot be read verifies nothing
        return False
