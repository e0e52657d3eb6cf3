"""Counter-signatures: each told as a signature of its own, over the value that it signs and nothing else."""

from collections.abc import Callable

import pytest
from asn1crypto import cms

from tests.validation.cms_minting import NOW, Holder, attributes, container, countersigned, holder, signer
from validation.cms_signatures import signatures_of
from validation.codes import Code
from validation.evidence import Evidence
from validation.signature import Problem, state_of

EVIDENCE = Evidence(NOW)
PAPER = b"Quyet dinh 35"
ANNA, BINH, CHI = holder("Anna"), holder("Bình", serial=8), holder("Chi", serial=9)
DOUBLE = holder("Bình", serial=8)  # another key under the same name and number


def first() -> cms.SignerInfo:
    """Anna's signature over the paper."""
    return signer(ANNA, PAPER, attributes(PAPER))


def over(by: Holder, below: cms.SignerInfo, *, bare: bool = False, mechanism: str = "sha256_rsa") -> cms.SignerInfo:
    """A signature over the value of another; `bare` = without signed attributes."""
    value = bytes(below["signature"])
    return signer(by, value, None if bare else attributes(value), mechanism=mechanism)


def in_container(signer_info: cms.SignerInfo, *inside: Holder) -> bytes:
    """With everybody's certificates unless said otherwise."""
    return container(PAPER, [signer_info], *(inside or (ANNA, BINH, CHI)))


@pytest.mark.parametrize("bare", [pytest.param(False, id="with signed attributes"), pytest.param(True, id="bare")])
def test_a_counter_signature_is_told_as_a_signature_of_the_signature(bare: bool) -> None:
    below = first()
    reading = signatures_of(in_container(countersigned(below, over(BINH, below, bare=bare))), EVIDENCE)
    assert [(one.where, one.countersigns, one.signer.name, one.sound) for one in reading.signatures] == [
        ("signer 1", "", "Anna", True),
        ("signer 1, counter-signature 1", "signer 1", "Bình", True),
    ]
    told = [one.evidence["by"] for one in reading.observations if one.code is Code.SIGNATURE_COUNTERSIGNED]
    assert told == ["Bình"]


def test_one_who_signs_a_counter_signature_is_told_too() -> None:
    below = first()
    middle = over(BINH, below)
    top = countersigned(below, countersigned(middle, over(CHI, middle)))
    assert [
        (one.where, one.signer.name, one.sound) for one in signatures_of(in_container(top), EVIDENCE).signatures
    ] == [
        ("signer 1", "Anna", True),
        ("signer 1, counter-signature 1", "Bình", True),
        ("signer 1, counter-signature 1.1", "Chi", True),
    ]


@pytest.mark.parametrize(
    ("counter", "inside", "problem", "state"),
    [
        pytest.param(
            lambda _: over(BINH, signer(CHI, PAPER, attributes(PAPER))),
            (ANNA, BINH),
            Problem.DIGEST_MISMATCH,
            "unsound",
            id="over another signature",
        ),
        pytest.param(
            lambda _: signer(BINH, PAPER, attributes(PAPER)),
            (ANNA, BINH),
            Problem.DIGEST_MISMATCH,
            "unsound",
            id="over the content instead of the value",
        ),
        pytest.param(
            lambda below: over(DOUBLE, below), (ANNA, BINH), Problem.VALUE_MISMATCH, "unsound", id="with another's key"
        ),
        pytest.param(
            lambda below: over(BINH, below, mechanism="sha512_rsa"),
            (ANNA, BINH),
            Problem.VALUE_MISMATCH,
            "unsound",
            id="a mechanism that names another digest",
        ),
        pytest.param(
            lambda below: over(BINH, below), (ANNA,), Problem.UNSUPPORTED, "unreadable", id="without its certificate"
        ),
    ],
)
def test_a_counter_signature_that_does_not_verify_spoils_the_file(
    counter: Callable[[cms.SignerInfo], cms.SignerInfo], inside: tuple[Holder, ...], problem: Problem, state: str
) -> None:
    below = first()
    reading = signatures_of(in_container(countersigned(below, counter(below)), *inside), EVIDENCE)
    assert reading.signatures[0].sound is True
    assert reading.signatures[1].problems[0] is problem
    assert state_of(reading.signatures) == state


def test_endless_counter_signatures_are_not_followed() -> None:
    below = first()
    many = countersigned(below, *[over(BINH, below)] * 30)
    signatures = signatures_of(in_container(many), EVIDENCE).signatures
    assert (len(signatures), signatures[-1].problems[0]) == (22, Problem.TOO_COSTLY)
