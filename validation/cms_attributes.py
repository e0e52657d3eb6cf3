"""The attributes of a CMS signer (RFC 5652 section 11), as pyHanko reads them.

Promise: the answers are those of `pyhanko.sign.general`, which loads a web client and all that signs before it says
anything: half of the time that one file takes when it is checked alone.  A test holds the two against each other.
"""

from collections.abc import Iterator
from typing import Any

from asn1crypto import cms, core, tsp, x509

from validation.digests import digest_of


def values_of(attributes: cms.CMSAttributes | core.Void, name: str) -> Iterator[Any]:
    """Every value of the attribute `name`, in order."""
    if not isinstance(attributes, core.Void):
        for attribute in attributes:
            if attribute["type"].native == name:
                yield from attribute["values"]


def value_of(attributes: cms.CMSAttributes | core.Void, name: str) -> Any:  # noqa: ANN401  asn1crypto has no types
    """The one value of the attribute; None where there is none.  Raises ValueError where there are several."""
    found = list(values_of(attributes, name))
    if len(found) > 1:
        raise ValueError("an attribute has several values")
    return found[0] if found else None


def certificate_named(attributes: cms.CMSAttributes | core.Void) -> tsp.ESSCertID | tsp.ESSCertIDv2 | None:
    """The signer's certificate as signingCertificateV2 or else signingCertificate names it (RFC 5035)."""
    kinds = (("signing_certificate_v2", tsp.SigningCertificateV2), ("signing_certificate", tsp.SigningCertificate))
    for name, kind in kinds:
        value = value_of(attributes, name)
        if value is not None:
            # Read anew: looking into the value itself would have asn1crypto write the attributes anew.
            return kind.load(value.dump())["certs"][0]
    return None


def is_meant(certificate: x509.Certificate, named: tsp.ESSCertID | tsp.ESSCertIDv2) -> bool:
    """Does the attribute name this certificate: by its digest, and by issuer and number where it tells them?"""
    digest = "sha1" if isinstance(named, tsp.ESSCertID) else str(named["hash_algorithm"]["algorithm"].native)
    if digest_of(digest, certificate.dump()) != named["cert_hash"].native:
        return False
    told = named["issuer_serial"]
    if isinstance(told, core.Void) or not told:
        return True
    names = told["issuer"]
    if len(names) != 1 or names[0].name != "directory_name":
        return False
    issuer = names[0].chosen
    try:
        same = issuer.dump() == certificate.issuer.dump() or issuer == certificate.issuer
    except ValueError:  # a name that cannot be prepared for comparison
        same = False
    return bool(same and told["serial_number"] == certificate["tbs_certificate"]["serial_number"])
