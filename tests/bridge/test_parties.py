"""The child is told of those whom a mail names, and asks for whom it was not told of."""

from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest

from bridge.job import Snapshot, Wanted
from bridge.parties import of_addresses, of_rules, told_of, unasked
from bridge.policy import Policy
from bridge.settings.sections import Office
from store.connection import migrate, open_database
from store.registry import Correspondent, Organ, OrganId, Registry, RoutingRule, registry_of
from store.settings import StoreSettings
from validation.settings import ReadingCaps

NOW = datetime(2026, 11, 22, 3, tzinfo=UTC)


@pytest.fixture
def registry(tmp_path: Path) -> Iterator[Registry]:
    """Organs that followed one another, a circle of two, and correspondents."""
    db = open_database(StoreSettings(data=tmp_path))
    migrate(db)
    found = registry_of(db)
    organs = [
        Organ("noi-vu", "Sở Nội vụ", ids=(OrganId("qd-20", "H99.12"),), successor="H99.20"),
        Organ("moi", "Sở mới", ids=(OrganId("qd-20", "H99.20"),), successor="moi-nua"),
        Organ("moi-nua", "Sở mới nữa", ids=(OrganId("qd-20", "H99.30"),), addresses=("vt@somoi.test",)),
        Organ("a", "A", successor="b"),
        Organ("b", "B", successor="a"),
        Organ("khac", "Sở khác", ids=(OrganId("qd-20", "H99.99"),)),
    ]
    found.organs.put_all(organs, "lan", NOW)
    people = [
        Correspondent("so", "agency", "Sở", addresses=("lan@so.test",)),
        Correspondent("cty", "business", "Công ty", domains=("cty.test",)),
    ]
    found.correspondents.put_all(people, "lan", NOW)
    yield found
    db.close()


def snapshot(asked: frozenset[str] | None = frozenset()) -> Snapshot:
    """Nobody is known yet."""
    return Snapshot(
        office=Office("H99.1", "UBND"),
        policy=Policy(),
        caps=ReadingCaps(),
        axes=(),
        routes=(RoutingRule("r", organs=("H99.12", "a")),),
        organs=(),
        correspondents=(),
        our_addresses=(),
        sender="",
        asked=asked,
    )


@pytest.mark.parametrize(
    ("names", "organs", "correspondents"),
    [
        pytest.param(("H99.99",), ["khac"], [], id="an organ by its id"),
        pytest.param(("h99.12",), ["noi-vu", "moi", "moi-nua"], [], id="an organ and all that took its place"),
        pytest.param(("a",), ["a", "b"], [], id="a circle of successors ends"),
        pytest.param(("LAN@so.test", "@so.test"), [], ["so"], id="a correspondent by address"),
        pytest.param(("ai@cty.test", "@cty.test"), [], ["cty"], id="a correspondent by domain"),
        pytest.param(("@somoi.test",), ["moi-nua"], [], id="the organ whose domain it is"),
        pytest.param(("nobody@x.test",), [], [], id="nobody"),
    ],
)
def test_those_who_are_named_are_told(
    registry: Registry, names: tuple[str, ...], organs: list[str], correspondents: list[str]
) -> None:
    told = told_of(snapshot(), registry, names)
    assert [organ.id for organ in told.organs] == organs
    assert [one.id for one in told.correspondents] == correspondents
    assert unasked(told, names) is None


def test_telling_more_keeps_what_was_told(registry: Registry) -> None:
    told = told_of(told_of(snapshot(), registry, ("H99.99",)), registry, ("@cty.test", "a"))
    assert [organ.id for organ in told.organs] == ["a", "b", "khac"]
    assert [one.id for one in told.correspondents] == ["cty"]


def test_a_name_that_was_not_asked_for_is_wanted_once() -> None:
    names = tuple(of_addresses(("lan@so.test", "", "lan@so.test")))
    assert unasked(snapshot(frozenset({"@so.test"})), names) == Wanted(parties=("lan@so.test",))


def test_with_the_whole_registers_nothing_is_asked() -> None:
    assert unasked(snapshot(None), ("lan@so.test",)) is None


def test_the_organs_of_the_rules_are_named_once() -> None:
    rules = (RoutingRule("r", organs=("x", "y")), RoutingRule("s", organs=("y", "z")))
    assert of_rules(rules) == ("x", "y", "z")
