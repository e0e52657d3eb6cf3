"""Judged at the time that a real authority stamped: what happens to the certificate later spoils nothing."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import serialization
from cryptography.x509.oid import ExtendedKeyUsageOID
from pyhanko.sign.timestamps import HTTPTimeStamper

from bridge.demo.documents import DECISION
from bridge.demo.paper import draw
from tests.pki import minting
from tests.pki.minting import DAY, NOW, Member, Profile, authority, name_of, signed_pdf, usage
from tests.servers.tsa import tsa
from validation.evidence import Anchor, Evidence, TrustStore
from validation.pdf_signatures import signatures_of
from validation.signature import Result, Revocation, Signature, Trust

ROOT = minting.root("RootCA thu nghiem")
CA = ROOT.issue(authority("CA thu nghiem", length=0))
TSA_CA = ROOT.issue(authority("CA dau thoi gian", length=0))
STAMPER = TSA_CA.issue(
    Profile(
        name_of("TSA thu nghiem"),
        extensions=(
            usage(frozenset({"digital_signature"})),
            (x509.ExtendedKeyUsage([ExtendedKeyUsageOID.TIME_STAMPING]), True),
        ),
    ),
    minting.rsa_key(),
)
LEAF = CA.issue(Profile(name_of("So Mau tinh Thu Nghiem"), end=NOW + DAY))  # ends tomorrow
PEM = serialization.Encoding.PEM


@dataclass(frozen=True, slots=True)
class Papers:
    """Signed today."""

    stamped: bytes
    bare: bytes


@pytest.fixture(scope="module")
def address(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """The authority, running."""
    key = STAMPER.key.private_bytes(PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption())
    chain = TSA_CA.certificate.public_bytes(PEM)
    with tsa(tmp_path_factory.mktemp("tsa") / "house", STAMPER.certificate.public_bytes(PEM), key, chain) as url:
        yield url


@pytest.fixture(scope="module")
def papers(address: str) -> Papers:
    """One with the authority's time stamp and one without."""
    page = draw(DECISION)
    return Papers(signed_pdf(page, LEAF, time=HTTPTimeStamper(address)), signed_pdf(page, LEAF))


def evidence(
    after: int = 0, revoked: Sequence[tuple[Member, datetime]] = (), *, known: Sequence[Member] = (CA, TSA_CA)
) -> Evidence:
    """What is known so many days from now; the lists are of today."""
    lists = (ROOT.revocation_list(), CA.revocation_list(revoked), TSA_CA.revocation_list(revoked))
    anchors = (Anchor(ROOT.der, "government"),)
    return Evidence(datetime.now(UTC) + after * DAY, TrustStore(anchors, tuple(one.der for one in known), lists))


def judged(paper: bytes, known: Evidence) -> Signature:
    """The one signature."""
    (found,) = signatures_of(paper, known).signatures
    return found


def test_the_stamped_time_is_the_time_of_judgement(papers: Papers) -> None:
    signature = judged(papers.stamped, evidence())
    assert (signature.result, signature.signed_at_source) == (Result.VALID, "timestamp")
    assert signature.signed_at is not None
    assert abs(signature.signed_at - datetime.now(UTC)) < DAY / 24


@pytest.mark.parametrize(
    ("stamped", "result", "source"),
    [
        pytest.param(True, Result.VALID, "timestamp", id="stamped while the certificate held"),
        pytest.param(False, Result.INDETERMINATE, "claimed", id="no proof that it was signed in time"),
    ],
)
def test_an_end_that_came_later_spoils_what_was_stamped_before(
    papers: Papers, stamped: bool, result: Result, source: str
) -> None:
    """A hundred days on, the certificate has ended."""
    signature = judged(papers.stamped if stamped else papers.bare, evidence(100))
    assert (signature.sound, signature.result, signature.signed_at_source) == (True, result, source)


@pytest.mark.parametrize(
    ("days", "revocation", "result"),
    [
        pytest.param(2, Revocation.GOOD, Result.VALID, id="revoked the day after tomorrow"),
        pytest.param(-2, Revocation.REVOKED, Result.INVALID, id="revoked the day before yesterday"),
    ],
)
def test_a_revocation_counts_against_the_stamped_time(
    papers: Papers, days: int, revocation: Revocation, result: Result
) -> None:
    signature = judged(papers.stamped, evidence(10, [(LEAF, NOW + days * DAY)]))
    assert (signature.sound, signature.revocation, signature.result) == (True, revocation, result)


@pytest.mark.parametrize(
    "known",
    [
        pytest.param((CA,), id="its CA's certificate comes with the stamp"),
        pytest.param((CA, TSA_CA), id="its CA's certificate stands in the trust directory"),
    ],
)
def test_the_authoritys_own_chain_is_followed(papers: Papers, known: tuple[Member, ...]) -> None:
    assert judged(papers.stamped, evidence(known=known)).signed_at_source == "timestamp"


@pytest.mark.parametrize(
    ("minutes", "source"),
    [
        pytest.param(3, "timestamp", id="our clock is three minutes slow"),
        pytest.param(60, "claimed", id="the stamp is of the future"),
    ],
)
def test_two_clocks_may_differ_a_little(papers: Papers, minutes: int, source: str) -> None:
    now = evidence()
    slow = replace(now, moment=now.moment - minutes * DAY / 1440)
    assert judged(papers.stamped, slow).signed_at_source == source


def test_the_time_of_an_authority_without_a_path_is_not_believed(papers: Papers) -> None:
    """Its chain leads to a root that nobody trusts: the claimed time is told, and nothing is less sound."""
    strange = TrustStore((Anchor(minting.root("RootCA khac").der, "government"),))
    signature = judged(papers.stamped, replace(evidence(), trust=strange))
    assert (signature.sound, signature.trust, signature.signed_at_source) == (True, Trust.UNTRUSTED, "claimed")


def test_a_revoked_authority_proves_no_time(papers: Papers) -> None:
    signature = judged(papers.stamped, evidence(0, [(STAMPER, NOW - 5 * DAY)]))
    assert (signature.sound, signature.signed_at_source) == (True, "claimed")
