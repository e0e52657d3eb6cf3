"""A time stamp (RFC 3161) over a report, from the authority that the office names.

The report names document and evidence by their digests: the stamp proves that all of them were there at its moment.
Kept as the authority's whole response, which `openssl ts -verify` reads.
"""

import hashlib
import secrets
from urllib.parse import urlsplit

from asn1crypto import tsp

from bridge.evidence.http import NotHadError, egress_of, get
from bridge.report.settings import Report
from validation.cms import check_timestamp
from validation.foreign import Unchecked, attempt

_LARGEST = 100_000
_QUERY = "application/timestamp-query"  # RFC 3161 section 3.4


def stamp(octets: bytes, settings: Report, proxy: str = "") -> bytes:
    """The authority's response for `octets`.

    Raises:
        NotHadError: it cannot be had, or is no stamp of these octets.
    """
    nonce = secrets.randbits(63)
    imprint = {"hash_algorithm": {"algorithm": "sha256"}, "hashed_message": hashlib.sha256(octets).digest()}
    request = tsp.TimeStampReq({"version": 1, "message_imprint": imprint, "nonce": nonce, "cert_req": True})
    # The office chose this host: it may lie in the office's own network.
    host = urlsplit(settings.tsa_url).hostname or ""
    egress = egress_of((host,), proxy, settings.tsa_timeout.total_seconds())
    answer = get(settings.tsa_url, egress, _LARGEST, request.dump(), _QUERY)
    if attempt(_is_of, answer, octets, nonce) is not True:
        raise NotHadError("the answer is no time stamp of this report")
    return answer


def _is_of(answer: bytes, octets: bytes, nonce: int) -> bool:
    """Granted, for these octets and this question, under the authority's own signature."""
    response = tsp.TimeStampResp.load(answer, strict=True)
    if response["status"]["status"].native not in ("granted", "granted_with_mods"):
        return False
    token = response["time_stamp_token"]["content"]
    if token["encap_content_info"]["content"].parsed["nonce"].native != nonce:
        return False
    checked = attempt(check_timestamp, token, lambda name: hashlib.new(name, octets).digest())
    return not isinstance(checked, Unchecked) and checked.intact
