"""Counter-signatures (RFC 5652 section 11.4): others who signed a signature's value, as unsigned attributes of it.

Promise: each is verified over the value that it signs and told as a signature of its own; anybody can put one there
without breaking the signature below, so none speaks for the content.
"""

from collections.abc import Iterator
from dataclasses import dataclass

from asn1crypto import cms, core, x509
from cryptography.exceptions import InvalidSignature
from pyhanko.sign.general import find_unique_cms_attribute
from pyhanko_certvalidator.sig_validate import SignatureValidationContext

from validation.certificate import digests_agree
from validation.cms import SignerChecked, claimed_in, is_protected, signer_named
from validation.cms_verifier import Verifier
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
    # There is no content type for a counter-signature, so the ordinary rules, which ask for one, do not fit.
    plain = isinstance(info["signed_attrs"], core.Void)
    if not plain and find_unique_cms_attribute(info["signed_attrs"], "message_digest").native != digest:
        return Problem.DIGEST_MISMATCH
    signed = digest if plain else info["signed_attrs"].untag().dump()
    context = SignatureValidationContext(contextual_md_algorithm=name, prehashed=plain)
    try:
        mechanism = info["signature_algorithm"]
        Verifier().validate_signature(info["signature"].native, signed, certificate.public_key, mechanism, context)
    except InvalidSignature:
        return Problem.VALUE_MISMATCH
    return None if digests_agree(info["signature_algorithm"], name) else Problem.VALUE_MISMATCH
