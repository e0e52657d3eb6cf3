"""Signs XML by xmlsec1, a program of others: documents with templates in them, as tax software sends them."""

import base64
import functools
import hashlib
import subprocess
import tempfile
from pathlib import Path

from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat

from tests.validation.cms_minting import Holder, holder

DSIG = "http://www.w3.org/2000/09/xmldsig#"
XADES = "http://uri.etsi.org/01903/v1.3.2#"
C14N = "http://www.w3.org/TR/2001/REC-xml-c14n-20010315"
C14N_11 = "http://www.w3.org/2006/12/xml-c14n11"
EXCLUSIVE = "http://www.w3.org/2001/10/xml-exc-c14n#"
ENVELOPED = f"{DSIG}enveloped-signature"
SHA256 = "http://www.w3.org/2001/04/xmlenc#sha256"
RSA_SHA256 = "http://www.w3.org/2001/04/xmldsig-more#rsa-sha256"
XPATH = "http://www.w3.org/TR/1999/REC-xpath-19991116"
FILTER_2 = "http://www.w3.org/2002/06/xmldsig-filter2"
SIGNED_PROPERTIES = "http://uri.etsi.org/01903#SignedProperties"

#: The elements whose `Id` the program shall know.
_WITH_ID = (
    "DLHDon",
    "MCCQT",
    "Data",
    f"{DSIG}:Object",
    f"{DSIG}:Manifest",
    f"{DSIG}:SignatureValue",
    f"{XADES}:SignedProperties",
    "urn:a:Data",
)


@functools.cache
def seller() -> Holder:
    """Who signs, unless said otherwise."""
    return holder("Công ty TNHH Ví Dụ", serial=35)


@functools.cache
def tax_office() -> Holder:
    """Who signs second."""
    return holder("Cơ quan thuế thử nghiệm", serial=36)


def reference(uri: str, *transforms: str, kind: str = "", digest: str = SHA256) -> str:
    """A reference before it is signed; a transform is an algorithm, or a whole element."""
    steps = "".join(one if one.startswith("<") else f'<Transform Algorithm="{one}"/>' for one in transforms)
    listed = f"<Transforms>{steps}</Transforms>" if steps else ""
    named = f' Type="{kind}"' if kind else ""
    return (
        f'<Reference URI="{uri}"{named}>{listed}<DigestMethod Algorithm="{digest}"/><DigestValue></DigestValue>'
        "</Reference>"
    )


def template(
    *references: str,
    objects: str = "",
    identity: str = "sig-1",
    form: str = C14N,
    method: str = RSA_SHA256,
    keys: str = "<X509Data/>",
) -> str:
    """A signature before it is signed."""
    info = (
        f'<SignedInfo><CanonicalizationMethod Algorithm="{form}"/><SignatureMethod Algorithm="{method}"/>'
        f"{''.join(references)}</SignedInfo>"
    )
    return (
        f'<Signature xmlns="{DSIG}" Id="{identity}">{info}<SignatureValue Id="{identity}-value"></SignatureValue>'
        f"<KeyInfo>{keys}</KeyInfo>{objects}</Signature>"
    )


def properties(by: Holder, identity: str = "sig-1") -> str:
    """XAdES: the signer's certificate by its digest, and a time."""
    digest = base64.b64encode(hashlib.sha256(by.certificate.dump()).digest()).decode()
    return (
        f'<Object><x:QualifyingProperties xmlns:x="{XADES}" Target="#{identity}"><x:SignedProperties '
        f'Id="{identity}-signed"><x:SignedSignatureProperties><x:SigningTime>2026-11-22T09:00:00+07:00</x:SigningTime>'
        f'<x:SigningCertificateV2><x:Cert><x:CertDigest><DigestMethod Algorithm="{SHA256}"/><DigestValue>{digest}'
        "</DigestValue></x:CertDigest></x:Cert></x:SigningCertificateV2></x:SignedSignatureProperties>"
        "</x:SignedProperties></x:QualifyingProperties></Object>"
    )


def of_properties(identity: str = "sig-1") -> str:
    """The reference to them."""
    return reference(f"#{identity}-signed", C14N, kind=SIGNED_PROPERTIES)


@functools.cache
def sign(
    document: str, identity: str = "sig-1", by: Holder | None = None, beside: tuple[tuple[str, bytes], ...] = ()
) -> bytes:
    """`document` with the template of that Id made a signature; `beside` = files that its references name."""
    who = by or seller()
    with tempfile.TemporaryDirectory() as folder:
        key, certificate, source = (Path(folder) / name for name in ("key.pem", "certificate.pem", "source.xml"))
        key.write_bytes(who.key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()))
        wrapped = base64.encodebytes(who.certificate.dump()).decode()
        certificate.write_text(f"-----BEGIN CERTIFICATE-----\n{wrapped}-----END CERTIFICATE-----\n")
        source.write_text(document, "utf-8")
        for name, content in beside:
            (Path(folder) / name).parent.mkdir(parents=True, exist_ok=True)
            (Path(folder) / name).write_bytes(content)
        ids = [word for name in _WITH_ID for word in ("--id-attr:Id", name)]
        place = f"//*[local-name()='Signature' and @Id='{identity}']"
        done = subprocess.run(
            ["xmlsec1", "--sign", "--privkey-pem", f"{key},{certificate}", *ids, "--node-xpath", place, str(source)],
            check=True,
            capture_output=True,
            cwd=folder,
            timeout=20,
        )
    return done.stdout


SIGNING_TIME = (
    '<Object Id="time-1"><SignatureProperties><SignatureProperty Target="#sig-1"><SigningTime xmlns="">'
    "2026-11-22T08:30:00+07:00</SigningTime></SignatureProperty></SignatureProperties></Object>"
)


def invoice(*, of_tax_office: bool = False) -> bytes:
    """An electronic invoice (Decree 123/2020) signed by the seller, and by the tax office that gave it its code."""
    own = template(reference("#hd-1", ENVELOPED, C14N), reference("#time-1", C14N), objects=SIGNING_TIME)
    theirs = template(reference("#hd-1", C14N), reference("#code-1", C14N), identity="sig-2") if of_tax_office else ""
    signed = sign(
        '<?xml version="1.0" encoding="UTF-8"?>\n<HDon>\n<DLHDon Id="hd-1"><TTChung><SHDon>35</SHDon>'
        "<TDLap>2026-11-22</TDLap></TTChung><NDHDon><NBan><Ten>Công ty TNHH Ví Dụ</Ten></NBan>"
        "<TToan><TgTTTBSo>1000000</TgTTTBSo></TToan></NDHDon></DLHDon>\n<DLQRCode>00020101</DLQRCode>"
        f'<MCCQT Id="code-1">00A1B2</MCCQT>\n<DSCKS><NBan>{own}</NBan><NMua/><CQT>{theirs}</CQT></DSCKS></HDon>'
    )
    return sign(signed.decode(), "sig-2", tax_office()) if of_tax_office else signed
