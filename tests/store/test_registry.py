"""The registers: kept in order, changed by name, every change in the journal."""

from dataclasses import replace
from datetime import date

import pytest

from store.registry import Correspondent, Organ, OrganId, RoutingRule
from store.store import Store
from tests.store.given import NOW


def test_rules_are_asked_in_order(store: Store) -> None:
    routes = store.registry.routes
    first = routes.add(RoutingRule("b", recipient="vanthu@example.net", organs=("H99.12",)), "lan", NOW)
    routes.add(RoutingRule("a", recipient="*"), "lan", NOW)
    routes.add(RoutingRule("c", position=0.5, subject="hỏa tốc"), "lan", NOW)
    assert [rule.id for rule in routes.snapshot()] == ["c", "b", "a"]
    routes.edit(replace(first, position=9.0, comment="Sở Nội vụ"), "lan", NOW)
    assert [rule.id for rule in routes.snapshot()] == ["c", "a", "b"]
    routes.remove("a", "minh", NOW)
    assert [rule.id for rule in routes.snapshot()] == ["c", "b"]
    journaled = [(row.entry.actor, row.entry.verb, row.entry.detail["id"]) for row in store.journal.list()]
    assert journaled[3:] == [("lan", "routes.edited", "b"), ("minh", "routes.removed", "a")]


def test_what_is_not_there_cannot_be_changed_and_what_is_there_not_added(store: Store) -> None:
    routes = store.registry.routes
    routes.add(RoutingRule("a"), "lan", NOW)
    with pytest.raises(ValueError, match="already"):
        routes.add(RoutingRule("a"), "lan", NOW)
    with pytest.raises(KeyError):
        routes.edit(RoutingRule("b"), "lan", NOW)
    with pytest.raises(KeyError):
        routes.remove("b", "lan", NOW)
    assert routes.get("b") is None


def test_organs_and_correspondents_come_back_as_they_were(store: Store) -> None:
    ids = (OrganId("qd-20", "H99.12", date(2020, 9, 1)), OrganId("qcvn-102", "000.12.00.H99", until=date(2020, 8, 31)))
    organ = Organ("1", "Sở Nội vụ", 1.0, ("Ban Tổ chức",), ids, ("snv@example.net",), ("0" * 64,), "2")
    person = Correspondent("3", "business", "Công ty A", 1.0, "", "0100109106", ("a@example.org",), ("example.org",))
    store.registry.organs.add(organ, "lan", NOW)
    store.registry.correspondents.add(person, "lan", NOW)
    assert store.registry.organs.snapshot() == (organ,)
    assert store.registry.correspondents.get("3") == person
