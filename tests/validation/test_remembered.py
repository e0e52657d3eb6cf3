"""What is kept between two looks, and what is not."""

import time
from dataclasses import replace
from datetime import timedelta

from bridge.demo import tampering
from bridge.demo.pki import Pki
from bridge.demo.signing import sign_pdf
from validation.evidence import Evidence, TrustStore
from validation.pdf_signatures import signatures_of
from validation.remembered import Remembered
from validation.signature import Trust


def test_the_oldest_goes_first() -> None:
    """An answer that was asked for again is not the oldest."""
    made: list[int] = []

    def make(number: int) -> int:
        made.append(number)
        return number

    kept: Remembered[int] = Remembered(2)
    for number in (1, 2, 1, 3, 1, 2):
        assert kept.get(number, lambda number=number: make(number)) == number  # type: ignore[misc]
    assert made == [1, 2, 3, 2]
    assert len(kept) == 2


def test_the_second_look_at_the_same_bytes_costs_nothing(pki: Pki, plain: bytes, evidence: Evidence) -> None:
    """Same bytes, same evidence, though not the same objects."""
    signed = sign_pdf(plain, pki.agency, "HaiLan")
    begun = time.process_time()
    first = signatures_of(signed, evidence)
    once = time.process_time() - begun
    begun = time.process_time()
    for _ in range(5):
        assert signatures_of(bytes(bytearray(signed)), replace(evidence)) is first
    assert time.process_time() - begun < once


def test_other_evidence_is_asked_anew(once: bytes, evidence: Evidence) -> None:
    """Another trust store, another moment: other answers from the same bytes."""
    assert signatures_of(once, evidence).signatures[0].trust is Trust.TRUSTED
    assert signatures_of(once, replace(evidence, trust=TrustStore())).signatures[0].trust is Trust.UNTRUSTED
    later = replace(evidence, moment=evidence.moment + timedelta(days=36_500))
    assert signatures_of(once, later).signatures[0].result.value != "VALID"


def test_other_bytes_are_judged_anew(once: bytes, evidence: Evidence) -> None:
    """One byte is another file."""
    assert signatures_of(once, evidence).signatures[0].sound is True
    assert signatures_of(tampering.change_one_byte(once), evidence).signatures[0].sound is False
