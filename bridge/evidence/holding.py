"""Until when a fetched answer may be kept: what its issuer says, and never for long.

Only dates are read here, from octets that nobody has proven yet: whether they are good is found in the sandbox.
"""

from datetime import datetime, timedelta

from asn1crypto import crl, ocsp

_LONGEST = {"crl": timedelta(hours=12), "ocsp": timedelta(hours=12), "certificate": timedelta(days=7)}
_BRIEFLY = timedelta(minutes=5)  # an answer without nextUpdate: a newer one is there at any time (RFC 6960, 4.2.2.1)


def until(kind: str, octets: bytes, now: datetime) -> datetime | None:
    """The end of what `octets` say; None = they are not to be kept: no such thing, or over already."""
    try:
        end = _said(kind, octets, now)
    except (ValueError, TypeError, KeyError, AttributeError, IndexError, OverflowError):
        # Whatever asn1crypto raises for octets that are something else, such as a page that says "not found".
        return None
    end = min(end, now + _LONGEST[kind])
    return end if end > now else None


def _said(kind: str, octets: bytes, now: datetime) -> datetime:
    match kind:
        case "crl":
            parsed = crl.CertificateList.load(octets)["tbs_cert_list"]
            return parsed["next_update"].native or now + _BRIEFLY
        case "ocsp":
            answer = ocsp.OCSPResponse.load(octets)
            if answer["response_status"].native != "successful":
                raise ValueError("the responder has no answer")
            ends = [one["next_update"].native or now + _BRIEFLY for one in answer.response_data["responses"]]
            return min(ends)
        case _:
            return now + _LONGEST[kind]
