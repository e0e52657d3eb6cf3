"""XAdES and the methods: who signed is what the signer covered, when is what a stamp proves, how is what is named."""

import base64
from collections.abc import Callable
from datetime import timedelta

import pytest
from asn1crypto import x509 as asn1_x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec, ed25519, padding
from cryptography.hazmat.primitives.asymmetric.types import PublicKeyTypes
from cryptography.hazmat.primitives.asymmetric.utils import decode_dss_signature
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat
from lxml import etree

from bridge.demo.authority import Identity
from bridge.demo.pki import Pki
from tests.validation import xml_minting
from tests.validation.cms_minting import NOW, Holder, holder
from tests.validation.conftest import MOMENT
from tests.validation.package_minting import token
from tests.validation.xml_minting import DSIG, XADES, Ref, certificate
from tests.validation.xmlsec import C14N, ENVELOPED, SHA256, of_properties, properties, reference, sign, template
from validation.codes import Code
from validation.evidence import Evidence, TrustStore
from validation.signature import Problem, Revocation, Signature, Trust
from validation.xml_signatures import signatures_of

EVIDENCE = Evidence(NOW)
ANNA, BINH = holder("Anna"), holder("Bình", serial=8)
DSIG_11 = "http://www.w3.org/2009/xmldsig11#"
MORE, MORE_2007 = "http://www.w3.org/2001/04/xmldsig-more#", "http://www.w3.org/2007/05/xmldsig-more#"
MORE_2021 = "http://www.w3.org/2021/04/xmldsig-more#"


def only(content: bytes, evidence: Evidence = EVIDENCE) -> Signature:
    """The one signature of an XML file."""
    (one,) = signatures_of(content, evidence).signatures
    return one


def document(by: Holder, *, names: Holder | None = None, inside: tuple[Holder, ...] = (), unsigned: str = "") -> bytes:
    """A signed document; `names` = whose certificate XAdES names, `inside` = the certificates that stand in KeyInfo."""
    keys = "".join(f"<X509Data>{certificate(one)}</X509Data>" for one in inside or (by,))
    around = Ref("", xml_minting.canonical(b"<Doc>35</Doc>"), xml_minting.transform(ENVELOPED))
    objects = [] if names is None else [xml_minting.properties(names, "S0")]
    refs = [around] if names is None else [around, xml_minting.of_properties()]
    signature = xml_minting.signature(by, refs, objects, keys=keys)
    end = "</xd:QualifyingProperties>"
    more = f"<xd:UnsignedProperties><xd:UnsignedSignatureProperties>{unsigned}</xd:UnsignedSignatureProperties>"
    return f"<Doc>35{signature.replace(end, f'{more}</xd:UnsignedProperties>{end}')}</Doc>".encode()


@pytest.mark.parametrize(
    ("content", "signer"),
    [
        pytest.param(lambda: document(ANNA, names=ANNA), "Anna", id="the only one there is"),
        pytest.param(lambda: document(ANNA, names=ANNA, inside=(BINH, ANNA)), "Anna", id="another's stands first"),
        pytest.param(lambda: document(ANNA, inside=(BINH, ANNA)), "Anna", id="nobody is named: the one that verifies"),
    ],
)
def test_the_signer_is_whom_the_signer_names(content: Callable[[], bytes], signer: str) -> None:
    one = only(content())
    assert (one.sound, one.signer.name) == (True, signer)


@pytest.mark.parametrize(
    ("content", "problem"),
    [
        pytest.param(
            lambda: document(ANNA, names=BINH, inside=(ANNA,)), Problem.CERTIFICATE_SWAPPED, id="another is named"
        ),
        pytest.param(
            lambda: document(ANNA, names=BINH, inside=(ANNA, BINH)), Problem.VALUE_MISMATCH, id="and is there, too"
        ),
        pytest.param(lambda: document(ANNA, inside=(BINH,)), Problem.VALUE_MISMATCH, id="another's certificate alone"),
        pytest.param(
            lambda: document(ANNA, names=ANNA).replace(b"T02:00:00Z", b"T03:00:00Z"),
            Problem.DIGEST_MISMATCH,
            id="another time in the signed properties",
        ),
    ],
)
def test_a_certificate_that_did_not_sign_makes_it_unsound(content: Callable[[], bytes], problem: Problem) -> None:
    one = only(content())
    assert (one.sound, one.problems[0]) == (False, problem)


def _of(identity: Identity) -> Holder:
    return Holder(identity.key, asn1_x509.Certificate.load(identity.der))


def _stamped(content: bytes, stamp: Callable[[bytes], bytes]) -> bytes:
    """With a time stamp of the signature value (ETSI EN 319 132-1 section 5.3)."""
    (value,) = etree.fromstring(content).iter(f"{{{DSIG}}}SignatureValue")
    octets = stamp(xml_minting.canonical(etree.tostring(value, with_tail=False)))
    stamped = (
        f'<xd:SignatureTimeStamp><CanonicalizationMethod Algorithm="{C14N}"/><xd:EncapsulatedTimeStamp>'
        f"{base64.b64encode(octets).decode()}</xd:EncapsulatedTimeStamp></xd:SignatureTimeStamp>"
    )
    place = b"<xd:UnsignedSignatureProperties>"
    return content.replace(place, place + stamped.encode())


def test_a_time_stamp_of_the_value_proves_the_time(pki: Pki, evidence: Evidence) -> None:
    moment = MOMENT - timedelta(hours=1)
    plain = document(_of(pki.agency), names=_of(pki.agency))
    one = only(_stamped(plain, lambda octets: token(_of(pki.time_stamper), octets, moment)), evidence)
    assert (one.result, one.signed_at, one.signed_at_source) == ("VALID", moment, "timestamp")
    assert only(plain, evidence).signed_at_source == "claimed"


def test_a_time_stamp_of_something_else_makes_it_unsound(pki: Pki, evidence: Evidence) -> None:
    plain = document(_of(pki.agency), names=_of(pki.agency))
    one = only(_stamped(plain, lambda _: token(_of(pki.time_stamper), b"another", MOMENT)), evidence)
    assert (one.sound, one.problems[0]) == (False, Problem.TIMESTAMP_BROKEN)


def _values(kind: str, name: str, *blobs: bytes) -> str:
    held = "".join(f"<xd:{name}>{base64.b64encode(one).decode()}</xd:{name}>" for one in blobs)
    return f"<xd:{kind}>{held}</xd:{kind}>"


def test_certificates_and_lists_in_the_file_help(pki: Pki) -> None:
    """With the roots alone in the trust directory, the file brings the rest, as XAdES LT files do."""
    roots = Evidence(MOMENT, TrustStore(anchors=pki.trust.anchors))
    lists = f"<xd:RevocationValues>{_values('CRLValues', 'EncapsulatedCRLValue', *pki.crls)}</xd:RevocationValues>"
    chain = _values("CertificateValues", "EncapsulatedX509Certificate", pki.government_ca.identity.der)
    agency = _of(pki.agency)
    bare = only(document(agency, names=agency), roots)
    assert bare.trust is Trust.UNTRUSTED
    helped = only(document(agency, names=agency, unsigned=chain + lists), roots)
    assert (helped.trust, helped.revocation, helped.result) == (Trust.TRUSTED, Revocation.GOOD, "VALID")


def _countersigned(uri: str) -> bytes:
    """A document signed by Anna, and Bình's signature in the place of counter-signatures."""
    first = sign(
        f"<Doc>35{template(reference('', ENVELOPED), of_properties(), objects=properties(ANNA))}</Doc>", "sig-1", ANNA
    ).decode()
    kind = "http://uri.etsi.org/01903#CountersignedSignature"
    second = template(reference(uri, C14N, kind=kind), objects='<Object Id="o">36</Object>', identity="sig-2")
    outer = f'<CounterSignature xmlns="{XADES}">{second}</CounterSignature>'
    held = f'<UnsignedProperties xmlns="{XADES}"><UnsignedSignatureProperties>{outer}'
    end = "</x:QualifyingProperties>"
    placed = first.replace(end, f"{held}</UnsignedSignatureProperties></UnsignedProperties>{end}")
    return sign(placed, "sig-2", BINH)


def test_a_countersignature_signs_the_signature_and_is_told() -> None:
    reading = signatures_of(_countersigned("#sig-1-value"), EVIDENCE)
    assert [(one.signer.name, one.sound, one.countersigns) for one in reading.signatures] == [
        ("Anna", True, ""),
        ("Bình", True, "sig-1"),
    ]
    assert [seen.evidence["by"] for seen in reading.observations if seen.code is Code.SIGNATURE_COUNTERSIGNED] == [
        "Bình"
    ]


def test_a_countersignature_of_something_else_is_refused() -> None:
    told = [(one.sound, one.problems[:1]) for one in signatures_of(_countersigned("#o"), EVIDENCE).signatures]
    assert told == [(True, ()), (False, (Problem.WRAPPED,))]


def _under(method: str, key: PublicKeyTypes, value: Callable[[bytes], bytes], parameters: str = "") -> bytes:
    """A document signed by a bare key of any kind."""
    digest = xml_minting.digest(xml_minting.canonical(b"<Doc>35</Doc>"))
    info = (
        f'<SignedInfo xmlns="{DSIG}"><CanonicalizationMethod Algorithm="{C14N}"></CanonicalizationMethod>'
        f'<SignatureMethod Algorithm="{method}">{parameters}</SignatureMethod><Reference URI=""><Transforms>'
        f'<Transform Algorithm="{ENVELOPED}"></Transform></Transforms><DigestMethod Algorithm="{SHA256}">'
        f"</DigestMethod><DigestValue>{digest}</DigestValue></Reference></SignedInfo>"
    )
    made = base64.b64encode(value(xml_minting.canonical(info.encode()))).decode()
    held = base64.b64encode(key.public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo)).decode()
    return (
        f'<Doc>35<Signature xmlns="{DSIG}">{info}<SignatureValue>{made}</SignatureValue><KeyInfo>'
        f'<DEREncodedKeyValue xmlns="{DSIG_11}">{held}</DEREncodedKeyValue></KeyInfo></Signature></Doc>'
    ).encode()


CURVE, EDWARDS = ec.generate_private_key(ec.SECP384R1()), ed25519.Ed25519PrivateKey.generate()
RSA = ANNA.key


def _side_by_side(octets: bytes) -> bytes:
    r, s = decode_dss_signature(CURVE.sign(octets, ec.ECDSA(hashes.SHA384())))
    return r.to_bytes(48) + s.to_bytes(48)


def _pss(octets: bytes, salt: int = 32) -> bytes:
    return RSA.sign(octets, padding.PSS(padding.MGF1(hashes.SHA256()), salt), hashes.SHA256())


PSS = f'<RSAPSSParams xmlns="{MORE_2007}"><SaltLength>20</SaltLength></RSAPSSParams>'


@pytest.mark.parametrize(
    ("content", "sound"),
    [
        pytest.param(
            lambda: _under(f"{MORE}ecdsa-sha384", CURVE.public_key(), _side_by_side), True, id="ECDSA, r beside s"
        ),
        pytest.param(
            lambda: _under(
                f"{MORE}ecdsa-sha384", CURVE.public_key(), lambda one: CURVE.sign(one, ec.ECDSA(hashes.SHA384()))
            ),
            False,
            id="ECDSA as ASN.1, which XML does not have",
        ),
        pytest.param(
            lambda: _under(f"{MORE_2021}eddsa-ed25519", EDWARDS.public_key(), EDWARDS.sign), True, id="Ed25519"
        ),
        pytest.param(
            lambda: _under(f"{MORE_2007}sha256-rsa-MGF1", RSA.public_key(), _pss), True, id="RSA-PSS by its short name"
        ),
        pytest.param(
            lambda: _under(f"{MORE_2007}rsa-pss", RSA.public_key(), lambda one: _pss(one, 20), PSS),
            True,
            id="RSA-PSS with parameters",
        ),
        pytest.param(
            lambda: _under(f"{MORE_2007}rsa-pss", RSA.public_key(), lambda one: _pss(one, 30), PSS),
            False,
            id="RSA-PSS with another salt than it says",
        ),
        pytest.param(
            lambda: _under(f"{MORE}rsa-sha256", CURVE.public_key(), _side_by_side), False, id="a key of another kind"
        ),
        pytest.param(
            lambda: _under(
                f"{MORE}rsa-sha512", RSA.public_key(), lambda one: RSA.sign(one, padding.PKCS1v15(), hashes.SHA256())
            ),
            False,
            id="another digest than the method names",
        ),
    ],
)
def test_the_value_is_the_one_that_the_method_names(content: Callable[[], bytes], sound: bool) -> None:
    assert only(content()).sound is sound


def test_a_weak_digest_is_told_and_leaves_the_signature_sound() -> None:
    def value(octets: bytes) -> bytes:
        return RSA.sign(octets, padding.PKCS1v15(), hashes.SHA1())

    one = only(_under(f"{DSIG}rsa-sha1", RSA.public_key(), value))
    assert (one.sound, one.problems, one.algorithm) == (True, (Problem.WEAK_ALGORITHM,), "rsa-2048/sha1")
