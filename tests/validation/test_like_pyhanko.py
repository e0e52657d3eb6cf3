"""Where our own reading stands in for `pyhanko.sign`, which takes long to load: the same answers, file by file."""

import hashlib
import io
from collections.abc import Callable

import pytest
from pyhanko.sign.general import check_ess_certid
from pyhanko.sign.validation.dss import DocumentSecurityStore
from pyhanko.sign.validation.generic_cms import get_signing_cert_attr, validate_sig_integrity

from bridge.demo.pki import Pki
from bridge.demo.signing import sign_pdf
from tests.validation import forging
from tests.validation.pyhanko_peer import compare
from validation.cms_attributes import certificate_named, is_meant
from validation.cms_integrity import verify
from validation.cms_verifier import Verifier
from validation.evidence import Evidence
from validation.foreign import Unchecked
from validation.pdf_reading import open_pdf

Make = Callable[[bytes], bytes]


@pytest.mark.parametrize(
    "change",
    [
        pytest.param(lambda pdf: pdf, id="as signed"),
        pytest.param(lambda pdf: pdf + b"\n", id="with a line end behind it"),
        pytest.param(lambda pdf: pdf + b"behind the end", id="with words behind it"),
        pytest.param(lambda pdf: forging.appended(pdf, forging.replace_page), id="with a revision behind it"),
        pytest.param(lambda pdf: forging.with_range(pdf, "[0 9 20 20]"), id="with a range of little"),
        pytest.param(lambda pdf: forging.with_range(pdf, "[5 9 20 20]"), id="with a range that begins late"),
    ],
)
@pytest.mark.parametrize("signatures", [1, 2])
def test_extent_digest_and_locks_are_the_same(change: Make, signatures: int, once: bytes, twice: bytes) -> None:
    pdf = change(once if signatures == 1 else twice)
    assert compare(pdf) == signatures


def test_the_signed_attributes_verify_the_same(pki: Pki, once: bytes, plain: bytes) -> None:
    """A good container, one over other content, one under another's certificate."""
    other = sign_pdf(plain, pki.official, "Sig1", pades=True)
    for pdf in (once, other):
        signed = forging.container_of(pdf)["content"]
        signer, certificate = signed["signer_infos"][0], signed["certificates"][0].chosen
        named = certificate_named(signer["signed_attrs"])
        attribute = get_signing_cert_attr(signer["signed_attrs"])
        assert (named is None) == (attribute is None)
        stranger = forging.container_of(once if pdf is other else other)["content"]["certificates"][0].chosen
        for holder in (certificate, stranger):
            if named is not None and attribute is not None:
                assert is_meant(holder, named) == check_ess_certid(holder, attribute["certs"][0])
        for digest in (signer_digest(pdf), hashlib.sha256(b"other").digest()):
            theirs = validate_sig_integrity(signer, certificate, "data", digest, Verifier())
            assert verify(signer, certificate, digest, "data") == theirs


def test_validation_data_is_read_the_same(pki: Pki, once: bytes, evidence: Evidence) -> None:
    output = io.BytesIO(once)
    signature = forging.hole_of(once)[1:-1].upper()
    DocumentSecurityStore.add_dss(output, sig_contents=signature, crls=forging.lists(pki.crls))
    opened = open_pdf(output.getvalue(), leniently=False)
    assert not isinstance(opened, Unchecked)
    theirs = DocumentSecurityStore.read_dss(opened.reader)
    assert len(opened.carried.crls) == len(theirs.crls) == len(pki.crls)
    assert evidence.trust.crls == tuple(one.dump() for one in opened.carried.crls)


def signer_digest(pdf: bytes) -> bytes:
    """The digest of the last range."""
    (*_, pieces) = forging.signed_bytes(pdf)
    return hashlib.sha256(b"".join(octets for _, octets in pieces)).digest()
