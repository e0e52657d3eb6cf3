"""Sign sample PDFs as Vietnamese offices do: the person first, the body over it, each in its own revision.

Decree 30/2020 Art. 5.1: both signatures together have the value of the paper original; Art. 13.7 and Annex
I place them: the person's in blue between title and name, the body's seal in red over a third of it on the
left.
"""

import io
from dataclasses import dataclass
from datetime import datetime

from asn1crypto import keys as asn1_keys
from asn1crypto import x509 as asn1_x509
from cryptography.hazmat.primitives import serialization
from pyhanko.pdf_utils.content import RawContent
from pyhanko.pdf_utils.incremental_writer import IncrementalPdfFileWriter
from pyhanko.pdf_utils.layout import BoxConstraints
from pyhanko.sign import PdfSignatureMetadata, PdfSigner, SimpleSigner
from pyhanko.sign.fields import MDPPerm, SigFieldSpec, SigSeedSubFilter
from pyhanko.sign.timestamps.dummy_client import DummyTimeStamper
from pyhanko.stamp import StaticStampStyle
from pyhanko_certvalidator.registry import SimpleCertificateStore

from bridge.demo.authority import Identity

Box = tuple[int, int, int, int]  #: left, bottom, right, top in points

PERSON_BOX: Box = (360, 196, 470, 246)
SEAL_BOX: Box = (330, 186, 400, 256)

_STROKE = b"q 0 0 0.8 RG 2 w 5 20 m 30 70 45 -10 60 30 c 70 55 85 10 105 35 c S Q"
_SEAL = (
    b"q 0.85 0 0 RG 2 w 65 35 m 65 51.6 51.6 65 35 65 c 18.4 65 5 51.6 5 35 c "
    b"5 18.4 18.4 5 35 5 c 51.6 5 65 18.4 65 35 c s 20 35 m 50 35 l S Q"
)


@dataclass(frozen=True, slots=True)
class Stamp:
    """How a signature shows on the last page; the drawing is ours, in the box's own points."""

    box: Box
    drawing: bytes


PERSON_STAMP = Stamp(PERSON_BOX, _STROKE)
SEAL_STAMP = Stamp(SEAL_BOX, _SEAL)


@dataclass(frozen=True, slots=True)
class TimeStamping:
    """A time-stamping authority, and the hour it shows."""

    identity: Identity
    moment: datetime


def certificate_of(identity: Identity) -> asn1_x509.Certificate:
    """The certificate as asn1crypto reads it."""
    return asn1_x509.Certificate.load(identity.der)


def key_of(identity: Identity) -> asn1_keys.PrivateKeyInfo:
    """The private key as asn1crypto reads it."""
    pkcs8 = identity.key.private_bytes(
        serialization.Encoding.DER, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    )
    return asn1_keys.PrivateKeyInfo.load(pkcs8)


def _style(stamp: Stamp) -> StaticStampStyle:
    left, bottom, right, top = stamp.box
    size = BoxConstraints(width=right - left, height=top - bottom)
    return StaticStampStyle(border_width=0, background=RawContent(stamp.drawing, box=size), background_opacity=1.0)


def sign_pdf(
    pdf: bytes,
    identity: Identity,
    field: str,
    *,
    chain: tuple[Identity, ...] = (),
    pades: bool = False,
    stamp: Stamp | None = None,
    time: TimeStamping | None = None,
    digest: str = "sha256",
    certify: MDPPerm | None = None,
) -> bytes:
    """`pdf` with one more signature, in an incremental revision of its own.

    `chain` is embedded beside the leaf; real files often embed the leaf alone.
    """
    store = SimpleCertificateStore()  # type: ignore[no-untyped-call]
    store.register_multiple([certificate_of(authority) for authority in chain])
    signer = SimpleSigner(signing_cert=certificate_of(identity), signing_key=key_of(identity), cert_registry=store)
    box = None if stamp is None else stamp.box
    metadata = PdfSignatureMetadata(
        field_name=field,
        md_algorithm=digest,
        subfilter=SigSeedSubFilter.PADES if pades else SigSeedSubFilter.ADOBE_PKCS7_DETACHED,
        certify=certify is not None,
        docmdp_permissions=MDPPerm.FILL_FORMS if certify is None else certify,
    )
    time_stamper = None
    if time is not None:
        time_stamper = DummyTimeStamper(certificate_of(time.identity), key_of(time.identity), fixed_dt=time.moment)
    pdf_signer = PdfSigner(
        metadata,
        signer,
        timestamper=time_stamper,
        stamp_style=None if stamp is None else _style(stamp),
        new_field_spec=SigFieldSpec(field, box=box, on_page=-1),
    )
    output = io.BytesIO()
    pdf_signer.sign_pdf(IncrementalPdfFileWriter(io.BytesIO(pdf)), output=output)
    return output.getvalue()


def sign_as_agency(pdf: bytes, official: Identity, body: Identity, time: TimeStamping | None = None) -> bytes:
    """The person's signature, then the body's: what makes an electronic original."""
    signed = sign_pdf(pdf, official, "ChuKyNguoiCoThamQuyen", stamp=PERSON_STAMP, time=time)
    return sign_pdf(signed, body, "ChuKyCoQuan", stamp=SEAL_STAMP, time=time)
