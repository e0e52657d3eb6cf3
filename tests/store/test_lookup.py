"""Ids by their beginning, and registers filled at once: on both databases."""

import pytest

from store.lookup import ids_beginning
from store.registry import RoutingRule
from store.store import Store
from tests.store.given import NOW, accepted, judge, keep


def test_a_record_is_found_by_a_beginning_of_its_id(store: Store) -> None:
    first, second = keep(store, b"a").mail_id, keep(store, b"b").mail_id
    assert ids_beginning(store.db, "mail", first) == (first,)
    assert ids_beginning(store.db, "mail", first[:-1].upper() + first[-1]) == (first,)
    assert set(ids_beginning(store.db, "mail", first[:3])) == {first, second}
    assert len(ids_beginning(store.db, "mail", first[:3], limit=1)) == 1
    judgement = accepted()
    judge(store, first, judgement)
    assert ids_beginning(store.db, "envelope", judgement.envelopes[0].id[:-4]) == (judgement.envelopes[0].id,)
    assert ids_beginning(store.db, "delivery", judgement.deliveries[0].id) == (judgement.deliveries[0].id,)


@pytest.mark.parametrize("beginning", ["", " ", "%", "_", "g", "0'", "\0", "ffffffff"])
def test_what_begins_no_id_finds_none(store: Store, beginning: str) -> None:
    keep(store)
    assert ids_beginning(store.db, "mail", beginning) == ()


def test_a_register_is_filled_at_once_in_order_and_what_is_there_keeps_its_place(store: Store) -> None:
    routes = store.registry.routes
    routes.add(RoutingRule("b", recipient="b@example.net"), "lan", NOW)
    assert routes.put_all((RoutingRule("z"), RoutingRule("b", comment="new"), RoutingRule("a")), "lan", NOW, "why") == (
        2,
        1,
    )
    assert [(rule.id, rule.position) for rule in routes.snapshot()] == [("b", 1.0), ("z", 2.0), ("a", 3.0)]
    assert routes.get("b") == RoutingRule("b", position=1.0, comment="new")
    last = list(store.journal.list())[-1].entry
    assert (last.actor, last.verb) == ("lan", "routes.imported")
    assert last.detail == {"added": "2", "replaced": "1", "reason": "why"}
    assert store.journal.verify() is None


def test_what_fails_on_the_way_changes_nothing(store: Store) -> None:
    def rules() -> "list[RoutingRule]":
        raise LookupError

    routes = store.registry.routes
    with pytest.raises(LookupError):
        routes.put_all((rule for source in ([RoutingRule("a")], None) for rule in source or rules()), "lan", NOW)
    assert routes.snapshot() == ()
