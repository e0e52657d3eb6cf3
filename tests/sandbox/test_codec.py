"""What crosses the wall: every value comes back as it was, and nothing else is taken for one."""

import json
import struct
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from enum import IntEnum, StrEnum
from pathlib import Path
from typing import Annotated, Literal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bridge.job import Job, Outcome, Wanted
from bridge.sandbox.codec import CodecError, Shape, decode, encode, prepare, reader_of


class Colour(StrEnum):
    RED = "red"


class Weight(IntEnum):
    LIGHT = 0
    HEAVY = 3


@dataclass(frozen=True, slots=True)
class Done:
    reply: str


@dataclass(frozen=True, slots=True)
class Later:
    reply: str


@dataclass(frozen=True, slots=True)
class Branch:
    name: str
    below: tuple["Branch", ...] = ()


@dataclass(frozen=True, slots=True)
class Everything:
    text: Annotated[str, "explained"] = "Uỷ ban nhân dân \udcff"
    data: bytes = b"\0\xff"
    more: tuple[bytes, ...] = (b"", b"x")
    number: int = 1 << 70
    part: float = 0.25
    truth: bool = False
    when: datetime = datetime(2026, 11, 22, 8, 0, tzinfo=UTC)
    day: date | None = date(2026, 11, 22)
    span: timedelta = timedelta(days=-1, microseconds=3)
    colour: Colour | None = Colour.RED
    weight: Weight = Weight.HEAVY
    word: Literal["smtp", "imap"] = "imap"
    pair: tuple[int, str] = (1, "một")
    words: frozenset[str] = frozenset({"a", "b"})
    facts: Mapping[str, str] = field(default_factory=lambda: {"!": "bytes", "of": "x"})
    by_colour: Mapping[Colour, tuple[int, ...]] = field(default_factory=lambda: {Colour.RED: (1,)})
    outcome: Done | Later | None = Later("450")
    tree: Branch = Branch("root", (Branch("leaf"),))
    place: Path = Path("var/axis")


def _bytes(tree: object, behind: bytes = b"") -> bytes:
    text = json.dumps(tree).encode()
    return struct.pack("!Q", len(text)) + text + behind


def test_a_value_of_every_kind_comes_back() -> None:
    assert decode(Everything, encode(Everything())) == Everything()


@given(st.text(), st.binary(), st.integers(), st.floats(allow_nan=False, allow_infinity=False))
def test_any_content_comes_back(text: str, data: bytes, number: int, part: float) -> None:
    value = Everything(text=text, data=data, number=number, part=part, facts={text: text})
    assert decode(Everything, encode(value)) == value


def test_members_of_a_union_that_look_alike_are_told_apart() -> None:
    for value in (Done("250"), Later("250")):
        assert decode(Everything, encode(Everything(outcome=value))).outcome == value


@pytest.mark.parametrize(
    "data",
    [
        pytest.param(b"", id="nothing"),
        pytest.param(b"\0" * 8, id="no JSON"),
        pytest.param(struct.pack("!Q", 1 << 62), id="a length beyond the end"),
        pytest.param(_bytes({"!": "Later", "reply": "x"}), id="another class"),
        pytest.param(_bytes({"reply": "x"}), id="no class"),
        pytest.param(_bytes({"!": "Done"}), id="a field missing"),
        pytest.param(_bytes({"!": "Done", "reply": "x", "more": 1}), id="a field too many"),
        pytest.param(_bytes({"!": "Done", "reply": 1}), id="a number for a text"),
        pytest.param(_bytes({"!": "Done", "reply": None}), id="nothing for a text"),
        pytest.param(_bytes(["Done"]), id="a list"),
        pytest.param(_bytes("x"), id="a text"),
        pytest.param(struct.pack("!Q", 200_000) + b"[" * 200_000, id="a list in a list in a list"),
    ],
)
def test_what_is_no_done_is_not_taken_for_one(data: bytes) -> None:
    with pytest.raises(CodecError):
        decode(Done, data)


@pytest.mark.parametrize(
    ("kind", "tree"),
    [
        pytest.param(bytes, {"!": "bytes", "at": 2, "length": 4}, id="octets beyond the end"),
        pytest.param(bytes, {"!": "bytes", "at": -1, "length": 1}, id="octets before the start"),
        pytest.param(bytes, {"!": "bytes", "at": True, "length": 1}, id="a truth for a place"),
        pytest.param(bytes, {"!": "bytes", "at": 0}, id="octets without length"),
        pytest.param(int, True, id="a truth for a number"),
        pytest.param(bool, 1, id="a number for a truth"),
        pytest.param(datetime, "2026-11-22T08:00:00", id="a time without a zone"),
        pytest.param(datetime, "yesterday", id="a word for a time"),
        pytest.param(Colour, "blue", id="an unknown colour"),
        pytest.param(Weight, 2, id="an unknown weight"),
        pytest.param(tuple[int, str], [1], id="half a pair"),
        pytest.param(tuple[int, ...], {"0": 1}, id="an object for a list"),
        pytest.param(Mapping[str, int], {"!": "map", "items": [["a"]]}, id="a key without a value"),
        pytest.param(Mapping[str, int], {"!": "map", "items": [["a", "b"]]}, id="a value of another type"),
        pytest.param(timedelta, {"!": "timedelta", "of": [10**12, 0, 0]}, id="a span beyond all bounds"),
        pytest.param(Literal["smtp"], "imap", id="another literal"),
    ],
)
def test_nothing_is_bent_to_fit(kind: type[object], tree: object) -> None:
    with pytest.raises(CodecError):
        decode(kind, _bytes(tree, b"xyz"))


@pytest.mark.parametrize(
    "kind",
    [
        pytest.param(object, id="anything"),
        pytest.param(str | Colour, id="a text or a word that is a text"),
        pytest.param(tuple[int, ...] | tuple[str, ...], id="lists of this or that"),
        pytest.param(list[int], id="a list that can be changed"),
    ],
)
def test_types_that_cannot_be_read_strictly_are_our_bug(kind: object) -> None:
    with pytest.raises(TypeError):
        reader_of(kind)


@pytest.mark.parametrize("value", [object(), {"a": object()}, Done], ids=["an object", "within a mapping", "a class"])
def test_values_that_cannot_cross_are_our_bug(value: object) -> None:
    with pytest.raises(TypeError):
        encode(value)


@dataclass(frozen=True, slots=True)
class _Deep:
    inner: tuple[Mapping[str, "_Bad"], ...] = ()


@dataclass(frozen=True, slots=True)
class _Bad:
    anything: object


def test_a_type_is_looked_through_to_its_depth_before_the_first_value() -> None:
    with pytest.raises(TypeError, match="object"):
        prepare(_Deep)


@pytest.mark.parametrize("kind", [Job, Outcome, Wanted], ids=lambda kind: kind.__name__)
def test_what_the_pipeline_takes_and_gives_can_cross(kind: Shape) -> None:
    prepare(kind)
