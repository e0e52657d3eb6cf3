"""Evidence records in a CMS signature: they prove nothing here, and can only speak against it."""

import asyncio
import hashlib
from collections.abc import Callable

import pytest
from asn1crypto import cms, core, tsp
from pyhanko.sign.timestamps.dummy_client import DummyTimeStamper

from bridge.demo.pki import Pki
from bridge.demo.signing import certificate_of, key_of
from tests.validation.cms_minting import NOW, attributes, container, holder, signer
from validation.cms_signatures import signatures_of
from validation.evidence import Evidence
from validation.signature import Problem

PAPER = b"Quyet dinh 35"
ANNA = holder("Anna")
LEAVES = [hashlib.sha256(each).digest() for each in (b"a", b"b", b"c")]
NEXT = [hashlib.sha256(b"d").digest()]


def sequence(*parts: bytes, tag: int | None = None) -> bytes:
    """A SEQUENCE, or in its place a context tag that is implicit (RFC 4998 appendix A)."""
    found = core.Sequence()
    found.contents = b"".join(parts)
    octets: bytes = found.dump()
    return octets if tag is None else bytes([0xA0 | tag]) + octets[1:]


def octets(value: bytes) -> bytes:
    """An OCTET STRING."""
    found: bytes = core.OctetString(value).dump()
    return found


def root(*lists: list[bytes]) -> bytes:
    """RFC 4998 section 4.3, by hand."""
    found = b""
    for number, leaves in enumerate(lists):
        found = hashlib.sha256(b"".join(sorted([*leaves, found] if number else leaves))).digest()
    return found


def record(token: bytes, *lists: list[bytes]) -> bytes:
    """A record of one time stamp over a tree."""
    tree = sequence(*(sequence(*map(octets, leaves)) for leaves in lists), tag=2) if lists else b""
    algorithm = cms.DigestAlgorithm({"algorithm": "sha256"}).dump()
    return sequence(core.Integer(1).dump(), sequence(algorithm), sequence(sequence(sequence(tree, token))))


def with_record(octets_of_record: bytes) -> bytes:
    """Anna's signature with that record beside it."""
    below = signer(ANNA, PAPER, attributes(PAPER))
    attribute = cms.CMSAttribute({"type": "1.2.840.113549.1.9.16.2.49", "values": [core.Any.load(octets_of_record)]})
    below["unsigned_attrs"] = cms.CMSAttributes([attribute])
    return container(PAPER, [below], ANNA)


@pytest.fixture(scope="module")
def stamped(pki: Pki) -> Callable[[bytes], bytes]:
    """The authority's token over a digest."""
    stamper = DummyTimeStamper(certificate_of(pki.time_stamper), key_of(pki.time_stamper), fixed_dt=NOW)

    def stamp(digest: bytes) -> bytes:
        token: cms.ContentInfo = asyncio.run(stamper.async_timestamp(digest, "sha256"))
        return bytes(token.dump())

    return stamp


def test_a_record_that_verifies_changes_nothing(stamped: Callable[[bytes], bytes]) -> None:
    for lists in ((), (LEAVES,), (LEAVES, NEXT)):
        digest = root(*lists) if lists else LEAVES[0]
        (only,) = signatures_of(with_record(record(stamped(digest), *lists)), Evidence(NOW)).signatures
        assert (only.sound, only.problems) == (True, ())


def test_a_stamp_that_is_not_the_root_of_its_tree_is_broken(stamped: Callable[[bytes], bytes]) -> None:
    (only,) = signatures_of(with_record(record(stamped(root(LEAVES)), LEAVES[:2])), Evidence(NOW)).signatures
    assert (only.sound, only.problems[0]) == (False, Problem.TIMESTAMP_BROKEN)


def test_a_stamp_whose_own_value_does_not_verify_is_broken(stamped: Callable[[bytes], bytes]) -> None:
    token = bytearray(stamped(root(LEAVES)))
    value = bytes(cms.ContentInfo.load(bytes(token))["content"]["signer_infos"][0]["signature"])
    token[token.index(value) + 9] ^= 1
    (only,) = signatures_of(with_record(record(bytes(token), LEAVES)), Evidence(NOW)).signatures
    assert (only.sound, only.problems[0]) == (False, Problem.TIMESTAMP_BROKEN)


def test_a_record_that_cannot_be_read_convicts_nobody() -> None:
    (only,) = signatures_of(with_record(sequence(core.Integer(7).dump())), Evidence(NOW)).signatures
    assert only.sound is True


def test_its_time_is_no_proof(stamped: Callable[[bytes], bytes]) -> None:
    info = cms.ContentInfo.load(stamped(LEAVES[0]))["content"]["encap_content_info"]["content"].parsed
    assert isinstance(info, tsp.TSTInfo)
    (only,) = signatures_of(with_record(record(stamped(LEAVES[0]))), Evidence(NOW)).signatures
    assert only.signed_at_source == "claimed"
