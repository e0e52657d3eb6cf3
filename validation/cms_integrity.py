"""Do digest and value of one CMS signer verify (RFC 5652 section 5.6)?  Nothing is said of the certificate.

Promise: as pyHanko's `validate_sig_integrity`, octet for octet over the attributes as they stand, in DER or not.  What
contradicts itself (two digests, another content type, algorithms that are protected and differ) raises ValueError.
"""

from asn1crypto import cms, core, x509
from cryptography.exceptions import InvalidSignature
from pyhanko_certvalidator.sig_validate import SignatureValidationContext

from validation.cms_attributes import value_of
from validation.cms_verifier import Verifier


def verify(
    signer: cms.SignerInfo, certificate: x509.Certificate, digest: bytes, content_type: str
) -> tuple[bool, bool]:
    """Whether the content's `digest` is the signed one, and whether the value verifies.

    `content_type` "" = none is asked for: a counter-signature has none (RFC 5652 section 11.4).
    """
    attributes = signer["signed_attrs"]
    plain = isinstance(attributes, core.Void)
    named = digest
    if not plain:
        _protected(signer)
        told = value_of(attributes, "content_type")
        if content_type and (told is None or told.native != content_type):
            raise ValueError("another type of content was signed")
        value = value_of(attributes, "message_digest")
        if value is None:
            raise ValueError("no digest was signed")
        named = value.native
    signed = digest if plain else attributes.untag().dump()
    name = str(signer["digest_algorithm"]["algorithm"].native)
    context = SignatureValidationContext(contextual_md_algorithm=name, prehashed=plain)
    mechanism = signer["signature_algorithm"]
    try:
        Verifier().validate_signature(signer["signature"].native, signed, certificate.public_key, mechanism, context)
        valid = True
    except InvalidSignature:
        valid = False
    return (valid if plain else named == digest), valid


def _protected(signer: cms.SignerInfo) -> None:
    """RFC 6211: the algorithms that were signed are those that are used."""
    told = value_of(signer["signed_attrs"], "cms_algorithm_protection")
    if told is None:
        return
    same = (
        told["digest_algorithm"].native == signer["digest_algorithm"].native
        and told["signature_algorithm"].native == signer["signature_algorithm"].native
    )
    if not same:
        raise ValueError("other algorithms were signed")
