"""The demonstration's PKI: two hierarchies as in Viet Nam, plainly marked as a test, in one directory.

`mint` writes the trust directory of the contract (`trust/government`, `trust/public`,
`trust/intermediates`, `trust/crls`, `trust/trust.toml`) and, beside it, `keys/` with the private keys:
nothing is written elsewhere, and the keys are worth nothing outside.
"""

import hashlib
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path

from cryptography.hazmat.primitives import serialization

from bridge.demo.authority import Authority, Identity, Subject, Validity
from validation.evidence import Anchor, TrustStore


@dataclass(frozen=True, slots=True)
class Pki:
    """All members of the demonstration's two hierarchies, and one that stands outside both."""

    directory: Path
    government_root: Authority
    government_ca: Authority
    public_root: Authority
    public_ca: Authority
    stranger_root: Authority  #: trusted by nobody
    time_stamper: Identity
    agency: Identity  #: an agency's seal: organisation, official mailbox, tax code
    official: Identity  #: the person who signs for the agency
    business: Identity
    stranger: Identity  #: says it is the agency, certified by `stranger_root`
    crls: tuple[bytes, ...]  #: DER, one per CA that is trusted

    @property
    def trust_directory(self) -> Path:
        """What `[trust] directory` names."""
        return self.directory / "trust"

    @property
    def trust(self) -> TrustStore:
        """The trust directory as a value."""
        return TrustStore(
            anchors=(
                Anchor(self.government_root.identity.der, "government"),
                Anchor(self.public_root.identity.der, "public"),
            ),
            intermediates=(self.government_ca.identity.der, self.public_ca.identity.der),
            crls=self.crls,
        )


AGENCY = Subject(
    name="Sở Mẫu tỉnh Thử Nghiệm",
    organisation="Ủy ban nhân dân tỉnh Thử Nghiệm",
    locality="Thử Nghiệm",
    email="vanthu@somau.thunghiem.test",
    tax_code="0100000001",
)
OFFICIAL = Subject(
    name="Nguyễn Văn Mẫu",
    organisation="Sở Mẫu tỉnh Thử Nghiệm",
    locality="Thử Nghiệm",
    email="mau.nv@somau.thunghiem.test",
)
BUSINESS = Subject(
    name="Công ty TNHH Ví Dụ",
    organisation="Công ty TNHH Ví Dụ",
    locality="Thử Nghiệm",
    email="lienhe@vidu.test",
    tax_code="0300000003",
)


def mint(directory: Path, now: datetime) -> Pki:
    """A new PKI in `directory`, valid around `now`, its revocation lists issued one hour ago."""
    long, leaf = Validity.around(now, years=20), Validity.around(now, years=4)
    government_root = Authority.root("RootCA thử nghiệm chuyên dùng Chính phủ", "Cơ quan thử nghiệm", long)
    government_ca = government_root.subordinate(
        "CA thử nghiệm phục vụ các cơ quan Nhà nước", "Cơ quan thử nghiệm", long
    )
    public_root = Authority.root("RootCA thử nghiệm công cộng", "Trung tâm thử nghiệm", long)
    public_ca = public_root.subordinate("CA thử nghiệm công cộng", "Nhà cung cấp thử nghiệm", long)
    stranger_root = Authority.root("RootCA tự tạo", "Người lạ", long)
    issued = now - timedelta(hours=1)
    trusted = (government_root, government_ca, public_root, public_ca)
    pki = Pki(
        directory=directory,
        government_root=government_root,
        government_ca=government_ca,
        public_root=public_root,
        public_ca=public_ca,
        stranger_root=stranger_root,
        time_stamper=government_ca.time_stamper("TSA thử nghiệm", "Cơ quan thử nghiệm", leaf),
        agency=government_ca.leaf(AGENCY, leaf),
        official=government_ca.leaf(OFFICIAL, leaf),
        business=public_ca.leaf(BUSINESS, leaf),
        stranger=stranger_root.leaf(AGENCY, leaf),
        crls=tuple(authority.revocation_list(issued) for authority in trusted),
    )
    _write_trust(pki, now)
    _write_keys(pki)
    return pki


def _write_trust(pki: Pki, now: datetime) -> None:
    anchors = {
        "government/root.pem": pki.government_root.identity,
        "public/root.pem": pki.public_root.identity,
    }
    others = {
        "intermediates/government-ca.pem": pki.government_ca.identity,
        "intermediates/public-ca.pem": pki.public_ca.identity,
    }
    for name, identity in (anchors | others).items():
        _write(pki.trust_directory / name, identity.certificate.public_bytes(serialization.Encoding.PEM))
    for name, crl in zip(("government-root", "government-ca", "public-root", "public-ca"), pki.crls, strict=True):
        _write(pki.trust_directory / "crls" / f"{name}.crl", crl)
    blocks = [
        "\n".join(
            (
                "[[anchor]]",
                f'file = "{name}"',
                f'sha256 = "{hashlib.sha256(identity.der).hexdigest()}"',
                'source = "minted for the demonstration"',
                'approved_by = "demo"',
                f"approved_at = {now.isoformat(timespec='seconds')}",
            )
        )
        for name, identity in anchors.items()
    ]
    _write(pki.trust_directory / "trust.toml", ("\n\n".join(blocks) + "\n").encode())


def _write_keys(pki: Pki) -> None:
    signers = {
        "agency": pki.agency,
        "official": pki.official,
        "business": pki.business,
        "stranger": pki.stranger,
    }
    for name, identity in signers.items():
        target = pki.directory / "keys" / f"{name}.pem"
        pem = identity.key.private_bytes(
            serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
        )
        target.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        target.touch(mode=0o600)
        target.write_bytes(pem)


def _write(target: Path, content: bytes) -> None:
    target.parent.mkdir(parents=True, exist_ok=True)
    target.write_bytes(content)
