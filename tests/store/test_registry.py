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


def test_an_entry_is_found_by_every_key_and_by_no_older_one(store: Store) -> None:
    organs = store.registry.organs
    ids = (OrganId("qd-20", "H99.12"), OrganId("qcvn-102", "000.12.00.H99", until=date(2020, 8, 31)))
    home = organs.add(Organ("noi-vu", "Sở Nội vụ", ids=ids, addresses=("VanThu@noivu.test",)), "lan", NOW)
    organs.add(Organ("khac", "Sở khác", ids=(OrganId("qd-20", "H99.13"),), addresses=("a@khac.test",)), "lan", NOW)
    for key in ("noi-vu", "h99.12", "000.12.00.H99", "vanthu@NOIVU.test", "@noivu.test"):
        assert [organ.id for organ in organs.having([key])] == ["noi-vu"], key
    assert organs.having(["", "noivu.test", "H99", "x@noivu.test"]) == ()
    assert [organ.id for organ in organs.having(["@khac.test", "H99.12", "noi-vu"])] == ["noi-vu", "khac"]
    organs.edit(replace(home, addresses=("moi@noivu.test",), ids=()), "lan", NOW)
    assert organs.having(["H99.12", "vanthu@noivu.test"]) == ()
    assert [organ.id for organ in organs.having(["moi@noivu.test"])] == ["noi-vu"]
    organs.put_all([replace(home, addresses=("lai@noivu.test",))], "lan", NOW)
    assert [organ.id for organ in organs.having(["lai@noivu.test", "moi@noivu.test"])] == ["noi-vu"]
    assert organs.having(["moi@noivu.test"]) == ()
    organs.remove("noi-vu", "lan", NOW)
    assert organs.having(["noi-vu", "lai@noivu.test", "@noivu.test"]) == ()


def test_correspondents_are_found_by_address_domain_tax_code_and_organ_id(store: Store) -> None:
    register = store.registry.correspondents
    one = Correspondent("c", "business", "Công ty", organ_id="H99.9", tax_code="0100112233", domains=("cty.test",))
    register.put_all(
        [one, replace(one, id="d", organ_id="", tax_code="", domains=(), addresses=("a@b.test",))], "l", NOW
    )
    for key, found in (("@cty.test", "c"), ("0100112233", "c"), ("h99.9", "c"), ("A@b.test", "d"), ("D", "d")):
        assert [entry.id for entry in register.having([key])] == [found], key


def test_many_keys_are_asked_for_in_bounded_statements(store: Store) -> None:
    register = store.registry.correspondents
    register.put_all(
        (Correspondent(f"c{number}", "individual", "x", addresses=(f"a{number}@b.test",)) for number in range(1200)),
        "l",
        NOW,
    )
    assert len(register.having(f"a{number}@b.test" for number in range(0, 1200, 2))) == 600
