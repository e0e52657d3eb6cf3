"""Where a certificate says that more can be had: its issuer, and the word on whether it was revoked.

Promise: whatever the certificate holds nothing is raised, only plain http and https addresses come out, and few of
them.  They are the sender's: who follows them must mind where they lead.
"""

from collections.abc import Iterable, Mapping

from asn1crypto import cms, ocsp, pem, x509

from validation.evidence import WantedHttp
from validation.foreign import Unchecked, attempt

MOST_OF_A_KIND = 3  # addresses of one kind in one certificate; more are mirrors of each other
_LONGEST = 1000
_LONGEST_CHAIN = 6


def issuers_of(certificate: x509.Certificate) -> tuple[WantedHttp, ...]:
    """The issuer's own certificate (RFC 5280 section 4.2.2.1, caIssuers)."""
    return tuple(WantedHttp("certificate", url) for url in _information(certificate, "ca_issuers"))


def revocation_of(certificate: x509.Certificate, issuer: x509.Certificate) -> tuple[WantedHttp, ...]:
    """The responder's answer (RFC 6960) and the issuer's lists."""
    request = attempt(_request, certificate, issuer)
    asked = [] if isinstance(request, Unchecked) else _information(certificate, "ocsp")
    answers = [WantedHttp("ocsp", url, request) for url in asked if isinstance(request, bytes)]
    return (*answers, *(WantedHttp("crl", url) for url in lists_of(certificate)))


def lists_of(certificate: x509.Certificate) -> tuple[str, ...]:
    """The distribution points of the list that would name `certificate` (RFC 5280 section 4.2.1.13)."""
    points = attempt(lambda: [point.url for point in certificate.crl_distribution_points if point.url])
    return () if isinstance(points, Unchecked) else _plain(points)


def missing_above(certificate: x509.Certificate, known: Iterable[x509.Certificate]) -> tuple[WantedHttp, ...]:
    """What is wanted to go on from where the chain above `certificate` breaks off; nothing where it does not."""
    found = attempt(_missing, certificate, known)
    return () if isinstance(found, Unchecked) else found


def certificates_in(octets: bytes) -> tuple[bytes, ...]:
    """The certificates of an answer: one in DER or PEM, or a certs-only CMS (.p7c, .p7b; RFC 5280 section 4.2.2.1)."""
    found = attempt(_certificates, octets)
    return () if isinstance(found, Unchecked) else found


def from_where(kind: str, fetched: Mapping[str, bytes]) -> tuple[tuple[str, bytes], ...]:
    """The answers of one kind that could be had, each with the address that gave it."""
    return tuple(
        (key.split(" ")[1], octets) for key, octets in fetched.items() if octets and key.startswith(f"{kind} ")
    )


def _request(certificate: x509.Certificate, issuer: x509.Certificate) -> bytes:
    # SHA-1 names the issuer here and proves nothing; every responder knows it (RFC 5019 section 2.1.1).
    named = {
        "hash_algorithm": {"algorithm": "sha1"},
        "issuer_name_hash": certificate.issuer.sha1,
        "issuer_key_hash": issuer.public_key.sha1,
        "serial_number": certificate.serial_number,
    }
    octets: bytes = ocsp.OCSPRequest({"tbs_request": {"request_list": [{"req_cert": named}]}}).dump()
    return octets


def _information(certificate: x509.Certificate, method: str) -> tuple[str, ...]:
    def urls() -> list[str]:
        return [
            str(one["access_location"].native)
            for one in certificate.authority_information_access_value or ()
            if one["access_method"].native == method and one["access_location"].name == "uniform_resource_identifier"
        ]

    found = attempt(urls)
    return () if isinstance(found, Unchecked) else _plain(found)


def _plain(urls: Iterable[str]) -> tuple[str, ...]:
    """Those that are addresses of the web and nothing else; ldap and file are not followed."""
    fit = (
        url
        for url in urls
        if url.lower().startswith(("http://", "https://"))
        and len(url) <= _LONGEST
        and url.isascii()
        and url.isprintable()
        and " " not in url
    )
    return tuple(dict.fromkeys(fit))[:MOST_OF_A_KIND]


def _missing(certificate: x509.Certificate, known: Iterable[x509.Certificate]) -> tuple[WantedHttp, ...]:
    by_subject = {one.subject.hashable: one for one in known}
    for _ in range(_LONGEST_CHAIN):
        if certificate.subject.hashable == certificate.issuer.hashable:
            return ()
        above = by_subject.get(certificate.issuer.hashable)
        if above is None:
            return issuers_of(certificate)
        certificate = above
    return ()


def _certificates(octets: bytes) -> tuple[bytes, ...]:
    if pem.detect(octets):
        return tuple(der for _, _, der in pem.unarmor(octets, multiple=True))
    # ContentInfo begins with an object identifier, a certificate with the sequence that is signed.
    info = attempt(lambda: cms.ContentInfo.load(octets)["content_type"].native)
    if info != "signed_data":
        return (octets,)
    return tuple(one.chosen.dump() for one in cms.ContentInfo.load(octets)["content"]["certificates"])
