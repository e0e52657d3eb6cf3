"""Revocation and missing issuers, with a real responder and a real site: what certificates point to is asked for."""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from bridge.demo.authority import Authority, Identity, Published, Subject, Validity
from bridge.demo.documents import DECISION
from bridge.demo.paper import draw
from bridge.demo.signing import sign_pdf
from bridge.evidence.answers import Answers
from bridge.settings.sections import Fetching
from tests.servers.ca_site import CaSite, ca_site
from tests.servers.wait import LOOPBACK
from validation.evidence import Anchor, Evidence, TrustStore
from validation.pdf_signatures import signatures_of
from validation.signature import Result, Revocation, Signature, Trust
from validation.signature_observations import SignatureReading

NOW = datetime.now(UTC)
HOUR = timedelta(hours=1)
SIGNER = Subject("Sở Mẫu tỉnh Thử Nghiệm", "Ủy ban nhân dân tỉnh Thử Nghiệm")
LISTED = Fetching(allow_hosts=(LOOPBACK,), timeout=timedelta(seconds=3))
ROUNDS = 3


@dataclass(frozen=True)
class House:
    """A root, a CA below it that publishes, and a signer."""

    site: CaSite
    root: Authority
    ca: Authority
    signer: Identity
    paper: bytes

    def evidence(self, **changes: tuple[bytes, ...]) -> Evidence:
        """The root trusted; the CA and the root's list at hand unless said otherwise."""
        given = {"intermediates": (self.ca.identity.der,), "crls": (self.root.revocation_list(NOW - HOUR),), **changes}
        return Evidence(NOW, TrustStore((Anchor(self.root.identity.der, "government"),), **given))


@pytest.fixture(scope="module")
def root() -> Authority:
    """The root alone: keys take time."""
    return Authority.root("RootCA thử nghiệm", "Cơ quan thử nghiệm", Validity.around(NOW, years=20))


@pytest.fixture
def site(tmp_path: Path) -> Iterator[CaSite]:
    """Where everything is published."""
    with ca_site(tmp_path) as opened:
        yield opened


def house(site: CaSite, root: Authority, *, lists: bool = True, responder: bool = True, issuer: bool = True) -> House:
    """A house whose CA tells of what is asked for."""
    published = Published(
        site.url("ca.crl") if lists else "",
        site.url("ocsp") if responder else "",
        site.url("ca.crt") if issuer else "",
    )
    above = replace(root, published=Published(site.url("root.crl"), certificate=site.url("root.crt")))
    ca = above.subordinate("CA thử nghiệm", "Cơ quan thử nghiệm", Validity.around(NOW, years=20))
    ca = replace(ca, published=published)
    signer = ca.leaf(SIGNER, Validity.around(NOW, years=4))
    site.files |= {
        "ca.crl": ca.revocation_list(NOW - HOUR),
        "root.crl": root.revocation_list(NOW - HOUR),
        "ca.crt": ca.identity.der,
    }
    site.respond("ocsp", ca, [signer])
    return House(site, root, ca, signer, sign_pdf(draw(DECISION), signer, "Sig1"))


def settled(paper: bytes, evidence: Evidence, answers: Answers) -> SignatureReading:
    """What is said after everything that was wanted was asked for, in at most three rounds."""
    reading = signatures_of(paper, evidence)
    for _ in range(ROUNDS):
        if not reading.wanted:
            break
        evidence = replace(evidence, fetched={**evidence.fetched, **answers.ask(reading.wanted)})
        reading = signatures_of(paper, evidence)
    return reading


def only(reading: SignatureReading) -> Signature:
    """The one signature; nothing is wanted any more."""
    assert reading.wanted == ()
    (signature,) = reading.signatures
    return signature


@pytest.mark.parametrize(
    ("lists", "responder"),
    [
        pytest.param(True, False, id="by the list alone"),
        pytest.param(False, True, id="by the responder alone"),
        pytest.param(True, True, id="by both"),
    ],
)
@pytest.mark.parametrize(
    ("revoked", "result", "revocation"),
    [
        pytest.param(False, Result.VALID, Revocation.GOOD, id="who was not revoked is good"),
        pytest.param(True, Result.INVALID, Revocation.REVOKED, id="who was revoked is revoked"),
    ],
)
def test_what_the_certificate_points_to_decides(
    site: CaSite, root: Authority, lists: bool, responder: bool, revoked: bool, result: Result, revocation: Revocation
) -> None:
    made = house(site, root, lists=lists, responder=responder)
    if revoked:
        ca = made.ca.revoke(made.signer, NOW - 2 * HOUR)
        site.files["ca.crl"] = ca.revocation_list(NOW - HOUR)
        site.respond("ocsp", ca, [made.signer])
    signature = only(settled(made.paper, made.evidence(), Answers(LISTED, None)))
    assert (signature.result, signature.revocation) == (result, revocation)


def test_the_issuer_of_the_issuer_comes_by_its_address_and_then_revocation(site: CaSite, root: Authority) -> None:
    """A leaf alone in the file, two authorities away from the root: every round brings one step."""
    made = house(site, root)
    signature = only(settled(made.paper, made.evidence(intermediates=(), crls=()), Answers(LISTED, None)))
    assert (signature.result, signature.trust) == (Result.VALID, Trust.TRUSTED)
    assert {"GET ca.crt", "GET root.crl", "POST ocsp"} <= set(site.asked)


def test_a_bundle_of_certificates_serves_as_the_issuer(site: CaSite, root: Authority) -> None:
    from cryptography.hazmat.primitives import serialization
    from cryptography.hazmat.primitives.serialization import pkcs7

    made = house(site, root)
    site.files["ca.crt"] = pkcs7.serialize_certificates([made.ca.identity.certificate], serialization.Encoding.DER)
    signature = only(settled(made.paper, made.evidence(intermediates=()), Answers(LISTED, None)))
    assert signature.result is Result.VALID


def test_a_stranger_in_the_issuers_place_makes_nobody_trusted(site: CaSite, root: Authority) -> None:
    made = house(site, root)
    stranger = Authority.root("RootCA tự tạo", "Người lạ", Validity.around(NOW, years=20))
    site.files["ca.crt"] = stranger.subordinate(
        "CA thử nghiệm", "Cơ quan thử nghiệm", Validity.around(NOW)
    ).identity.der
    signature = only(settled(made.paper, made.evidence(intermediates=()), Answers(LISTED, None)))
    assert (signature.sound, signature.trust) == (True, Trust.UNTRUSTED)


def test_the_word_of_a_strangers_responder_counts_for_nothing(site: CaSite, root: Authority) -> None:
    made = house(site, root, lists=False)
    stranger = Authority.root("RootCA tự tạo", "Người lạ", Validity.around(NOW, years=20))
    site.respond("ocsp", made.ca, [made.signer], stranger.identity)
    signature = only(settled(made.paper, made.evidence(), Answers(LISTED, None)))
    assert (signature.revocation, signature.result) == (Revocation.UNKNOWN, Result.INDETERMINATE)


def test_a_responder_that_does_not_know_the_certificate_acquits_nobody(site: CaSite, root: Authority) -> None:
    made = house(site, root, lists=False)
    site.respond("ocsp", made.ca, [])
    signature = only(settled(made.paper, made.evidence(), Answers(LISTED, None)))
    assert signature.result is not Result.VALID


@pytest.mark.parametrize(
    "settings",
    [
        pytest.param(Fetching(timeout=timedelta(seconds=1)), id="the address is of this machine and not listed"),
        pytest.param(replace(LISTED, fetch=False), id="nothing may be fetched"),
        pytest.param(replace(LISTED, list_size=100, answer_size=100), id="the answers are larger than taken"),
    ],
)
def test_what_may_not_be_had_leaves_revocation_unknown(site: CaSite, root: Authority, settings: Fetching) -> None:
    made = house(site, root)
    signature = only(settled(made.paper, made.evidence(), Answers(settings, None)))
    assert (signature.revocation, signature.result) == (Revocation.UNKNOWN, Result.INDETERMINATE)


def test_pages_that_say_not_found_with_200_are_no_answers_and_are_not_kept(
    site: CaSite, root: Authority, tmp_path: Path
) -> None:
    made = house(site, root, responder=False)
    site.files["ca.crl"] = b"<html>not found</html>"
    signature = only(settled(made.paper, made.evidence(), Answers(LISTED, tmp_path / "kept")))
    assert signature.revocation is Revocation.UNKNOWN
    assert site.files["ca.crl"] not in [file.read_bytes() for file in (tmp_path / "kept").iterdir()]


def test_what_was_fetched_is_kept_on_disk_until_it_ends(site: CaSite, root: Authority, tmp_path: Path) -> None:
    """A second process asks nobody, and a site that is away does no harm."""
    made = house(site, root)
    kept = tmp_path / "kept"
    assert only(settled(made.paper, made.evidence(crls=()), Answers(LISTED, kept))).result is Result.VALID
    before = len(site.asked)
    site.close()
    assert only(settled(made.paper, made.evidence(crls=()), Answers(LISTED, kept))).result is Result.VALID
    assert len(site.asked) == before


def test_a_site_that_is_away_is_asked_again_only_after_a_while(site: CaSite, root: Authority) -> None:
    made = house(site, root)
    answers = Answers(replace(LISTED, failed_for=timedelta(0)), None)
    patient = Answers(LISTED, None)
    site.close()
    for one in (answers, patient):
        assert only(settled(made.paper, made.evidence(), one)).revocation is Revocation.UNKNOWN
    site.open()
    assert only(settled(made.paper, made.evidence(), patient)).revocation is Revocation.UNKNOWN
    assert only(settled(made.paper, made.evidence(), answers)).revocation is Revocation.GOOD


def test_an_answer_made_after_the_certificates_end_acquits_nobody(site: CaSite, root: Authority) -> None:
    """A responder may have forgotten the expired (RFC 6960 section 4.4.4): without an older word it stays unknown."""
    made = house(site, root, lists=False)
    ended = made.ca.leaf(SIGNER, Validity(NOW - timedelta(days=300), NOW - timedelta(days=1)))
    site.respond("ocsp", made.ca, [ended])
    signature = settled(sign_pdf(draw(DECISION), ended, "Sig1"), made.evidence(), Answers(LISTED, None)).signatures[0]
    assert signature.result is Result.INDETERMINATE
