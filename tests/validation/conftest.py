"""A PKI and a signed document for the whole session: minting keys is what costs time here."""

from datetime import UTC, datetime, timedelta

import pytest

from bridge.demo import documents
from bridge.demo.pki import Pki, mint
from bridge.demo.signing import TimeStamping, sign_as_agency, sign_pdf
from validation.evidence import Evidence

MOMENT = datetime(2026, 11, 22, 3, tzinfo=UTC)


@pytest.fixture(scope="session")
def pki(tmp_path_factory: pytest.TempPathFactory) -> Pki:
    """The demonstration's PKI, minted for MOMENT."""
    return mint(tmp_path_factory.mktemp("pki"), MOMENT)


@pytest.fixture(scope="session")
def evidence(pki: Pki) -> Evidence:
    """The PKI's trust store at MOMENT."""
    return Evidence(MOMENT, pki.trust)


@pytest.fixture(scope="session")
def plain() -> bytes:
    """A document that nobody signed."""
    return documents.decision()


@pytest.fixture(scope="session")
def once(pki: Pki, plain: bytes) -> bytes:
    """The document with the body's signature alone, no time stamp."""
    return sign_pdf(plain, pki.agency, "ChuKyCoQuan")


@pytest.fixture(scope="session")
def twice(pki: Pki, plain: bytes) -> bytes:
    """The document as an agency issues it: person, then body, each with a time stamp of an hour ago."""
    stamping = TimeStamping(pki.time_stamper, MOMENT - timedelta(hours=1))
    return sign_as_agency(plain, pki.official, pki.agency, stamping)
