"""The single values of a register, checked for their form; what is wrong is said in one sentence."""

import re
import unicodedata
from collections.abc import Iterable
from datetime import date

from outbound import address
from store.registry import OrganId, OrganName

CLASSES = ("agency", "business", "individual")
_ID = re.compile(r"[0-9A-Za-z][0-9A-Za-z._@-]{0,63}", re.ASCII)
_FINGERPRINT = re.compile(r"[0-9a-f]{64}", re.ASCII)
#: Registration numbers of enterprises (10 digits, 13 with a branch) and personal ids of 12 digits, which serve as tax
#: codes of persons (Circular 86/2024/TT-BTC Art. 5).
_TAX_CODE = re.compile(r"\d{10}(?:-?\d{3})?|\d{12}", re.ASCII)
_DATED = re.compile(r"(.*\S)\s*\[([^\]]*)\.\.([^\]]*)\]")
_OF_QCVN = re.compile(r"\d{3}\.\d{2}\.\d{2}\.[A-Z]\d{2}", re.ASCII)


class UnfitValueError(ValueError):
    """A value that is not of its form."""


def identity(value: str) -> str:
    """An id of ours: letters, digits, and . _ @ - between them."""
    if not _ID.fullmatch(value):
        raise UnfitValueError(f'"{value}" is no id: letters without accents, digits, and . _ @ - after the first')
    return value


def name(value: str) -> str:
    """A name, NFC, blanks tidied."""
    tidied = " ".join(unicodedata.normalize("NFC", value).split())
    if not tidied:
        raise UnfitValueError("a name is wanted")
    if any(unicodedata.category(letter) in ("Cc", "Cs") for letter in tidied):
        raise UnfitValueError("a name holds no control characters")
    return tidied


def sender_class(value: str) -> str:
    """agency, business or individual."""
    if value not in CLASSES:
        raise UnfitValueError(f'"{value}" is no class; one of {", ".join(CLASSES)}')
    return value


def addresses(values: Iterable[str]) -> tuple[str, ...]:
    """Mail addresses."""
    return tuple(dict.fromkeys(_address(value) for value in values))


def _address(value: str) -> str:
    try:
        return str(address.read(value))
    except address.UnfitAddressError as unfit:
        raise UnfitValueError(f'"{value}" is no mail address: {unfit}') from unfit


def domains(values: Iterable[str]) -> tuple[str, ...]:
    """Domains, with or without an @ in front."""
    found = []
    for value in values:
        try:
            found.append(address.read(f"x@{value.removeprefix('@')}").domain)
        except address.UnfitAddressError as unfit:
            raise UnfitValueError(f'"{value}" is no domain: {unfit}') from unfit
    return tuple(dict.fromkeys(found))


def pattern(value: str) -> str:
    """The pattern of a routing rule for addresses: an address, @domain, with * and ? for letters."""
    if any(letter.isspace() or not letter.isprintable() for letter in value):
        raise UnfitValueError(f'"{value}" is no pattern for addresses: it holds blanks')
    if value and "@" not in value and "*" not in value:
        raise UnfitValueError(f'"{value}" fits no address: write an address, @domain, or use *')
    return value.lower()


def organ_id(value: str) -> str:
    """An id of an organ, whichever scheme: real systems carry ids of no scheme, so only the length is checked."""
    if not value or len(value) > 35 or any(letter.isspace() or not letter.isprintable() for letter in value):
        raise UnfitValueError(f'"{value}" is no organ id: at most 35 characters without blanks')
    return value


def organ_ids(values: Iterable[str]) -> tuple[OrganId, ...]:
    """Ids of an organ with their scheme, told by their form (QCVN 102:2016; Decision 20/2020/QD-TTg), and their time.

    H99.12 [2025-07-01..] holds since then, H99.12 [..2025-06-30] until then, that day included.
    """
    found: dict[str, OrganId] = {}
    for written in values:
        value, since, until = _dated(written)
        scheme = "qcvn-102" if _OF_QCVN.fullmatch(value) else "qd-20"
        found.setdefault(value, OrganId(scheme, organ_id(value), since, until))
    return tuple(found.values())


def organ_names(values: Iterable[str]) -> tuple[tuple[str, ...], tuple[OrganName, ...]]:
    """Earlier names: those of which nobody knows when, and those with their time, written as for ids."""
    plain: dict[str, None] = {}
    timed: dict[OrganName, None] = {}
    for written in values:
        value, since, until = _dated(written)
        if since or until:
            timed[OrganName(name(value), since, until)] = None
        else:
            plain[name(value)] = None
    return tuple(plain), tuple(timed)


def dated(value: str, since: date | None, until: date | None) -> str:
    """A value with its time, as it is written in tables."""
    return f"{value} [{since or ''}..{until or ''}]" if since or until else value


def _dated(written: str) -> tuple[str, date | None, date | None]:
    found = _DATED.fullmatch(written)
    if not found:
        return written, None, None
    value, first, last = found.groups()
    try:
        since, until = (date.fromisoformat(day) if day else None for day in (first, last))
    except ValueError as error:
        raise UnfitValueError(f'"{written}": a time is written [2025-07-01..2026-06-30]') from error
    if since and until and until < since:
        raise UnfitValueError(f'"{written}" ends before it begins')
    return value, since, until


def tax_code(value: str) -> str:
    """A tax code; "" = none."""
    if value and not _TAX_CODE.fullmatch(value):
        raise UnfitValueError(f'"{value}" is no tax code: 10, 12 or 13 digits')
    return value


def fingerprints(values: Iterable[str]) -> tuple[str, ...]:
    """SHA-256 of certificates, as hexadecimal digits with or without colons."""
    found = []
    for value in values:
        plain = value.replace(":", "").lower()
        if not _FINGERPRINT.fullmatch(plain):
            raise UnfitValueError(f'"{value}" is no SHA-256 fingerprint: 64 hexadecimal digits')
        found.append(plain)
    return tuple(dict.fromkeys(found))
