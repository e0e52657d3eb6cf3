"""The audit: silent when everything adds up, and every loss has a name."""

import shutil
from collections import Counter
from collections.abc import Callable
from pathlib import Path

import pytest
from sqlalchemy import text

from store.audit import audit
from store.delivery import Refused
from store.judgement import Judgement
from store.mail import MailState
from store.settings import StoreSettings
from store.store import Store, open_store
from tests.store.given import (
    DAY,
    MINUTE,
    NEVER,
    NOW,
    RETRY,
    accepted,
    keep,
    letter,
    letters_only,
    packet,
    passed,
)

BIG = b"b" * 100_000


def fill(store: Store) -> None:
    """A mail in every state, large and small, in and out."""
    passed(store, accepted(size=80_000), body=BIG)
    passed(store, letters_only("a@example.org"), packet(), b"packet")
    passed(store, Judgement(MailState.FILED, "receipt"), body=b"filed")
    passed(store, Judgement(MailState.HELD, "document"), body=b"held")
    passed(store, Judgement(MailState.REJECTED, "document"), body=b"rejected")
    passed(store, Judgement(MailState.POSTPONED, due=NOW + DAY), body=b"postponed")
    keep(store, b"received")
    keep(store, b"received", at=NOW + MINUTE)
    for group in store.notices.ripe(NOW + MINUTE, MINUTE):
        record, new = letter()
        store.notices.told(group, NOW, letter=record, delivery=new)


def kinds(store: Store, *, deep: bool = False) -> set[str]:
    """What the audit finds."""
    return {one.kind for one in audit(store.db, store.blobs, NOW + MINUTE, deep=deep).differences}


def test_a_whole_store_is_clean(store: Store) -> None:
    fill(store)
    result = audit(store.db, store.blobs, NOW, deep=True)
    assert result.clean, result.differences
    assert result.taken_in == 7 == sum(result.states.values())
    assert set(result.states) == set(MailState) - {MailState.RELEASED}
    assert result.deliveries == {"queued": 3}
    assert result.contents == 7 + 1 + 2


def statement(sql: str) -> Callable[[Store], None]:
    """Somebody's hand in the database."""

    def act(store: Store) -> None:
        with store.db.transaction() as connection:
            connection.execute(text(sql))

    return act


def lose_a_blob(store: Store) -> None:
    """A file vanishes."""
    (mail,) = [mail for mail in store.mails.list() if mail.size == len(BIG)]
    store.blobs.path(mail.sha256).unlink()


def cut_a_blob(store: Store) -> None:
    """A file loses its end."""
    (envelope,) = store.envelopes.list()
    store.blobs.path(envelope.sha256).write_bytes(b"x")


def fail_an_envelope(store: Store) -> None:
    """The axis refuses, and nobody is told."""
    (claimed,) = store.deliveries.claim("envelope", "sender", MINUTE, NOW)
    store.deliveries.record(claimed.id, claimed.token, Refused(NEVER), RETRY, NOW)


def die_at_work(store: Store) -> None:
    """A worker takes a mail and is never seen again."""
    assert store.mails.claim("w", -2 * DAY, NOW) is not None


ENVELOPED = "(SELECT id FROM envelopes)"
LOSSES: dict[str, tuple[Callable[[Store], None], str]] = {
    "a file is gone": (lose_a_blob, "content.missing"),
    "a file is cut": (cut_a_blob, "content.size"),
    "a small body is gone": (statement("DELETE FROM contents"), "content.missing"),
    "a small body is cut": (statement("UPDATE contents SET content = ''"), "content.size"),
    "an envelope is gone": (statement("DELETE FROM envelopes"), "mail.without-envelope"),
    "a delivery of an envelope is gone": (
        statement("DELETE FROM deliveries WHERE kind = 'envelope'"),
        "envelope.deliveries",
    ),
    "a letter of a packet is gone": (
        statement("DELETE FROM deliveries WHERE recipient = 'a@example.org'"),
        "mail.without-letter",
    ),
    "a letter is not queued": (statement("DELETE FROM deliveries WHERE kind = 'letter'"), "letter.without-delivery"),
    "a mail is forgotten": (statement("UPDATE mails SET due_at = NULL"), "mail.stranded"),
    "a mail was let through unjudged": (
        statement("UPDATE mails SET state = 'accepted', due_at = NULL WHERE judgement = 0"),
        "mail.unjudged",
    ),
    "a mail lost its arrival": (statement("DELETE FROM arrivals"), "mail.without-arrival"),
    "a kept mail is not in the journal": (statement("DELETE FROM journal WHERE seq = 1"), "mail.count"),
    "a delivery is forgotten": (statement("UPDATE deliveries SET due_at = NULL"), "delivery.stranded"),
    "a refused envelope was told to nobody": (fail_an_envelope, "delivery.untold"),
    "a lease ended long ago": (die_at_work, "mail.lease-overdue"),
}

#: Orders in which each loss can be seen beside those before it.
CHANGED = (
    "content.size",
    "delivery.untold",
    "mail.lease-overdue",
    "mail.unjudged",
    "mail.stranded",
    "delivery.stranded",
)
GONE = (
    *("mail.without-arrival", "mail.count", "mail.without-letter", "letter.without-delivery", "envelope.deliveries"),
    *("mail.without-envelope", "content.missing"),
)


@pytest.fixture(scope="module")
def filled(sqlite_model: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder of a filled SQLite store, closed."""
    folder = tmp_path_factory.mktemp("filled")
    shutil.copy(sqlite_model, folder)
    store = open_store(StoreSettings(data=folder))
    fill(store)
    store.close()
    return folder


@pytest.mark.parametrize(("lose", "kind"), LOSSES.values(), ids=LOSSES.keys())
def test_a_loss_is_named(filled: Path, tmp_path: Path, lose: Callable[[Store], None], kind: str) -> None:
    shutil.copytree(filled, tmp_path / "var")
    store = open_store(StoreSettings(data=tmp_path / "var"))
    lose(store)
    assert kind in kinds(store)
    store.close()


def counted(store: Store) -> Counter[str]:
    """How many differences of each kind the audit finds."""
    return Counter(one.kind for one in audit(store.db, store.blobs, NOW + MINUTE).differences)


@pytest.mark.parametrize("settings", ["postgresql"], indirect=True)
@pytest.mark.parametrize("order", [CHANGED, GONE], ids=["changed rows", "rows that are gone"])
def test_postgresql_names_one_loss_after_the_other(store: Store, order: tuple[str, ...]) -> None:
    fill(store)
    losses = [loss for loss in LOSSES.values() if loss[1] in order]
    for lose, kind in sorted(losses, key=lambda loss: order.index(loss[1])):
        before = counted(store)[kind]
        lose(store)
        assert counted(store)[kind] > before, kind


def test_every_loss_is_in_an_order() -> None:
    assert {kind for _, kind in LOSSES.values()} == {*CHANGED, *GONE}


def test_a_mail_whose_row_is_gone_is_missed(store: Store) -> None:
    mail_id = keep(store).mail_id
    for table, column in (("arrivals", "mail_id"), ("contents", "id"), ("mails", "id")):
        statement(f"DELETE FROM {table} WHERE {column} = '{mail_id}'")(store)
    assert kinds(store) == {"mail.count", "mail.lost"}


def test_changed_bytes_are_seen_when_looking_deep(store: Store) -> None:
    fill(store)
    with store.db.transaction() as connection:
        changed = text("UPDATE contents SET content = :new WHERE content = :old")
        assert connection.execute(changed, {"new": b"Received", "old": b"received"}).rowcount == 1
    (envelope,) = store.envelopes.list()
    store.blobs.path(envelope.sha256).write_bytes(b"y" * envelope.size)
    assert kinds(store) == set()
    found = audit(store.db, store.blobs, NOW, deep=True).differences
    assert {(one.kind, one.detail) for one in found} == {("content.sha256", "mails"), ("content.sha256", "envelopes")}


def test_a_failure_that_was_told_is_no_difference(store: Store) -> None:
    fill(store)
    fail_an_envelope(store)
    (failed,) = [delivery for delivery in store.deliveries.list() if delivery.kind == "envelope"]
    assert store.deliveries.mark_reported([failed.id], NOW, actor="lan")
    assert kinds(store) == set()
