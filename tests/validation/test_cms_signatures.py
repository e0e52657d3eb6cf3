"""CMS containers: every signer judged, over what is inside or beside, and no defect shown as sound."""

import base64
import textwrap
from collections.abc import Callable

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.validation.cms_minting import NOW, attributes, container, holder, signer
from validation.cms_signatures import signatures_of
from validation.digests import Digests
from validation.evidence import Anchor, Evidence, TrustStore
from validation.signature import Integrity, Problem, Trust, state_of

EVIDENCE = Evidence(NOW)
PAPER = "Quyết định số 35/QĐ-UBND".encode()
ANNA, BINH = holder("Anna"), holder("Bình", serial=8)
DOUBLE = holder("Anna")  # another key under the same name and number


def once(content: bytes | None = PAPER) -> bytes:
    """One proper signature."""
    return container(content, [signer(ANNA, PAPER, attributes(PAPER))], ANNA)


def pem(octets: bytes) -> bytes:
    """RFC 7468 section 9."""
    lines = textwrap.fill(base64.b64encode(octets).decode(), 64)
    return f"-----BEGIN CMS-----\n{lines}\n-----END CMS-----\n".encode()


def _with_a_signer_that_is_none() -> bytes:
    signer_info = signer(ANNA, PAPER, attributes(PAPER)).dump()
    return container(PAPER, [signer(ANNA, PAPER, attributes(PAPER))], ANNA).replace(
        signer_info, b"\x15" + signer_info[1:]
    )


@pytest.mark.parametrize(
    "octets",
    [
        pytest.param(once, id="one signer over what is inside"),
        pytest.param(lambda: pem(once()), id="in PEM"),
        pytest.param(lambda: container(PAPER, [signer(ANNA, PAPER)], ANNA), id="without signed attributes"),
        pytest.param(
            lambda: container(PAPER, [signer(ANNA, PAPER, attributes(PAPER), null=False)], ANNA),
            id="a DigestInfo without NULL, as RFC 8017 has verifiers take it",
        ),
        pytest.param(
            lambda: container(PAPER, [signer(ANNA, PAPER, attributes(PAPER, protects=ANNA))], BINH, ANNA),
            id="with the signer's certificate protected",
        ),
        pytest.param(
            lambda: container(PAPER, [signer(ANNA, PAPER, attributes(PAPER, protects=ANNA))], DOUBLE, ANNA),
            id="another certificate of the same name and number stands first",
        ),
    ],
)
def test_a_proper_container_is_sound(octets: Callable[[], bytes]) -> None:
    reading = signatures_of(octets(), EVIDENCE)
    assert [(one.sound, one.integrity, one.signer.name) for one in reading.signatures] == [
        (True, Integrity.INTACT, "Anna")
    ]


def test_every_signer_is_told() -> None:
    both = container(PAPER, [signer(by, PAPER, attributes(PAPER)) for by in (ANNA, BINH)], ANNA, BINH)
    assert [(one.where, one.signer.name, one.sound) for one in signatures_of(both, EVIDENCE).signatures] == [
        ("signer 1", "Anna", True),
        ("signer 2", "Bình", True),
    ]


def test_one_bad_signer_of_two_makes_the_file_unsound() -> None:
    both = container(
        PAPER, [signer(ANNA, PAPER, attributes(PAPER)), signer(BINH, PAPER, attributes(b"other"))], ANNA, BINH
    )
    reading = signatures_of(both, EVIDENCE)
    assert [one.sound for one in reading.signatures] == [True, False]
    assert state_of(reading.signatures) == "unsound"


@pytest.mark.parametrize(
    ("octets", "problem"),
    [
        pytest.param(
            lambda: container(b"changed", [signer(ANNA, PAPER, attributes(PAPER))], ANNA),
            Problem.DIGEST_MISMATCH,
            id="changed content",
        ),
        pytest.param(
            lambda: container(b"changed", [signer(ANNA, PAPER)], ANNA),
            Problem.DIGEST_MISMATCH,
            id="changed content without signed attributes",
        ),
        pytest.param(
            lambda: container(PAPER, [signer(DOUBLE, PAPER, attributes(PAPER))], ANNA),
            Problem.VALUE_MISMATCH,
            id="another's key under the same name and number",
        ),
        pytest.param(
            lambda: container(PAPER, [signer(DOUBLE, PAPER, attributes(PAPER, protects=ANNA))], DOUBLE),
            Problem.CERTIFICATE_SWAPPED,
            id="a certificate that is not the protected one",
        ),
        pytest.param(
            lambda: container(PAPER, [signer(ANNA, PAPER, attributes(PAPER), mechanism="sha512_rsa")], ANNA),
            Problem.VALUE_MISMATCH,
            id="a mechanism that names another digest",
        ),
    ],
)
def test_what_does_not_verify_is_unsound(octets: Callable[[], bytes], problem: Problem) -> None:
    (only,) = signatures_of(octets(), EVIDENCE).signatures
    assert (only.sound, only.problems[0]) == (False, problem)


@pytest.mark.parametrize(
    ("octets", "problem"),
    [
        pytest.param(
            lambda: container(PAPER, [signer(ANNA, PAPER, attributes(PAPER, times=2))], ANNA),
            Problem.UNPARSABLE,
            id="two signing times",
        ),
        pytest.param(
            lambda: container(PAPER, [signer(ANNA, PAPER, attributes(PAPER))]),
            Problem.UNSUPPORTED,
            id="no certificate inside",
        ),
        pytest.param(lambda: once(None), Problem.CONTENT_MISSING, id="detached, nothing beside it"),
        pytest.param(_with_a_signer_that_is_none, Problem.UNPARSABLE, id="a signer that is none (found by fuzzing)"),
        pytest.param(lambda: once()[:-40], Problem.UNPARSABLE, id="cut short"),
        pytest.param(lambda: b"\x30\x80\x06\x09", Problem.UNPARSABLE, id="a beginning alone"),
        pytest.param(
            lambda: container(PAPER, [signer(ANNA, PAPER, attributes(PAPER))] * 101, ANNA),
            Problem.TOO_COSTLY,
            id="more signers than are looked at",
        ),
    ],
)
def test_what_cannot_be_checked_is_neither_sound_nor_unsound(octets: Callable[[], bytes], problem: Problem) -> None:
    reading = signatures_of(octets(), EVIDENCE)
    assert state_of(reading.signatures) == "unreadable"
    assert reading.signatures[0].problems[0] == problem


def test_a_detached_signature_finds_its_file_among_those_beside_it_by_digest() -> None:
    (only,) = signatures_of(once(None), EVIDENCE, [Digests(b"another"), Digests(PAPER)]).signatures
    assert only.sound


def test_a_detached_signature_meant_for_a_file_that_was_changed_is_broken() -> None:
    (only,) = signatures_of(once(None), EVIDENCE, [Digests(b"another")], meant=Digests(b"changed")).signatures
    assert (only.sound, only.problems[0]) == (False, Problem.DIGEST_MISMATCH)


def test_certificates_alone_are_no_signature() -> None:
    assert signatures_of(container(None, [], ANNA), EVIDENCE).signatures == ()


def test_a_signer_under_a_configured_anchor_is_trusted() -> None:
    trust = TrustStore((Anchor(ANNA.certificate.dump(), "public"),))
    (only,) = signatures_of(once(), Evidence(NOW, trust)).signatures
    assert (only.trust, only.anchor_list) == (Trust.TRUSTED, "public")


@given(st.data())
def test_no_octet_of_the_content_or_of_the_value_can_be_changed_unseen(data: st.DataObject) -> None:
    octets = bytearray(once())
    at = octets.index(PAPER) + data.draw(st.integers(0, len(PAPER) - 1))
    if data.draw(st.booleans()):
        at = len(octets) - 1 - data.draw(st.integers(0, 255))
    octets[at] ^= data.draw(st.integers(1, 255))
    assert state_of(signatures_of(bytes(octets), EVIDENCE).signatures) != "sound"


@given(st.binary(max_size=200), st.integers(0, 1500), st.integers(0, 40))
def test_damage_anywhere_raises_nothing(junk: bytes, at: int, gone: int) -> None:
    octets = once()
    signatures_of(octets[:at] + junk + octets[at + gone :], EVIDENCE, [Digests(PAPER)])


def test_a_certificate_whose_holder_has_no_readable_name_is_judged_without_one() -> None:
    name = ANNA.certificate.subject.dump()
    issuer, subject, rest = once().split(name, 2)
    octets = issuer + name + subject + b"\x0e" + name[1:] + rest  # UNIVERSAL 14 is no name (found by fuzzing)
    assert [one.signer.name for one in signatures_of(octets, EVIDENCE).signatures] == [""]
