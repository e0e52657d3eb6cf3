"""Certificates parsed once: the same organ signs thousands of files with the same one.

Promise: equal octets give the same parsed value, and nothing but parsing is remembered.  asn1crypto prepares names for
comparison (RFC 5280 section 7.1) lazily and keeps what it prepared on the parsed value; parsed anew for each file,
that was a third of the time of a check.
"""

from functools import lru_cache

from asn1crypto import x509

_LARGEST = 16_384  #: octets; larger ones are some attacker's and are not kept


def known(certificate: x509.Certificate) -> x509.Certificate:
    """`certificate`, or the equal one that was seen before."""
    octets = certificate.dump()
    return certificate if len(octets) > _LARGEST else _parsed(octets)


@lru_cache(maxsize=512)
def _parsed(octets: bytes) -> x509.Certificate:
    return x509.Certificate.load(octets)


def same_name(one: x509.Name, other: x509.Name) -> bool:
    """Are two names the same?  Where the octets are, there is nothing to prepare."""
    return bool(one.dump() == other.dump() or one == other)
