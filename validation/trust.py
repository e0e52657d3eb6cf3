"""Is there a path from a certificate to a configured anchor, and was it revoked?  Two answers, never one.

Only the trust store that was passed in is asked: no operating system's list, no network. The question is
put for one moment, the best proof of time of the signature.
"""

from collections.abc import Iterable, Mapping
from copy import copy
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import lru_cache
from itertools import pairwise
from typing import TypeVar

from asn1crypto import algos, crl, keys, ocsp, x509
from pyhanko_certvalidator import ValidationContext, find_valid_path
from pyhanko_certvalidator.errors import (
    ExpiredError,
    NotYetValidError,
    PathBuildingError,
    PathError,
    RevokedError,
    ValidationError,
)
from pyhanko_certvalidator.path import ValidationPath
from pyhanko_certvalidator.policy_decl import (
    NO_REVOCATION,
    REQUIRE_REVINFO,
    AlgorithmUsageConstraint,
    CertRevTrustPolicy,
    DisallowWeakAlgorithmsPolicy,
    RevocationCheckingPolicy,
)

from validation.evidence import Anchor, TrustStore, WantedHttp
from validation.foreign import Unchecked, attempt, attempt_async
from validation.pointers import certificates_in, from_where, missing_above, revocation_of
from validation.relied import certificates_relied_on, words_relied_on
from validation.signature import Problem, Relied, Revocation, Trust

Asn1 = TypeVar("Asn1", x509.Certificate, crl.CertificateList, ocsp.OCSPResponse)


@dataclass(frozen=True, slots=True)
class Carried:
    """What the file itself carries to help: certificates and revocation answers, all unproven."""

    certificates: tuple[x509.Certificate, ...] = ()
    crls: tuple[crl.CertificateList, ...] = ()
    ocsps: tuple[ocsp.OCSPResponse, ...] = ()

    @property
    def octets(self) -> frozenset[bytes]:
        """All of it, as written: the same octets give the same answers."""
        return frozenset(one.dump() for one in (*self.certificates, *self.crls, *self.ocsps))

    def and_more(
        self,
        certificates: tuple[x509.Certificate, ...],
        crls: tuple[crl.CertificateList, ...] = (),
        ocsps: tuple[ocsp.OCSPResponse, ...] = (),
    ) -> "Carried":
        """This, and what one signature carries itself."""
        return Carried((*certificates, *self.certificates), (*crls, *self.crls), (*ocsps, *self.ocsps))


@dataclass(frozen=True, slots=True)
class Standing:
    """What the trust store says of one certificate at one moment."""

    trust: Trust
    revocation: Revocation = Revocation.NOT_CHECKED
    validity: Problem | None = None  #: EXPIRED or NOT_YET_VALID at that moment
    anchor_list: str = ""  #: the list of the anchor: "government" or "public"
    detail: str = ""
    wanted: tuple[WantedHttp, ...] = ()  #: what would lead further: issuers where no path is, else revocation
    relied_on: tuple[Relied, ...] = ()  #: the path, and the words about revocation that speak of it


class _Algorithms(DisallowWeakAlgorithmsPolicy):
    """SHA-1 is refused, save under the key of a pinned anchor: the first government hierarchy is made so.

    The anchor's own key is trusted by its bytes, so what it certified under SHA-1 long ago cannot be chosen anew.
    """

    def __init__(self, pinned: frozenset[bytes]) -> None:
        super().__init__(rsa_key_size_threshold=1024)  # type: ignore[no-untyped-call]
        self._pinned = pinned

    def signature_algorithm_allowed(
        self,
        algo: algos.SignedDigestAlgorithm,
        moment: datetime | None,
        public_key: keys.PublicKeyInfo | None,
    ) -> AlgorithmUsageConstraint:
        """Refuse what is weak, unless a pinned key made it."""
        allowed = super().signature_algorithm_allowed(algo, moment, public_key)
        if allowed or public_key is None or public_key.dump() not in self._pinned:
            return allowed
        return AlgorithmUsageConstraint(allowed=str(algo.hash_algo) == "sha1")


class Trusted:
    """A trust store, parsed once; what it said of a certificate is remembered for one file (`for_file`)."""

    def __init__(self, store: TrustStore) -> None:
        self._configured = store.anchors
        self._lists = _lists(store.anchors)
        self._anchors = _readable(tuple(self._lists), x509.Certificate)
        self._intermediates = _readable(store.intermediates, x509.Certificate)
        self._crls = _readable(store.crls, crl.CertificateList)
        self._algorithms = _Algorithms(frozenset(anchor.public_key.dump() for anchor in self._anchors))
        self._ocsps: tuple[ocsp.OCSPResponse, ...] = ()
        self._sources: dict[bytes | int, str] = dict.fromkeys((*self._lists, *store.intermediates), "trust")
        self._sources |= {id(one): "trust" for one in self._crls}
        self._known: dict[int, Relied] = {}  # the store's own lists, which outlive every file
        self._fetched: Mapping[str, bytes] = {}
        self._said: dict[tuple[bytes, datetime, frozenset[bytes]], Standing] = {}

    def for_file(self, fetched: Mapping[str, bytes]) -> "Trusted":
        """The same store and what was `fetched`, with nothing remembered: one file must not speak for another."""
        fresh = copy(self)
        fresh._said = {}
        fresh._fetched = fetched
        if fetched:
            got = {kind: from_where(kind, fetched) for kind in ("certificate", "crl", "ocsp")}
            issuers = {der: url for url, octets in got["certificate"] for der in certificates_in(octets)}
            crls = [(url, _readable((octets,), crl.CertificateList)) for url, octets in got["crl"]]
            ocsps = [(url, _readable((octets,), ocsp.OCSPResponse)) for url, octets in got["ocsp"]]
            fresh._intermediates = (*self._intermediates, *_readable(tuple(issuers), x509.Certificate))
            fresh._crls = (*self._crls, *(one for _, found in crls for one in found))
            fresh._ocsps = tuple(one for _, found in ocsps for one in found)
            fresh._sources = dict(self._sources)
            fresh._sources |= {der: url for der, url in issuers.items() if der not in self._sources}
            fresh._sources |= {id(one): url for url, found in (*crls, *ocsps) for one in found}
        return fresh

    @property
    def wanted(self) -> tuple[WantedHttp, ...]:
        """All that was found wanting so far, and was not asked for yet."""
        every = dict.fromkeys(want for standing in self._said.values() for want in standing.wanted)
        return tuple(want for want in every if want.key not in self._fetched)

    async def standing(self, certificate: x509.Certificate, carried: Carried, at: datetime) -> Standing:
        """The two answers for `certificate` at the moment `at`."""
        then = self._as_of(at)
        if not then._anchors:
            return Standing(Trust.UNTRUSTED, detail="no anchor is configured")
        key = certificate.dump(), at, carried.octets
        if key not in self._said:
            self._said[key] = await then._standing(certificate, carried, at)
        return self._said[key]

    def _as_of(self, at: datetime) -> "Trusted":
        """Without the anchors that had ended then; what was provably signed before stays theirs."""
        live = tuple(one for one in self._configured if one.ended_at is None or at < one.ended_at)
        if len(live) == len(self._configured):
            return self
        then = copy(self)
        then._lists = _lists(live)
        then._anchors = tuple(one for one in self._anchors if one.dump() in then._lists)
        return then

    async def _standing(self, certificate: x509.Certificate, carried: Carried, at: datetime) -> Standing:
        # Everything asked for at once: where it is all there, which is the rule, one walk answers both questions.
        outcome = await self._validate(certificate, carried, at, REQUIRE_REVINFO)
        if isinstance(outcome, PathBuildingError):
            missing = missing_above(certificate, (*self._anchors, *self._intermediates, *carried.certificates))
            return Standing(Trust.UNTRUSTED, detail=_word(outcome), wanted=missing)
        if isinstance(outcome, ValidationPath):
            good = await self._is_timely(certificate, carried, at)
            return self._trusted(outcome, carried, Revocation.GOOD if good else Revocation.UNKNOWN)
        path, validity, detail = await self._path(certificate, carried, at)
        if path is None:
            return Standing(Trust.UNTRUSTED, validity=validity, detail=detail)
        if validity is not None:
            outcome = await self._validate(certificate, carried, _within(certificate, at), REQUIRE_REVINFO)
        revoked = isinstance(outcome, RevokedError)
        return self._trusted(path, carried, Revocation.REVOKED if revoked else Revocation.UNKNOWN, validity, detail)

    def _trusted(
        self,
        path: ValidationPath,
        carried: Carried,
        revocation: Revocation,
        validity: Problem | None = None,
        detail: str = "",
    ) -> Standing:
        anchor = path.first
        name = self._lists.get(anchor.dump(), "") if isinstance(anchor, x509.Certificate) else ""
        wanted: tuple[WantedHttp, ...] = ()
        chain = list(path.iter_certs(include_root=True))
        if revocation is Revocation.UNKNOWN:
            wanted = tuple(want for issuer, one in pairwise(chain) for want in revocation_of(one, issuer))
        relied_on = self._relied_on(chain[::-1], carried)
        return Standing(Trust.TRUSTED, revocation, validity, name, detail, wanted, relied_on)

    def _relied_on(self, chain: list[x509.Certificate], carried: Carried) -> tuple[Relied, ...]:
        """What the answers about the first of `chain` rest on."""
        lists, answers = (*self._crls, *carried.crls), (*self._ocsps, *carried.ocsps)
        words = words_relied_on(chain, lists, answers, self._source, self._known)
        return (*certificates_relied_on(chain, self._source), *words)

    def _source(self, one: Asn1) -> str:
        """Where it came from: what is not ours and was not fetched stands in the file."""
        return self._sources.get(one.dump() if isinstance(one, x509.Certificate) else id(one), "file")

    async def _path(
        self, certificate: x509.Certificate, carried: Carried, at: datetime
    ) -> tuple[ValidationPath | None, Problem | None, str]:
        """A path, whether or not the certificate is within its validity at `at`."""
        outcome = await self._validate(certificate, carried, at, NO_REVOCATION)
        if isinstance(outcome, ValidationPath):
            return outcome, None, ""
        if not isinstance(outcome, ExpiredError | NotYetValidError):
            return None, None, _word(outcome)
        validity = Problem.EXPIRED if isinstance(outcome, ExpiredError) else Problem.NOT_YET_VALID
        within = attempt(_within, certificate, at)
        if isinstance(within, Unchecked):
            return None, validity, within.detail
        again = await self._validate(certificate, carried, within, NO_REVOCATION)
        if isinstance(again, ValidationPath):
            return again, validity, _word(outcome)
        return None, validity, _word(again)

    async def _is_timely(self, certificate: x509.Certificate, carried: Carried, at: datetime) -> bool:
        """Is a certificate that nobody revoked good by lists that could still have named it?

        A list that its issuer made after the certificate expired may have dropped it (RFC 5280 section 3.3), and a
        responder may have forgotten it (RFC 6960 section 4.4.4): such a word can convict, not acquit.
        """
        expiry = certificate["tbs_certificate"]["validity"]["not_after"].native
        lists = [*self._crls, *carried.crls]
        timely = [
            one
            for one in lists
            if one["tbs_cert_list"]["this_update"].native <= expiry or one.issuer != certificate.issuer
        ]
        answers = [*self._ocsps, *carried.ocsps]
        prompt = [one for one in answers if not _is_late(one, certificate, expiry)]
        if len(timely) == len(lists) and len(prompt) == len(answers):
            return True
        again = await self._validate(certificate, carried, at, REQUIRE_REVINFO, crls=timely, ocsps=prompt)
        return isinstance(again, ValidationPath)

    async def _validate(
        self,
        certificate: x509.Certificate,
        carried: Carried,
        at: datetime,
        policy: RevocationCheckingPolicy,
        *,
        crls: list[crl.CertificateList] | None = None,
        ocsps: list[ocsp.OCSPResponse] | None = None,
    ) -> ValidationPath | Exception | Unchecked:
        context = ValidationContext(
            trust_roots=list(self._anchors),
            other_certs=[*self._intermediates, *carried.certificates],
            moment=at,
            allow_fetching=False,
            crls=[*self._crls, *carried.crls] if crls is None else crls,
            ocsps=[*self._ocsps, *carried.ocsps] if ocsps is None else ocsps,
            # Retroactive: an answer of today about a signature of last year names the date of revocation, and the
            # validator compares that date with `at`.
            revinfo_policy=CertRevTrustPolicy(policy, retroactive_revinfo=True),
            algorithm_usage_policy=self._algorithms,
            time_tolerance=timedelta(seconds=1),
        )
        return await attempt_async(_find, certificate, context)


def _lists(anchors: Iterable[Anchor]) -> dict[bytes, str]:
    """The list of each anchor; of one that stands in several the first."""
    found: dict[bytes, str] = {}
    for anchor in anchors:
        found.setdefault(anchor.certificate, anchor.list_name)
    return found


@lru_cache(maxsize=4)
def trusted_by(store: TrustStore) -> Trusted:
    """The parsed store: the same for thousands of files, until somebody changes the trust directory."""
    return Trusted(store)


async def _find(certificate: x509.Certificate, context: ValidationContext) -> ValidationPath | Exception:
    """The validator's own words for "no" are values here; anything else it raises is for the border."""
    try:
        paths = context.path_builder.async_build_paths_lazy(certificate)
        found: ValidationPath = await find_valid_path(certificate, paths, validation_context=context)
    except (ValidationError, PathError) as refusal:
        return refusal
    return found


def _is_late(answer: ocsp.OCSPResponse, certificate: x509.Certificate, expiry: datetime) -> bool:
    """Does `answer` speak of `certificate` from a time after its end?  One that cannot be read acquits nobody."""

    def late() -> bool:
        if answer["response_status"].native != "successful":
            return False
        return any(
            one["cert_id"]["serial_number"].native == certificate.serial_number and one["this_update"].native > expiry
            for one in answer.response_data["responses"]
        )

    return attempt(late) is not False


def _within(certificate: x509.Certificate, at: datetime) -> datetime:
    """The moment within the certificate's own validity that is nearest to `at`."""
    validity = certificate["tbs_certificate"]["validity"]
    start: datetime = validity["not_before"].native
    end: datetime = validity["not_after"].native
    return min(max(at, start), end)


def _word(outcome: ValidationPath | Exception | Unchecked) -> str:
    """A cause for the explanation: types alone, since the validator's texts quote names."""
    return outcome.detail if isinstance(outcome, Unchecked) else type(outcome).__name__


def _readable(blobs: tuple[bytes, ...], kind: type[Asn1]) -> tuple[Asn1, ...]:
    """Those of `blobs` that parse; one bad file in the trust directory must not stop the others."""
    parsed = (attempt(_parse, kind, blob) for blob in blobs)
    return tuple(one for one in parsed if not isinstance(one, Unchecked))


def _parse(kind: type[Asn1], blob: bytes) -> Asn1:
    """asn1crypto parses lazily: touch what path building will touch."""
    value = kind.load(blob, strict=True)
    if kind is x509.Certificate:
        _ = (value.subject.hashable, value.issuer.hashable, value.public_key, value.not_valid_after)
    elif kind is crl.CertificateList:
        _ = (value.issuer.hashable, value["tbs_cert_list"]["this_update"].native)
    elif value["response_status"].native != "successful":
        raise ValueError("the responder has no answer")
    return value
