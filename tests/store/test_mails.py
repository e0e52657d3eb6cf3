"""Work on mails: one holder at a time, all or nothing, nothing overwritten."""

import subprocess
import sys
from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import timedelta

import pytest

from store.errors import ForbiddenRowError, LeaseLostError
from store.judgement import Decision, DecisionVerb, DocumentRecord, EnvelopeRecord, FieldRecord, Judgement
from store.mail import IllegalMoveError, MailState
from store.settings import StoreSettings
from store.store import Store
from tests.store.given import DAY, MINUTE, NOW, accepted, judge, keep, passed
from validation.codes import Code
from validation.finding import Finding, Observation, Severity
from validation.inspected import Format, Inspected

HELD = Judgement(MailState.HELD, "document", findings=(Finding(Code.FIELD_MISSING, Severity.DOUBT, ("Subject",)),))


def test_the_oldest_is_claimed_first_and_by_one_alone(store: Store) -> None:
    young = keep(store, b"young", at=NOW)
    old = keep(store, b"old", at=NOW - MINUTE)
    claims = [store.mails.claim("w", MINUTE, NOW) for _ in range(3)]
    assert [claim and claim.mail.id for claim in claims] == [old.mail_id, young.mail_id, None]


def test_threads_share_the_work_without_overlap(store: Store) -> None:
    kept = {keep(store, b"%d" % number).mail_id for number in range(40)}

    def work(owner: str) -> list[str]:
        taken: list[str] = []
        while claim := store.mails.claim(owner, MINUTE, NOW):
            taken.append(claim.mail.id)
        return taken

    with ThreadPoolExecutor(8) as pool:
        taken = [mail_id for one in pool.map(work, map(str, range(8))) for mail_id in one]
    assert Counter(taken) == Counter(kept)


CLAIMER = """
import sys
from datetime import datetime, timedelta
from pathlib import Path
from store.settings import StoreSettings
from store.store import open_store
store = open_store(StoreSettings(data=Path(sys.argv[1]), database=sys.argv[2]))
while claim := store.mails.claim("process", timedelta(minutes=1), datetime.fromisoformat(sys.argv[3])):
    print(claim.mail.id)
"""


def test_processes_share_the_work_without_overlap(store: Store, settings: StoreSettings) -> None:
    kept = {keep(store, b"%d" % number).mail_id for number in range(30)}
    arguments = [sys.executable, "-c", CLAIMER, str(settings.data), settings.database, NOW.isoformat()]
    workers = [subprocess.Popen(arguments, stdout=subprocess.PIPE, text=True) for _ in range(2)]
    taken = [line for worker in workers for line in worker.communicate(timeout=60)[0].split()]
    assert [worker.returncode for worker in workers] == [0, 0]
    assert Counter(taken) == Counter(kept)


def test_who_lost_the_lease_records_nothing(store: Store) -> None:
    mail_id = keep(store).mail_id
    slow = store.mails.claim("slow", MINUTE, NOW)
    quick = store.mails.claim("quick", MINUTE, NOW + 2 * MINUTE)
    assert slow is not None
    assert quick is not None
    for act in (
        lambda: store.mails.record(mail_id, slow.token, accepted(), "slow", NOW),
        lambda: store.mails.renew(mail_id, slow.token, NOW + DAY),
        lambda: store.mails.release(mail_id, slow.token, NOW),
    ):
        with pytest.raises(LeaseLostError):
            act()
    assert not list(store.envelopes.list())
    store.mails.record(mail_id, quick.token, accepted(), "quick", NOW)
    with pytest.raises(LeaseLostError):
        store.mails.record(mail_id, quick.token, accepted(), "quick", NOW)
    assert len(list(store.envelopes.list())) == 1


def test_crashes_are_counted_and_a_release_is_none(store: Store) -> None:
    mail_id = keep(store).mail_id
    seen = []
    for number in range(4):
        claim = store.mails.claim("w", MINUTE, NOW + number * 2 * MINUTE)
        assert claim is not None
        seen.append((claim.token, claim.crashes))
        if number == 0:
            store.mails.release(mail_id, claim.token, NOW + MINUTE)
    assert seen == [(1, 0), (2, 0), (3, 1), (4, 2)]
    store.mails.set_aside(mail_id, 4, "worker", NOW, evidence={"crashes": "3"}, notices=("arrived",))
    judged = store.mails.judgements.current(mail_id)
    assert judged is not None
    assert judged.findings == (Finding(Code.MAIL_CRASHED, Severity.DOUBT, (), {"crashes": "3"}),)
    assert store.mails.claim("w", MINUTE, NOW + DAY) is None


def test_a_mail_that_kills_its_worker_does_not_stand_before_the_others(store: Store) -> None:
    poison = keep(store, b"poison", at=NOW - DAY).mail_id
    first = store.mails.claim("w", MINUTE, NOW)
    others = [keep(store, b"%d" % number).mail_id for number in range(3)]
    claims = [store.mails.claim("w", MINUTE, NOW + 2 * MINUTE) for _ in range(4)]
    assert first is not None
    assert first.mail.id == poison
    assert [claim and claim.mail.id for claim in claims] == [*others, poison]


def test_a_renewed_lease_holds(store: Store) -> None:
    mail_id = keep(store).mail_id
    claim = store.mails.claim("w", MINUTE, NOW)
    assert claim is not None
    store.mails.renew(mail_id, claim.token, NOW + DAY)
    assert store.mails.claim("w", MINUTE, NOW + 2 * MINUTE) is None
    assert store.mails.claim_one(mail_id, "w", MINUTE, NOW + 2 * MINUTE) is None


def test_a_postponed_mail_comes_back_when_it_is_due(store: Store) -> None:
    mail_id = keep(store).mail_id
    judge(store, mail_id, Judgement(MailState.POSTPONED, due=NOW + DAY))
    assert store.mails.claim("w", MINUTE, NOW + DAY - MINUTE) is None
    claim = store.mails.claim("w", MINUTE, NOW + DAY)
    assert claim is not None
    assert (claim.mail.state, claim.round, claim.crashes) == (MailState.RECEIVED, 1, 0)


def test_a_judgement_is_read_back_as_it_was(store: Store) -> None:
    inner = Inspected(("d.zip", "a.pdf"), "1" * 64, 3, Format("application/pdf", "", "pdf", agrees=True, pages=2))
    seen = Observation(Code.ARCHIVE_LIMIT, ("d.zip",), {"members": "10000"})
    file = Inspected(
        ("d.zip",),
        "0" * 64,
        9,
        Format("application/zip", "application/zip", "zip", agrees=True, properties=("archive",)),
        observations=(seen,),
        attachments=(inner,),
    )
    fields = {"CodeNumber": FieldRecord("35", "pdf-page-1", 0.98), "Subject": FieldRecord("Về việc họp", "clerk")}
    document = DocumentRecord("d1", ("a.pdf",), (("b.xlsx",),), "held", fields, ("other",), "h99|35")
    judgement = replace(
        HELD, message_id="<m@x>", attachments=(file,), documents=(document,), explanation=({"rule": "a", "n": 1},)
    )
    mail_id = keep(store).mail_id
    judge(store, mail_id, judgement)
    judged = store.mails.judgements.current(mail_id)
    assert judged is not None
    for name in ("findings", "attachments", "documents", "explanation", "state", "classification"):
        assert getattr(judged, name) == getattr(judgement, name)
    assert [mail.id for mail in store.mails.with_message_id("<m@x>")] == [mail_id]
    assert store.mails.judgements.mails_with_file("1" * 64) == (mail_id,)
    assert store.mails.judgements.documents_with_key("h99|35") == (("d1", mail_id),)
    assert store.mails.judgements.documents_with_key("h99|35", but_mail=mail_id) == ()


def test_a_judgement_that_cannot_be_recorded_leaves_nothing(store: Store) -> None:
    mail_id = keep(store).mail_id
    claim = store.mails.claim("w", MINUTE, NOW)
    assert claim is not None
    rows = len(list(store.journal.list()))
    with pytest.raises(IllegalMoveError):
        store.mails.record(mail_id, claim.token, replace(accepted(), state=MailState.RECEIVED), "w", NOW)
    with pytest.raises(ValueError, match="moment"):
        store.mails.record(mail_id, claim.token, Judgement(MailState.POSTPONED), "w", NOW)
    twice = accepted()
    with pytest.raises(ForbiddenRowError, match=r"(?i)unique"):
        store.mails.record(mail_id, claim.token, replace(twice, deliveries=twice.deliveries * 2), "w", NOW)
    assert store.mails.judgements.all(mail_id) == ()
    assert not list(store.envelopes.list())
    assert len(list(store.journal.list())) == rows
    store.mails.record(mail_id, claim.token, accepted(), "w", NOW)


@pytest.mark.parametrize("size", [10, 200_000], ids=["in its row", "as a blob"])
def test_an_envelope_is_kept_byte_for_byte(store: Store, size: int) -> None:
    mail_id = passed(store, accepted(size=size))
    (envelope,) = store.envelopes.list(mail_id)
    (delivery,) = store.deliveries.list(mail_id=mail_id)
    assert store.envelopes.content(envelope.id) == b"x" * size == store.deliveries.content(delivery)
    assert store.blobs.path(envelope.sha256).exists() == (size > 65536)


DECIDED = {
    "released: judged again": (DecisionVerb.RELEASE, MailState.RECEIVED),
    "completed: judged again": (DecisionVerb.COMPLETE, MailState.RECEIVED),
    "replayed: judged again": (DecisionVerb.REPLAY, MailState.RECEIVED),
    "rejected: the end": (DecisionVerb.REJECT, MailState.REJECTED),
}


@pytest.mark.parametrize(("verb", "state"), DECIDED.values(), ids=DECIDED.keys())
def test_a_person_decides_about_a_held_mail(store: Store, verb: DecisionVerb, state: MailState) -> None:
    mail_id = keep(store).mail_id
    judge(store, mail_id, HELD)
    decision = Decision(verb, "lan", "đã gọi điện", {"CodeNumber": "35"})
    store.mails.decide(mail_id, decision, NOW, notices=("rejected",) if verb is DecisionVerb.REJECT else ())
    mail = store.mails.get(mail_id)
    assert mail is not None
    assert mail.state is state
    claim = store.mails.claim("w", MINUTE, NOW)
    if verb is DecisionVerb.REJECT:
        assert claim is None
        assert [notice.event for group in store.notices.ripe(NOW, timedelta()) for notice in group] == ["rejected"]
        with pytest.raises(IllegalMoveError):
            store.mails.decide(mail_id, decision, NOW)
    else:
        assert claim is not None
        assert claim.decisions == (replace(decision, at=NOW),)
        released = Judgement(MailState.RELEASED, "document", envelopes=(EnvelopeRecord("e", "d", b"x"),))
        store.mails.record(mail_id, claim.token, released, "w", NOW)
    assert [judged.number for judged in store.mails.judgements.all(mail_id)] == ([1] if claim is None else [1, 2])
    assert f"mail.{verb}" in [row.entry.verb for row in store.journal.list(mail_id)]


def test_nobody_decides_about_what_is_not_there_or_not_held(store: Store) -> None:
    with pytest.raises(KeyError):
        store.mails.decide("none", Decision(DecisionVerb.RELEASE, "lan"), NOW)
    with pytest.raises(IllegalMoveError):
        store.mails.decide(passed(store), Decision(DecisionVerb.RELEASE, "lan"), NOW)


def test_lists_are_whole_and_bounded(store: Store) -> None:
    kept = [keep(store, b"%d" % number, at=NOW + number * MINUTE).mail_id for number in range(7)]
    judge(store, kept[3], HELD, NOW + DAY)
    newest = kept[::-1]
    assert store.mails.states() == {"received": 6, "held": 1}
    assert [store.mails.to_judge(most) for most in (3, 6, 100)] == [3, 6, 6]
    assert [mail.id for mail in store.mails.list()] == newest
    assert [mail.id for mail in store.mails.list(limit=2)] == newest[:2]
    assert [mail.id for mail in store.mails.list(MailState.HELD)] == [kept[3]]
    between = store.mails.list(since=NOW + MINUTE, until=NOW + 3 * MINUTE)
    assert [mail.id for mail in between] == [kept[2], kept[1]]
    assert list(store.mails.list(limit=0)) == []
