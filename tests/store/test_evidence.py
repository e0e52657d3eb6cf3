"""What a mail was judged by is kept with the judgement, each piece once, and comes back as it was."""

from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import timedelta

import pytest
from sqlalchemy import func, select

from store.audit import audit
from store.evidence import Kept
from store.judgement import Judgement
from store.mail import MailState
from store.schema import contents, evidence_items, trust_sets
from store.store import Store
from tests.store.given import NOW, judge, keep
from validation.evidence import Anchor, DnsAnswer, Evidence, TrustStore
from validation.signature import Carrier, Coverage, Integrity, Relied, Signature

ANCHORS = (Anchor(b"root", "government"), Anchor(b"old root", "public", NOW + timedelta(days=9)))
LARGE = b"list" * 40_000  # of the size that lies in a file
SMALL = b"answer"


def known(number: int, *, lists: tuple[bytes, ...] = (LARGE,)) -> Evidence:
    """What one mail is judged by: the same world at another moment."""
    return Evidence(
        NOW + timedelta(seconds=number),
        TrustStore(ANCHORS, (b"intermediate",), lists),
        {"TXT so.example.org": DnsAnswer("ok", ("v=spf1 -all",))},
        "pass",
        "192.0.2.1",
        {"ocsp http://ocsp.example.org aa": SMALL, "crl http://crl.example.org": LARGE, "crl http://away.example": b""},
        arrived=NOW,
    )


def recorded(store: Store, number: int, judgement: Judgement) -> str:
    """A mail with that judgement."""
    mail = keep(store, f"Subject: {number}\r\n\r\nb\r\n".encode()).mail_id
    judge(store, mail, judgement)
    return mail


def held(evidence: Evidence | None) -> Judgement:
    """A judgement by `evidence`, of a mail that is signed itself."""
    relied = (Relied("crl", "0" * 64, "CA", "trust", NOW, None),)
    signature = Signature(Carrier.SMIME, "1", True, (), Integrity.INTACT, Coverage.WHOLE, relied_on=relied)
    return Judgement(MailState.HELD, evidence=evidence, signatures=(signature,) if evidence else ())


def count(store: Store) -> tuple[int, ...]:
    """Items, small contents of theirs, members of sets."""
    with store.db.reading() as connection:
        small = select(func.count()).select_from(
            contents.join(evidence_items, contents.c.id == evidence_items.c.sha256)
        )
        every = [select(func.count()).select_from(evidence_items), small, select(func.count()).select_from(trust_sets)]
        return tuple(int(connection.execute(asked).scalar_one()) for asked in every)


def test_it_comes_back_as_it_was_and_nobody_is_to_be_asked_for_more(store: Store) -> None:
    judgement = held(known(1))
    mail = recorded(store, 1, judgement)
    assert store.mails.judgements.evidence_of(mail, 1) == Kept(replace(known(1), offline=True), judgement.signatures)


def test_each_piece_is_kept_once_whoever_relies_on_it(store: Store) -> None:
    mails = [recorded(store, number, held(known(number))) for number in range(3)]
    assert count(store) == (5, 4, 3)
    recorded(store, 3, held(known(3, lists=(b"newer list",))))
    assert count(store) == (6, 5, 3)
    kept = [store.mails.judgements.evidence_of(mail, 1) for mail in mails]
    assert [one and one.evidence for one in kept] == [replace(known(number), offline=True) for number in range(3)]


def test_who_writes_the_same_pieces_at_the_same_time_waits_for_the_other(store: Store) -> None:
    mails = [keep(store, f"Subject: {number}\r\n\r\nb\r\n".encode()).mail_id for number in range(8)]
    pieces = [b"piece %d" % number for number in range(12)]

    def judged(number: int) -> None:
        turned = (*pieces[number:], *pieces[:number])
        fetched = {f"crl http://{place}.example": one for place, one in enumerate(turned)}
        judge(store, mails[number], held(replace(known(number), fetched=fetched)))

    with ThreadPoolExecutor(len(mails)) as threads:
        list(threads.map(judged, range(len(mails))))
    assert count(store)[0] == 4 + len(pieces)
    assert all(store.mails.judgements.evidence_of(mail, 1) for mail in mails)


def test_of_a_judgement_without_evidence_there_is_none(store: Store) -> None:
    mail = recorded(store, 1, held(None))
    assert store.mails.judgements.evidence_of(mail, 1) is None
    assert store.mails.judgements.evidence_of(mail, 2) is None


@pytest.mark.parametrize("damage", ["missing", "sha256"])
def test_the_audit_looks_for_its_octets(store: Store, damage: str) -> None:
    recorded(store, 1, held(known(1)))
    assert audit(store.db, store.blobs, NOW, deep=True).clean
    (blob,) = [file for file in (store.settings.data / "blobs").rglob("*") if file.is_file()]
    if damage == "missing":
        blob.unlink()
    else:
        blob.write_bytes(LARGE.swapcase())
    found = audit(store.db, store.blobs, NOW, deep=True)
    assert [(one.kind, one.detail) for one in found.differences] == [(f"content.{damage}", "evidence_items")]
