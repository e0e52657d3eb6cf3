"""Every defect of a hierarchy through `check --json`: four answers that are never merged, and what is told of each."""

import contextlib
import io
import json
from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

import pytest
from cryptography import x509
from cryptography.hazmat.primitives.asymmetric import ec, ed25519
from cryptography.x509.name import _ASN1Type
from cryptography.x509.oid import ExtendedKeyUsageOID
from pyhanko.sign.timestamps.dummy_client import DummyTimeStamper

from bridge.cli.main import run
from bridge.demo.documents import DECISION
from bridge.demo.paper import draw
from tests.pki import minting
from tests.pki.minting import DAY, NOW, Member, Profile, authority, name_of, signed_pdf, usage
from validation.evidence import Anchor, Evidence, TrustStore
from validation.pdf_signatures import signatures_of

LEAF = Profile(name_of("So Mau tinh Thu Nghiem"))
ROOT = minting.root("RootCA thu nghiem")
OTHER_ROOT = minting.root("RootCA khong ai tin")
CA = ROOT.issue(authority("CA thu nghiem", length=0))
SHA1_ROOT_KEYED = ROOT.issue(replace(authority("CA G1"), old=True))
STAMPER = CA.issue(
    replace(
        LEAF,
        name=name_of("TSA thu nghiem"),
        extensions=(usage(minting.SIGNING), (x509.ExtendedKeyUsage([ExtendedKeyUsageOID.TIME_STAMPING]), True)),
    ),
    minting.rsa_key(),
)


@dataclass(frozen=True, slots=True)
class Expected:
    """What is said of the one signature; the code is one that must be told."""

    trust: str
    revocation: str
    result: str
    code: str = ""


GOOD = Expected("trusted", "good", "VALID")
UNTRUSTED = Expected("untrusted", "not-checked", "INDETERMINATE", "signature.untrusted")
UNKNOWN = Expected("trusted", "unknown", "INDETERMINATE", "signature.revocation-unknown")
REVOKED = Expected("trusted", "revoked", "INVALID", "signature.revoked")
REVOKING: list[tuple[Member, datetime]] = []  # what the CA's list will name
INTERMEDIATES: list[Member] = [CA, SHA1_ROOT_KEYED]
LISTS: list[bytes] = []


def stamped(days: int) -> DummyTimeStamper:
    """A time stamp of so many days ago."""
    return DummyTimeStamper(minting.asn1(STAMPER), minting.private(STAMPER), fixed_dt=NOW - days * DAY)


def paper() -> bytes:
    """A page."""
    return draw(DECISION)


def by(profile: Profile = LEAF, key: minting.Key | None = None, ca: Member = CA, **how: Any) -> bytes:  # noqa: ANN401
    """A page signed by somebody whom `ca` certified so."""
    return signed_pdf(PAPER, ca.issue(profile, key), **how)


def revoked(days: int, stamp: int | None) -> bytes:
    """By somebody who was revoked so many days ago, stamped so many days ago."""
    leaf = CA.issue(LEAF)
    REVOKING.append((leaf, NOW - days * DAY))
    return signed_pdf(PAPER, leaf, time=None if stamp is None else stamped(stamp))


def below(profile: Profile, *, above: Member = ROOT, key: minting.Key | None = None, known: bool = True) -> Member:
    """Another CA, whose list is at hand; `known` = it stands in the trust directory."""
    ca = above.issue(profile, key)
    LISTS.append(ca.revocation_list())
    if known:
        INTERMEDIATES.append(ca)
    return ca


def cross_signed() -> bytes:
    """One key, certified by a root that nobody trusts and by one that is trusted."""
    key = minting.small_key()
    strange = below(authority("CA ky cheo"), above=OTHER_ROOT, key=key)
    below(authority("CA ky cheo"), key=key)
    return by(ca=strange, chain=(strange,))


def carried() -> bytes:
    """The CA's certificate comes with the file alone."""
    ca = below(authority("CA trong tep"), known=False)
    return by(ca=ca, chain=(ca,))


def named_otherwise() -> bytes:
    """The issuer's name in another letter case and string type than in its own certificate."""
    ca = below(authority("CA chu hoa"))
    other = name_of("ca CHU  HOA", kind=_ASN1Type.PrintableString)
    return by(replace(LEAF, issuer_name=other), ca=ca)


def constrained(permitted: bool) -> bytes:
    """Below a CA that may only certify mailboxes of one house."""
    house = x509.NameConstraints(permitted_subtrees=[x509.RFC822Name("so.test")], excluded_subtrees=None)
    ca = below(authority(f"CA gioi han {permitted}", more=((house, True),)))
    box = x509.SubjectAlternativeName([x509.RFC822Name("a@so.test" if permitted else "a@khac.test")])
    return by(replace(LEAF, extensions=(*LEAF.extensions, (box, False))), ca=ca)


def with_extension(*extensions: minting.Extension) -> bytes:
    """A leaf with these extensions."""
    return by(replace(LEAF, extensions=extensions))


PAPER = paper()
CASES: dict[str, tuple[Callable[[], bytes], Expected]] = {
    "ECDSA on P-256": (by, GOOD),
    "ECDSA on P-384": (lambda: by(key=ec.generate_private_key(ec.SECP384R1()), digest="sha384"), GOOD),
    "Ed25519": (lambda: by(key=ed25519.Ed25519PrivateKey.generate(), digest="sha512"), GOOD),
    "RSA PKCS 1": (lambda: by(key=minting.rsa_key()), GOOD),
    "RSA PSS": (lambda: by(key=minting.rsa_key(), pss=True), GOOD),
    "RSA of 1024 bits": (
        lambda: by(key=minting.rsa_key(1024)),
        replace(GOOD, code="signature.weak"),
    ),
    "a digest by SHA-1": (lambda: by(digest="sha1"), replace(GOOD, code="signature.weak")),
    "expired": (
        lambda: by(minting.expired(LEAF)),
        Expected("trusted", "unknown", "INDETERMINATE", "signature.expired"),
    ),
    "not yet valid": (
        lambda: by(replace(LEAF, start=NOW + DAY)),
        Expected("trusted", "unknown", "INDETERMINATE", "signature.expired"),
    ),
    "revoked, and no proof of time": (lambda: revoked(10, None), REVOKED),
    "revoked after the time stamp": (lambda: revoked(10, 20), GOOD),
    "revoked before the time stamp": (lambda: revoked(10, 5), REVOKED),
    "key usage for encryption alone": (lambda: with_extension(usage(frozenset({"key_encipherment"}))), UNTRUSTED),
    "key usage for certifying alone": (lambda: with_extension(usage(minting.CERTIFYING)), UNTRUSTED),
    "non-repudiation alone": (lambda: with_extension(usage(frozenset({"content_commitment"}))), GOOD),
    "no key usage": (with_extension, GOOD),
    "a purpose that is not signing, which the law does not ask about": (
        lambda: with_extension(
            usage(minting.SIGNING), (x509.ExtendedKeyUsage([ExtendedKeyUsageOID.SERVER_AUTH]), False)
        ),
        GOOD,
    ),
    "a critical extension that nobody knows": (
        lambda: with_extension(
            usage(minting.SIGNING), (x509.UnrecognizedExtension(x509.ObjectIdentifier("1.2.3.4"), b"\x05\x00"), True)
        ),
        UNTRUSTED,
    ),
    "within the names that its CA may certify": (lambda: constrained(permitted=True), GOOD),
    "outside the names that its CA may certify": (lambda: constrained(permitted=False), UNTRUSTED),
    "deeper than the CA above may go": (
        lambda: by(ca=below(authority("CA qua sau"), above=CA)),
        UNTRUSTED,
    ),
    "certified by a leaf": (lambda: by(ca=below(LEAF)), UNTRUSTED),
    "certified by itself": (lambda: signed_pdf(PAPER, minting.root("So tu ky")), UNTRUSTED),
    "certified by a CA of the right name and the wrong key": (
        lambda: by(ca=below(authority("CA thu nghiem"), above=OTHER_ROOT, known=False)),
        UNTRUSTED,
    ),
    "the CA is nowhere": (lambda: by(ca=below(authority("CA mat"), known=False)), UNTRUSTED),
    "the CA stands in the file": (
        carried,
        GOOD,
    ),
    "the CA's list is nowhere": (lambda: by(ca=unlisted()), UNKNOWN),
    "a CA that two roots certified": (cross_signed, GOOD),
    "the issuer's name in another case and type": (named_otherwise, GOOD),
    "a CA whose certificate is signed with SHA-1 by a pinned anchor": (lambda: by(ca=SHA1_ROOT_KEYED), GOOD),
    "a leaf whose certificate is signed with SHA-1 by a CA that is not pinned": (
        lambda: by(replace(LEAF, old=True)),
        UNTRUSTED,
    ),
}


def unlisted() -> Member:
    """A CA that publishes nothing."""
    ca = ROOT.issue(authority("CA im lang"))
    INTERMEDIATES.append(ca)
    return ca


@pytest.fixture(scope="module")
def told(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Any]:
    """Every file judged in one call."""
    folder = tmp_path_factory.mktemp("defects")
    files = {name: folder / f"{number}.pdf" for number, name in enumerate(CASES)}
    for name, file in files.items():
        file.write_bytes(CASES[name][0]())
    lists = [ROOT.revocation_list(), CA.revocation_list(REVOKING), SHA1_ROOT_KEYED.revocation_list(), *LISTS]
    kept: dict[str, list[bytes]] = {
        "government": [ROOT.der],
        "intermediates": [one.der for one in INTERMEDIATES],
        "crls": lists,
    }
    for place, blobs in kept.items():
        (folder / "trust" / place).mkdir(parents=True)
        for number, blob in enumerate(blobs):
            (folder / "trust" / place / str(number)).write_bytes(blob)
    command = ("check", "--json", "--offline", "--trust", folder / "trust", "--at", NOW.isoformat())
    octets = io.BytesIO()
    out = io.TextIOWrapper(octets, "utf-8", write_through=True)
    with contextlib.redirect_stdout(out):
        run([*map(str, command), *map(str, files.values())])
    lines = [json.loads(line) for line in octets.getvalue().splitlines()]
    return dict(zip(files, lines, strict=True))


@pytest.mark.parametrize(("name", "expected"), [pytest.param(name, one, id=name) for name, (_, one) in CASES.items()])
def test_the_four_answers(told: dict[str, Any], name: str, expected: Expected) -> None:
    """Integrity and `sound` never depend on the certificate."""
    (signature,) = told[name]["signatures"]
    assert (signature["sound"], signature["integrity"], signature["coverage"]) == (True, "intact", "whole")
    assert (signature["trust"], signature["revocation"], signature["result"]) == (
        expected.trust,
        expected.revocation,
        expected.result,
    )
    codes = {one["code"] for one in told[name]["findings"]}
    assert expected.code in codes or not expected.code
    if expected.result == "VALID":
        assert not codes & {"signature.untrusted", "signature.revoked", "signature.revocation-unknown"}


def test_a_time_stamp_by_a_certificate_for_something_else_proves_no_time() -> None:
    nobody = CA.issue(LEAF, minting.rsa_key())
    time = DummyTimeStamper(minting.asn1(nobody), minting.private(nobody), fixed_dt=NOW - DAY)
    store = TrustStore((Anchor(ROOT.der, "government"),), (CA.der,), (ROOT.revocation_list(), CA.revocation_list()))
    (signature,) = signatures_of(by(time=time), Evidence(NOW, store)).signatures
    assert (signature.sound, signature.signed_at_source) == (True, "claimed")
