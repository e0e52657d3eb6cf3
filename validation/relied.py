"""What the answers about one certificate rest on: the chain to its anchor, and the words about revocation.

Told by digest, so that a judgement can be repeated years later from the same octets, and by name and source, so that a
lawyer can follow it.  Nothing is judged here.
"""

import hashlib
from collections.abc import Callable, Iterable, Iterator, Sequence
from functools import lru_cache

from asn1crypto import crl, ocsp, x509

from validation.certificate import signer_of
from validation.foreign import Unchecked, attempt
from validation.signature import Relied

#: Where an object came from: file, trust, or the address it was got from.
Source = Callable[[x509.Certificate | crl.CertificateList | ocsp.OCSPResponse], str]


def certificates_relied_on(chain: Sequence[x509.Certificate], source: Source) -> tuple[Relied, ...]:
    """The chain from the holder's certificate up to the anchor, which is the last."""
    return tuple(
        found
        for position, one in enumerate(chain)
        if not isinstance(
            found := attempt(_certificate, one.dump(), source(one), last=position == len(chain) - 1), Unchecked
        )
    )


def alone(holder: x509.Certificate) -> tuple[Relied, ...]:
    """The holder's certificate, which stands in the file and leads nowhere."""
    found = attempt(_certificate, holder.dump(), "file", last=False)
    return () if isinstance(found, Unchecked) else (found,)


def words_relied_on(
    chain: Sequence[x509.Certificate],
    lists: Iterable[crl.CertificateList],
    answers: Iterable[ocsp.OCSPResponse],
    source: Source,
    known: dict[int, Relied],
) -> tuple[Relied, ...]:
    """The lists and answers that speak of a certificate of `chain`: those that a path over it may have been judged by.

    Rather one too many than one too few: an indirect list (RFC 5280 section 5.2.5) may speak of anybody.  `known`
    keeps those of the trust directory, by identity: a list of many megabytes is hashed once and not for every file.
    """
    found = attempt(lambda: tuple(_words(chain, lists, answers, source, known)))
    return () if isinstance(found, Unchecked) else found


def _words(
    chain: Sequence[x509.Certificate],
    lists: Iterable[crl.CertificateList],
    answers: Iterable[ocsp.OCSPResponse],
    source: Source,
    known: dict[int, Relied],
) -> Iterator[Relied]:
    issuers = {one.issuer.hashable for one in chain} | {one.subject.hashable for one in chain}
    for one in lists:
        if one.issuer.hashable in issuers or _is_indirect(one):
            relied = known.get(id(one)) or _list(one, source(one))
            if relied.source == "trust":
                known[id(one)] = relied
            yield relied
    serials = {one.serial_number for one in chain}
    for answer in answers:
        spoken = (one for one in answer.response_data["responses"] if one["cert_id"]["serial_number"].native in serials)
        one = next(spoken, None)
        if one is not None:
            responder = answer.response_data["responder_id"]
            name = _text(responder.chosen) if responder.name == "by_name" else ""
            since, until = one["this_update"].native, one["next_update"].native
            yield Relied("ocsp", _digest(answer), name, source(answer), since, until)


def _is_indirect(one: crl.CertificateList) -> bool:
    point = one.issuing_distribution_point_value
    return bool(point is not None and point["indirect_crl"].native)


def _list(one: crl.CertificateList, source: str) -> Relied:
    said = one["tbs_cert_list"]
    since, until = said["this_update"].native, said["next_update"].native
    return Relied("crl", _digest(one), _text(one.issuer), source, since, until)


@lru_cache(maxsize=512)
def _certificate(der: bytes, source: str, *, last: bool) -> Relied:
    """By octets alone, so that it can be kept: authorities are the same for thousands of files."""
    one = x509.Certificate.load(der)
    holder = signer_of(one)
    validity = one["tbs_certificate"]["validity"]
    return Relied(
        "anchor" if last else "certificate",
        holder.certificate_sha256,
        holder.name or holder.organisation,
        source,
        validity["not_before"].native,
        validity["not_after"].native,
    )


def _text(name: x509.Name) -> str:
    native = dict(name.native)
    said = native.get("common_name") or native.get("organization_name") or ""
    return str(said[0] if isinstance(said, list) else said)


def _digest(value: crl.CertificateList | ocsp.OCSPResponse) -> str:
    return hashlib.sha256(value.dump()).hexdigest()
