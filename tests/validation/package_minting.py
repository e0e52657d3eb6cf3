"""Makes signed packages as their programs write them: Word (OOXML), LibreOffice (ODF), DigiDoc and DSS (ASiC)."""

import asyncio
import functools
import hashlib
import io
import zipfile
from collections.abc import Mapping, Sequence
from datetime import datetime

from asn1crypto import cms, keys
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat
from pyhanko.sign.timestamps.dummy_client import DummyTimeStamper

from tests.validation.cms_minting import Holder, attributes, container, holder, signer
from tests.validation.files import zipped
from tests.validation.xml_minting import (
    SHA256,
    Ref,
    canonical,
    digest,
    of_properties,
    properties,
    signature,
    transform,
)
from validation.evidence import Evidence
from validation.inspect import inspect
from validation.inspected import Attachment, Inspected

_PACKAGE = "http://schemas.openxmlformats.org/package/2006"
_OFFICE = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
_WORD = "application/vnd.openxmlformats-officedocument.wordprocessingml"
_RELS = "application/vnd.openxmlformats-package.relationships+xml"
_SIGS = "application/vnd.openxmlformats-package.digital-signature"
ODT = "application/vnd.oasis.opendocument.text"

Parts = dict[str, bytes]


def relationships(*rows: tuple[str, str, str]) -> bytes:
    """A `.rels` part of (Id, Type, Target)."""
    listed = "".join(f'<Relationship Id="{one}" Type="{kind}" Target="{target}"/>' for one, kind, target in rows)
    return f'<?xml version="1.0"?>\n<Relationships xmlns="{_PACKAGE}/relationships">{listed}</Relationships>'.encode()


def word_parts() -> Parts:
    """A Word document before it is signed."""
    types = {
        "/word/document.xml": f"{_WORD}.document.main+xml",
        "/word/styles.xml": f"{_WORD}.styles+xml",
        "/docProps/core.xml": "application/vnd.openxmlformats-package.core-properties+xml",
        "/_xmlsignatures/sig1.xml": f"{_SIGS}-xmlsignature+xml",
    }
    overrides = "".join(f'<Override PartName="{part}" ContentType="{kind}"/>' for part, kind in types.items())
    return {
        "[Content_Types].xml": (
            f'<Types xmlns="{_PACKAGE}/content-types"><Default Extension="rels" ContentType="{_RELS}"/>'
            f'<Default Extension="sigs" ContentType="{_SIGS}-origin"/>'
            f'<Default Extension="xml" ContentType="application/xml"/>{overrides}</Types>'
        ).encode(),
        "_rels/.rels": relationships(
            ("rId2", f"{_PACKAGE}/relationships/metadata/core-properties", "docProps/core.xml"),
            ("rId1", f"{_OFFICE}/officeDocument", "word/document.xml"),
            ("rId3", f"{_PACKAGE}/relationships/digital-signature/origin", "_xmlsignatures/origin.sigs"),
        ),
        "word/document.xml": "<w:document xmlns:w='w'><w:t>Quyết định 35/QĐ-UBND</w:t></w:document>".encode(),
        "word/_rels/document.xml.rels": relationships(
            ("rId10", f"{_OFFICE}/hyperlink", "styles.xml"), ("rId2", f"{_OFFICE}/styles", "styles.xml")
        ),
        "word/styles.xml": b"<w:styles xmlns:w='w'/>",
        "docProps/core.xml": b"<core/>",
        "_xmlsignatures/origin.sigs": b"",
        "_xmlsignatures/_rels/origin.sigs.rels": relationships(
            ("rId1", f"{_PACKAGE}/relationships/digital-signature/signature", "sig1.xml")
        ),
    }


def selected(octets: bytes, *ids: str) -> bytes:
    """The relationships of those Ids as the relationship transform leaves them (ECMA-376 part 2), by hand."""
    rows = []
    for one in octets.decode().split("<Relationship ")[1:]:
        found = dict(pair.split("=", 1) for pair in one.partition("/>")[0].replace('"', "").split(" "))
        if found["Id"] in ids:
            rows.append(found | {"TargetMode": "Internal"})
    listed = "".join(
        "<Relationship " + " ".join(f'{name}="{row[name]}"' for name in sorted(row)) + "></Relationship>"
        for row in sorted(rows, key=lambda row: row["Id"])
    )
    return f'<Relationships xmlns="{_PACKAGE}/relationships">{listed}</Relationships>'.encode()


def _of_relationships(part: str, octets: bytes, *ids: str) -> Ref:
    references = "".join(
        f'<mdssi:RelationshipReference xmlns:mdssi="{_PACKAGE}/digital-signature" SourceId="{one}"/>' for one in ids
    )
    steps = f'<Transform Algorithm="{_PACKAGE}/RelationshipTransform">{references}</Transform>{transform()}'
    return Ref(f"/{part}?ContentType={_RELS}", selected(octets, *ids), steps)


def word_signature(
    by: Holder,
    parts: Mapping[str, bytes],
    *,
    signed: Sequence[str] = ("document", "styles"),
    root: Sequence[str] = ("rId1",),
    inner: Sequence[str] = ("rId2", "rId10"),
    keys: str = "",
    more: Sequence[str] = (),
) -> bytes:
    """What Word writes into sig1.xml; `root`, `inner` = the relationships that it selects."""
    manifest = [
        _of_relationships("_rels/.rels", parts["_rels/.rels"], *root),
        _of_relationships("word/_rels/document.xml.rels", parts["word/_rels/document.xml.rels"], *inner),
    ]
    for name in signed:
        kind = "document.main" if name == "document" else name
        manifest.append(Ref(f"/word/{name}.xml?ContentType={_WORD}.{kind}+xml", parts[f"word/{name}.xml"]))
    written = "".join(one.written(one.digested or b"") for one in manifest)
    objects = [
        (
            f'<Object Id="idPackageObject"><Manifest>{written}</Manifest><SignatureProperties><SignatureProperty '
            f'Id="idSignatureTime" Target="#idPackageSignature"><mdssi:SignatureTime xmlns:mdssi="{_PACKAGE}/'
            f'digital-signature"><mdssi:Format>YYYY-MM-DDThh:mm:ssTZD</mdssi:Format><mdssi:Value>2026-11-22T02:00:00Z'
            "</mdssi:Value></mdssi:SignatureTime></SignatureProperty></SignatureProperties></Object>"
        ),
        (
            '<Object Id="idOfficeObject"><SignatureProperties><SignatureProperty Id="idOfficeV1Details" '
            'Target="#idPackageSignature"><SignatureInfoV1 xmlns="http://schemas.microsoft.com/office/2006/digsig">'
            "<SignatureComments>Ký ban hành</SignatureComments></SignatureInfoV1></SignatureProperty>"
            "</SignatureProperties></Object>"
        ),
        properties(by, "idPackageSignature"),
        *more,
    ]
    kind = "http://www.w3.org/2000/09/xmldsig#Object"
    references = [Ref("#idPackageObject", type=kind), Ref("#idOfficeObject", type=kind), of_properties()]
    return signature(by, references, objects, identity="idPackageSignature", keys=keys).encode()


def word(by: Holder) -> Parts:
    """A Word document, signed."""
    parts = word_parts()
    return {**parts, "_xmlsignatures/sig1.xml": word_signature(by, parts)}


def odt_parts(version: str = "1.2") -> Parts:
    """An OpenDocument text before it is signed."""
    names = ("content.xml", "styles.xml", "meta.xml", "Pictures/a b.png")
    listed = "".join(f'<m:file-entry m:full-path="{name}" m:media-type="text/xml"/>' for name in names)
    stated = f' m:version="{version}"' if version else ""
    return {
        "mimetype": ODT.encode(),
        "content.xml": "<c xmlns='urn:c'>Quyết định</c>".encode(),
        "styles.xml": b"<s/>",
        "meta.xml": b"<m/>",
        "Pictures/a b.png": b"\x89PNG",
        "META-INF/manifest.xml": (
            f'<m:manifest xmlns:m="urn:oasis:names:tc:opendocument:xmlns:manifest:1.0"{stated}>'
            f'<m:file-entry m:full-path="/" m:media-type="{ODT}"/>{listed}</m:manifest>'
        ).encode(),
    }


def odt_signature(
    by: Holder, parts: Mapping[str, bytes], *, signed: Sequence[str] = (), keys: str = "", more: Sequence[str] = ()
) -> bytes:
    """What LibreOffice writes into documentsignatures.xml; `signed` = the parts, where not all."""
    references = []
    for name in signed or parts:
        octets = parts[name]
        uri = name.replace(" ", "%20")
        if name.endswith(".xml"):
            references.append(Ref(uri, canonical(octets), transform()))
        else:
            references.append(Ref(uri, octets))
    date = (
        '<Object><SignatureProperties><SignatureProperty Id="ID_date" Target="#S0"><dc:date xmlns:dc="http://purl.org/'
        'dc/elements/1.1/">2026-11-22T02:00:00</dc:date></SignatureProperty></SignatureProperties></Object>'
    )
    made = signature(
        by, [*references, Ref("#ID_date"), of_properties()], [date, properties(by, "S0"), *more], keys=keys
    )
    namespace = "urn:oasis:names:tc:opendocument:xmlns:digitalsignature:1.0"
    return f'<document-signatures xmlns="{namespace}">{made}</document-signatures>'.encode()


def odt(by: Holder) -> Parts:
    """An OpenDocument text, signed."""
    parts = odt_parts()
    return {**parts, "META-INF/documentsignatures.xml": odt_signature(by, parts)}


def xades(by: Holder, files: Mapping[str, bytes], *, keys: str = "", more: Sequence[str] = ()) -> bytes:
    """What DigiDoc writes into signatures0.xml."""
    references = [Ref(name.replace(" ", "%20"), octets) for name, octets in files.items()]
    made = signature(by, [*references, of_properties()], [properties(by, "S0"), *more], keys=keys)
    return f'<XAdESSignatures xmlns="http://uri.etsi.org/02918/v1.2.1#">{made}</XAdESSignatures>'.encode()


def detached(by: Holder, content: bytes, *, inside: bytes | None = None) -> bytes:
    """A CAdES signature over `content`; `inside` = what it carries itself."""
    return container(inside, [signer(by, content, attributes(content, protects=by))], by)


def asic_manifest(signing: str, files: Mapping[str, bytes]) -> bytes:
    """An ASiCManifest that says what `signing` is over."""
    listed = "".join(
        f'<asic:DataObjectReference URI="{name}"><ds:DigestMethod Algorithm="{SHA256}"/><ds:DigestValue>'
        f"{digest(octets)}</ds:DigestValue></asic:DataObjectReference>"
        for name, octets in files.items()
    )
    return (
        '<asic:ASiCManifest xmlns:asic="http://uri.etsi.org/02918/v1.2.1#" xmlns:ds="http://www.w3.org/2000/09/xmldsig#">'
        f'<asic:SigReference URI="{signing}"/>{listed}</asic:ASiCManifest>'
    ).encode()


def asice(files: Mapping[str, bytes], meta: Mapping[str, bytes]) -> Parts:
    """An ASiC-E of `files`, with `meta` in its META-INF."""
    inside = {f"META-INF/{name}": octets for name, octets in meta.items()}
    return {"mimetype": b"application/vnd.etsi.asic-e+zip", **files, **inside}


def asics(files: Mapping[str, bytes], meta: Mapping[str, bytes]) -> Parts:
    """An ASiC-S."""
    return asice(files, meta) | {"mimetype": b"application/vnd.etsi.asic-s+zip"}


def packed(parts: Mapping[str, bytes], *, comment: bytes = b"") -> bytes:
    """The zip."""
    octets = zipped(parts)
    if not comment:
        return octets
    out = io.BytesIO(octets)
    with zipfile.ZipFile(out, "a") as archive:
        archive.comment = comment
    return out.getvalue()


@functools.cache
def signing() -> Holder:
    """Who signs in these tests."""
    return holder("Nguyễn Văn A", serial=41)


@functools.cache
def another() -> Holder:
    """Somebody else."""
    return holder("Trần Thị B", serial=42)


def inspected(name: str, parts: Parts | bytes, evidence: Evidence) -> Inspected:
    """The file as every rule that looks at bytes judges it."""
    content = parts if isinstance(parts, bytes) else packed(parts)
    return inspect(Attachment((name,), "", content), evidence).file


def token(by: Holder, content: bytes, moment: datetime) -> bytes:
    """A time stamp (RFC 3161) over `content`."""
    key = by.key.private_bytes(Encoding.DER, PrivateFormat.PKCS8, NoEncryption())
    stamper = DummyTimeStamper(by.certificate, keys.PrivateKeyInfo.load(key), fixed_dt=moment)
    made: cms.ContentInfo = asyncio.run(stamper.async_timestamp(hashlib.sha256(content).digest(), "sha256"))
    octets: bytes = made.dump()
    return octets
