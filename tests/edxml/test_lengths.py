"""Fields that are too long are told before they go; what is told as bearable conforms to our schema."""

from datetime import UTC, datetime

import pytest

from bridge.edxml.compose import document_packet
from bridge.edxml.conform import conform
from bridge.edxml.lengths import LENGTHS, Long, too_long
from bridge.edxml.packet import Party
from bridge.fields.fields import Field, Fields, Key, Source
from tests.edxml.samples import OTHER, written

NOW = datetime(2026, 11, 20, tzinfo=UTC)
TYPED = {Key.TYPE_NAME: "Công văn"}


def fields(key: Key, length: int) -> Fields:
    """Fields of which one has that length, in letters with two accents each."""
    return Fields({key: Field("ế" * length, Source.CLERK, 1.0)})


@pytest.mark.parametrize("key", list(LENGTHS))
def test_each_length_is_told_from_one_character_on(key: Key) -> None:
    decreed, widest = LENGTHS[key]
    assert list(too_long(fields(key, decreed))) == []
    assert list(too_long(fields(key, widest + 1))) == [Long(key, widest + 1, widest, refused=True)]
    if decreed < widest:
        assert list(too_long(fields(key, decreed + 1))) == [Long(key, decreed + 1, decreed, refused=False)]


@pytest.mark.parametrize("key", [key for key in LENGTHS if key is not Key.TO_PLACES])
def test_the_schema_holds_the_same_lengths(key: Key) -> None:
    widest = LENGTHS[key][1]
    for length, fits in ((widest, True), (widest + 1, False)):
        packet = document_packet(fields(key, length), Party("H99.12"), (OTHER,), (), NOW, own_id="x")
        assert (conform(written(packet)) == []) is fits
