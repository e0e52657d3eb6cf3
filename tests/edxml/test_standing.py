"""Where a document stands at a receiver, whatever order its statuses come in."""

from datetime import UTC, datetime, timedelta
from itertools import permutations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bridge.edxml.standing import Stage, Standing, Word, after, standing_of
from bridge.edxml.status import StatusCode

NOON = datetime(2026, 11, 20, 5, 0, tzinfo=UTC)


def words(codes: str, *, timed: bool = True) -> list[Word]:
    """One status a minute."""
    moments = [NOON + timedelta(minutes=number) for number in range(20)]
    return [
        Word(StatusCode(code), moment if timed else None, moment)
        for code, moment in zip(codes.split(), moments, strict=False)
    ]


@pytest.mark.parametrize(
    ("codes", "stage", "asked"),
    [
        pytest.param("", Stage.SENT, False, id="no word"),
        pytest.param("01", Stage.ARRIVED, False, id="arrived"),
        pytest.param("01 02", Stage.REFUSED, False, id="returned"),
        pytest.param("02", Stage.REFUSED, False, id="returned without having said that it arrived"),
        pytest.param("01 03 04 05 06", Stage.FINISHED, False, id="every step"),
        pytest.param("01 03 05", Stage.IN_PROGRESS, False, id="a step is left out"),
        pytest.param("01 03 03 01", Stage.REGISTERED, False, id="repeated, and an earlier one again"),
        pytest.param("01 03 02", Stage.REGISTERED, False, id="what is registered is not returned"),
        pytest.param("02 03", Stage.REFUSED, False, id="what is returned stays returned"),
        pytest.param("01 13", Stage.ARRIVED, True, id="asked back"),
        pytest.param("13", Stage.SENT, True, id="asked back before any word"),
        pytest.param("01 03 13 15", Stage.TAKEN_BACK, False, id="taken back"),
        pytest.param("01 03 13 16", Stage.REGISTERED, False, id="refused to give it back: as before"),
        pytest.param("01 03 13 05 16", Stage.IN_PROGRESS, False, id="handled further while it was asked"),
        pytest.param("01 13 15 03", Stage.TAKEN_BACK, False, id="nothing follows on being taken back"),
        pytest.param("01 15", Stage.ARRIVED, False, id="an answer that nobody asked for"),
        pytest.param("02 13 15", Stage.REFUSED, False, id="what was returned cannot be taken back"),
    ],
)
def test_statuses_lead_to_a_state(codes: str, stage: Stage, asked: bool) -> None:
    assert standing_of(words(codes)) == Standing(stage, asked)


def test_late_statuses_count_by_their_own_time() -> None:
    for order in permutations(words("01 03 13 16 05")):
        assert standing_of(order) == Standing(Stage.IN_PROGRESS)


def test_an_answer_follows_its_question_though_the_clock_of_its_sender_is_behind() -> None:
    asked = Word(StatusCode.RECALL_ASKED, NOON, NOON)
    answer = Word(StatusCode.CHANGE_AGREED, NOON - timedelta(minutes=9), NOON + timedelta(minutes=1))
    assert standing_of([answer, asked]) == Standing(Stage.TAKEN_BACK)


def test_without_a_time_of_their_own_they_count_by_when_they_came() -> None:
    assert standing_of(words("01 03 02", timed=False)) == Standing(Stage.REGISTERED)


@given(st.lists(st.sampled_from(StatusCode), max_size=30))
def test_an_end_is_an_end_and_every_word_has_a_state(codes: list[StatusCode]) -> None:
    standing = Standing()
    for code in codes:
        before = standing
        standing = after(standing, code)
        if before.stage in (Stage.REFUSED, Stage.TAKEN_BACK):
            assert standing == before
        assert after(standing, code) == standing or code is StatusCode.CHANGE_AGREED
