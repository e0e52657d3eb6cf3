"""Makes XML signatures (XMLDSig, XAdES) over parts of a package, field by field, as Office and DigiDoc write them."""

import base64
import hashlib
from collections.abc import Sequence
from dataclasses import dataclass

from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import padding
from lxml import etree

from tests.validation.cms_minting import Holder

DSIG = "http://www.w3.org/2000/09/xmldsig#"
XADES = "http://uri.etsi.org/01903/v1.3.2#"
C14N = "http://www.w3.org/TR/2001/REC-xml-c14n-20010315"
SHA256 = "http://www.w3.org/2001/04/xmlenc#sha256"
RSA_SHA256 = "http://www.w3.org/2001/04/xmldsig-more#rsa-sha256"
SIGNED_PROPERTIES = "http://uri.etsi.org/01903#SignedProperties"
CLAIMED = "2026-11-22T02:00:00Z"


@dataclass(frozen=True, slots=True)
class Ref:
    """One reference; `digested` None = of the element in the signature that `uri` names."""

    uri: str
    digested: bytes | None = None
    transforms: str = ""  #: the Transform elements
    type: str = ""

    def written(self, octets: bytes) -> str:
        """As XML."""
        kind = f' Type="{self.type}"' if self.type else ""
        transforms = f"<Transforms>{self.transforms}</Transforms>" if self.transforms else ""
        return (
            f'<Reference{kind} URI="{self.uri}">{transforms}<DigestMethod Algorithm="{SHA256}"/>'
            f"<DigestValue>{digest(octets)}</DigestValue></Reference>"
        )


def digest(octets: bytes) -> str:
    """SHA-256 in base64."""
    return base64.b64encode(hashlib.sha256(octets).digest()).decode()


def canonical(octets: bytes) -> bytes:
    """A document in its canonical form (C14N 1.0)."""
    return bytes(etree.tostring(etree.fromstring(octets), method="c14n"))


def transform(algorithm: str = C14N) -> str:
    """A Transform without parameters."""
    return f'<Transform Algorithm="{algorithm}"/>'


def certificate(by: Holder) -> str:
    """The holder's certificate as KeyInfo has it."""
    return f"<X509Certificate>{base64.b64encode(by.certificate.dump()).decode()}</X509Certificate>"


def properties(by: Holder, target: str, *, identity: str = "idSignedProperties", claimed: str = CLAIMED) -> str:
    """An Object with the XAdES properties that name the signer's certificate and a time."""
    return (
        f'<Object><xd:QualifyingProperties xmlns:xd="{XADES}" Target="#{target}">'
        f'<xd:SignedProperties Id="{identity}"><xd:SignedSignatureProperties><xd:SigningTime>{claimed}'
        "</xd:SigningTime><xd:SigningCertificate><xd:Cert><xd:CertDigest>"
        f'<DigestMethod Algorithm="{SHA256}"/><DigestValue>{digest(by.certificate.dump())}</DigestValue>'
        "</xd:CertDigest><xd:IssuerSerial><X509IssuerName>CN=Test</X509IssuerName>"
        f"<X509SerialNumber>{by.certificate.serial_number}</X509SerialNumber></xd:IssuerSerial></xd:Cert>"
        "</xd:SigningCertificate></xd:SignedSignatureProperties></xd:SignedProperties>"
        "</xd:QualifyingProperties></Object>"
    )


def of_properties() -> Ref:
    """The reference that signs `properties`."""
    return Ref("#idSignedProperties", None, transform(), SIGNED_PROPERTIES)


def signature(
    by: Holder, references: Sequence[Ref], objects: Sequence[str], *, identity: str = "S0", keys: str = ""
) -> str:
    """A Signature element; `keys` = the KeyInfo's content where it is not simply the signer's certificate."""
    held = keys or f"<X509Data>{certificate(by)}</X509Data>"
    whole = f'<Signature xmlns="{DSIG}" Id="{identity}">%s<KeyInfo>{held}</KeyInfo>{"".join(objects)}</Signature>'
    tree = etree.fromstring((whole % "").encode())
    written = "".join(
        one.written(one.digested if one.digested is not None else canonical(_named(tree, one.uri[1:])))
        for one in references
    )
    info = (
        f'<SignedInfo><CanonicalizationMethod Algorithm="{C14N}"/><SignatureMethod Algorithm="{RSA_SHA256}"/>'
        f"{written}</SignedInfo>"
    )
    signed = canonical(info.replace("<SignedInfo>", f'<SignedInfo xmlns="{DSIG}">', 1).encode())
    value = base64.b64encode(by.key.sign(signed, padding.PKCS1v15(), hashes.SHA256())).decode()
    return whole % f"{info}<SignatureValue>{value}</SignatureValue>"


def _named(tree: etree._Element, identity: str) -> bytes:
    """The element of that Id with the namespaces that it is in."""
    (found,) = (one for one in tree.iter() if one.get("Id") == identity)
    return etree.tostring(found, with_tail=False)
