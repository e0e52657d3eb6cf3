"""Counter-signatures (RFC 5652 section 11.4): others who signed a signature's value, as unsigned attributes of it.

Promise: each is verified over the value that it signs and told as a signature of its own; anybody can put one there
without breaking the signature below, so none speaks for the content.
"""

from collections.abc import Iterator
from dataclasses import dataclass

from asn1crypto import cms, x509

from validation.certificate import digests_agree
from validation.cms import SignerChecked, claimed_in, is_protected, signer_named
from validation.cms_integrity import verify
from validation.digests import Digests
from validation.foreign import Unchecked, attempt
from validation.signature import Problem

_DEPTH = 4  # counter-signatures of counter-signatures
_MOST = 20  # of one signer


@dataclass(frozen=True, slots=True)
class Countersigner:
    """One of them."""

    number: str  #: "1", and "1.2" for the second that signs the first
    cryptography: SignerChecked | Unchecked


def countersigners_of(signed: cms.SignedData, signer: cms.SignerInfo) -> tuple[Countersigner, ...]:
    """All that sign the value of `signer`, and those that sign theirs.  Never raises."""
    found: list[Countersigner] = []
    for one in _below(signed, signer, "", 0):
        found.append(one)
        if len(found) > _MOST:
            return (*found[:_MOST], Countersigner("…", Unchecked(Problem.TOO_COSTLY, "more than are looked at")))
    return tuple(found)


def _below(signed: cms.SignedData, signer: cms.SignerInfo, prefix: str, depth: int) -> Iterator[Countersigner]:
    infos = attempt(_infos, signer)
    if isinstance(infos, Unchecked):
        yield Countersigner(f"{prefix}1", infos)
        return
    for number, info in enumerate(infos, 1):
        name = f"{prefix}{number}"
        yield Countersigner(name, attempt(_check, signed, info, bytes(signer["signature"])))
        if depth < _DEPTH:
            yield from _below(signed, info, f"{name}.", depth + 1)


def _infos(signer: cms.SignerInfo) -> list[cms.SignerInfo]:
    return [
        value
        for attribute in signer["unsigned_attrs"] or ()
        if attribute["type"].native == "counter_signature"
        for value in attribute["values"]
    ]


def _check(signed: cms.SignedData, info: cms.SignerInfo, value: bytes) -> SignerChecked:
    certificate, others = signer_named(signed, info)
    name = str(info["digest_algorithm"]["algorithm"].native)
    if is_protected(certificate, info):
        broken = _broken(info, certificate, name, Digests(value)(name))
    else:
        broken = Problem.CERTIFICATE_SWAPPED
    return SignerChecked(certificate, others, broken, name, claimed_in(info), ())


def _broken(info: cms.SignerInfo, certificate: x509.Certificate, name: str, digest: bytes) -> Problem | None:
    intact, valid = verify(info, certificate, digest, "")
    if not intact:
        return Problem.DIGEST_MISMATCH
    return None if valid and digests_agree(info["signature_algorithm"], name) else Problem.VALUE_MISMATCH
