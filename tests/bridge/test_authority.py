"""May the signer speak for the issuer and the sender?  A table of who signs, who issues, who sends."""

from dataclasses import dataclass, replace
from datetime import UTC, datetime

import pytest

from bridge.authentication import Authentication
from bridge.authority import authority_of, names_asked
from bridge.job import Snapshot
from bridge.policy import Policy
from bridge.sending import Sender
from bridge.settings.sections import Office
from bridge.signed_by import Holder, SignedBy, holder_of, signatures_on, signed_by
from store.registry import Correspondent, Organ, OrganId
from tests.validation import package_minting
from tests.validation.files import pdf
from validation.dmarc import Dmarc, Proven
from validation.evidence import Evidence
from validation.settings import ReadingCaps
from validation.signature import Authority, Carrier, Coverage, Integrity, Problem, Signature, Signer, Trust

NOW = datetime(2026, 11, 22, 3, tzinfo=UTC)
AGREES, DISAGREES, UNKNOWN = Authority.AGREES, Authority.DISAGREES, Authority.UNKNOWN

SEAL = Signer(
    "Sở Mẫu tỉnh Thử Nghiệm", "Ủy ban nhân dân tỉnh Thử Nghiệm", "7", "0100000001", "vanthu@somau.test", "CA", "aa"
)
OFFICIAL = Signer(
    "Nguyễn Văn Mẫu", "Ủy ban nhân dân tỉnh Thử Nghiệm", "8", email="mau.nv@somau.test", certificate_sha256="bb"
)
FIRM = Signer("CÔNG TY TNHH VÍ DỤ", "", "9", "0300000003", "", "CA", "cc")
CITIZEN = Signer("TRẦN THỊ BA", "", "10", "", "ba@gmail.test", "CA", "dd")

SO_MAU = Correspondent("so-mau", "agency", "Sở Mẫu tỉnh Thử Nghiệm", organ_id="H99.15", domains=("somau.test",))
SO_KHAC = Correspondent("so-khac", "agency", "Sở Khác tỉnh Thử Nghiệm", organ_id="H99.16", domains=("sokhac.test",))
VI_DU = Correspondent("vi-du", "business", "Công ty TNHH Ví Dụ", tax_code="0300000003-001", domains=("vidu.test",))
OTHER_FIRM = replace(VI_DU, id="khac", name="Công ty Khác", tax_code="0400000004", domains=("khac.test",))
ORGAN = Organ(
    "organ", "Sở Mẫu (mới)", former_names=("Sở Mẫu cũ",), ids=(OrganId("qd-20", "H99.15"),), certificates=("aa",)
)


@dataclass(frozen=True)
class Case:
    """Who signs, which issuer is printed, who sends, who is in the registers."""

    signer: Signer
    issuer: str
    sender: Correspondent | None
    known: tuple[Correspondent | Organ, ...]
    answer: Authority


CASES = [
    pytest.param(Case(SEAL, "SỞ MẪU", SO_MAU, (SO_MAU,), AGREES), id="the seal of the agency that issues and sends"),
    pytest.param(Case(OFFICIAL, "SỞ MẪU", SO_MAU, (SO_MAU,), AGREES), id="its leader, by the domain of his mailbox"),
    pytest.param(Case(SEAL, "SỞ MẪU", SO_KHAC, (SO_MAU, SO_KHAC), DISAGREES), id="another agency sends it"),
    pytest.param(Case(SEAL, "SỞ KHÁC", SO_MAU, (SO_MAU,), DISAGREES), id="page 1 names another issuer"),
    pytest.param(Case(SEAL, "UBND TỈNH THỬ NGHIỆM", SO_MAU, (SO_MAU,), AGREES), id="page 1 names the parent body"),
    pytest.param(Case(OFFICIAL, "SỞ KHÁC", SO_MAU, (SO_MAU,), AGREES), id="a person's name convicts nobody"),
    pytest.param(Case(SEAL, "SỞ MẪU CŨ", SO_MAU, (SO_MAU, ORGAN), AGREES), id="a former name, by the fingerprint"),
    pytest.param(Case(SEAL, "SỞ MẪU", None, (), AGREES), id="nobody knows the sender and the issuer is the signer"),
    pytest.param(Case(SEAL, "", None, (), UNKNOWN), id="nobody knows the sender and no issuer is read"),
    pytest.param(Case(SEAL, "SỞ KHÁC", None, (), DISAGREES), id="nobody knows the sender and the issuer is another"),
    pytest.param(Case(FIRM, "CÔNG TY TNHH VÍ DỤ", VI_DU, (VI_DU,), AGREES), id="a firm, by its branch's tax code"),
    pytest.param(Case(FIRM, "", OTHER_FIRM, (OTHER_FIRM,), DISAGREES), id="a firm with another tax code"),
    pytest.param(
        Case(FIRM, "", OTHER_FIRM, (OTHER_FIRM, VI_DU), DISAGREES), id="a firm that is another of the register"
    ),
    pytest.param(Case(CITIZEN, "", None, (), UNKNOWN), id="a citizen whom nobody knows"),
    pytest.param(
        Case(CITIZEN, "UBND XÃ A", None, (), UNKNOWN), id="a citizen's certificate under a paper of an agency"
    ),
]


def signature(signer: Signer, *, sound: bool | None = True, trust: Trust = Trust.TRUSTED) -> Signature:
    """A PDF's signature."""
    problems = () if sound else (Problem.DIGEST_MISMATCH,)
    return Signature(Carrier.PDF, "S", sound, problems, Integrity.INTACT, Coverage.WHOLE, trust, signer=signer)


def snapshot(known: tuple[Correspondent | Organ, ...]) -> Snapshot:
    """The registers as far as they were asked for."""
    organs = tuple(one for one in known if isinstance(one, Organ))
    people = tuple(one for one in known if isinstance(one, Correspondent))
    return Snapshot(Office("H99.1", "UBND"), Policy(), ReadingCaps(), (), (), organs, people, (), "")


def sent_by(correspondent: Correspondent | None) -> Sender:
    """The sender; of an unknown one the address alone."""
    address = f"x@{correspondent.domains[0]}" if correspondent else "x@unknown.test"
    return Sender(address, address, "", correspondent, Authentication(Proven("none", ""), Dmarc("none"), ()))


@pytest.mark.parametrize("case", CASES)
def test_the_three_witnesses_are_compared(case: Case) -> None:
    spoken = authority_of(signature(case.signer), case.issuer, sent_by(case.sender), snapshot(case.known))
    assert spoken.answer is case.answer
    assert case.signer.name in spoken.names
    assert case.issuer in spoken.names


@pytest.mark.parametrize(
    "one",
    [
        pytest.param(signature(SEAL, sound=False), id="not sound"),
        pytest.param(signature(SEAL, sound=None), id="not checked"),
        pytest.param(signature(SEAL, trust=Trust.UNTRUSTED), id="not trusted"),
    ],
)
def test_of_what_proves_no_signer_nothing_is_said(one: Signature) -> None:
    assert authority_of(one, "SỞ KHÁC", sent_by(SO_MAU), snapshot((SO_MAU,))).answer is UNKNOWN


def test_the_registers_are_asked_by_fingerprint_tax_code_mailbox_and_domain() -> None:
    assert names_asked(SEAL) == ("aa", "0100000001", "vanthu@somau.test", "@somau.test")
    assert names_asked(Signer()) == ()


@pytest.mark.parametrize(
    ("signer", "holder"),
    [
        (SEAL, Holder.BODY),
        (OFFICIAL, Holder.PERSON),
        (FIRM, Holder.BODY),
        (CITIZEN, Holder.PERSON),
        (Signer("Trương Văn Bình"), Holder.PERSON),
        (Signer("Truong Van Binh"), Holder.PERSON),
        (Signer("Trường Tiểu học Kim Đồng"), Holder.BODY),
        (Signer("Đoàn Thị Hội"), Holder.PERSON),
        (Signer("So Noi vu tinh A"), Holder.BODY),
        (Signer("Sổ Thị Mai"), Holder.UNCLEAR),
        (Signer("ACME", "ACME"), Holder.BODY),
        (Signer("ACME JSC"), Holder.UNCLEAR),
        (Signer(), Holder.UNCLEAR),
    ],
    ids=lambda value: value.name or "nameless" if isinstance(value, Signer) else str(value),
)
def test_a_name_tells_a_person_from_a_body(signer: Signer, holder: Holder) -> None:
    assert holder_of(signer) is holder


@pytest.mark.parametrize(
    ("signatures", "word"),
    [
        pytest.param((), SignedBy.NOBODY, id="no signature"),
        pytest.param((signature(OFFICIAL), signature(SEAL)), SignedBy.BOTH, id="person and body: an original"),
        pytest.param((signature(SEAL),), SignedBy.BODY, id="the body alone: a copy or an annex"),
        pytest.param((signature(OFFICIAL),), SignedBy.PERSON, id="the person alone: not issued yet"),
        pytest.param((signature(OFFICIAL), signature(SEAL, sound=False)), SignedBy.PERSON, id="the body's is broken"),
        pytest.param((signature(SEAL, sound=None),), SignedBy.UNCLEAR, id="nothing could be checked"),
        pytest.param((signature(Signer("ACME JSC")),), SignedBy.UNCLEAR, id="who signed cannot be told"),
    ],
)
def test_a_document_is_classified_by_who_signed_it(signatures: tuple[Signature, ...], word: SignedBy) -> None:
    assert signed_by(signatures) is word


def test_in_a_container_a_document_has_the_signatures_that_name_it() -> None:
    files = {"a.pdf": pdf(), "b.pdf": pdf("/Lang(vi)")}
    first, second = ({name: octets} for name, octets in files.items())
    meta = {
        "signatures0.xml": package_minting.xades(package_minting.signing(), first),
        "signatures1.xml": package_minting.xades(package_minting.another(), second),
    }
    parts = package_minting.asice(files, meta)
    container = package_minting.inspected("ho-so.asice", parts, Evidence(datetime(2026, 11, 22, 3, tzinfo=UTC)))
    names = {
        main.path[-1]: [one.signer.name for one in signatures_on(main, [container])] for main in container.attachments
    }
    assert names == {"a.pdf": ["Nguyễn Văn A"], "b.pdf": ["Trần Thị B"]}
