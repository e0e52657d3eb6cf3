"""A mail that may be a state secret: nobody lets it go on before it is cleared, whatever asks the store."""

import pytest

from store.judgement import Decision, DecisionVerb, Judgement
from store.mail import MailState, SealedMailError
from store.store import Store
from tests.store.given import MINUTE, NOW, judge, keep
from validation.codes import Code
from validation.finding import Finding, Severity

CODES = (Code.SECRECY_MARKED, Code.SECRECY_SUSPECTED)


def sealed(store: Store, code: Code = Code.SECRECY_MARKED) -> str:
    """The id of a mail that was sealed."""
    mail_id = keep(store).mail_id
    judge(store, mail_id, Judgement(MailState.HELD, "document", findings=(Finding(code, Severity.DOUBT),)))
    return mail_id


def state_of(store: Store, mail_id: str) -> MailState:
    """Where the mail is."""
    mail = store.mails.get(mail_id)
    assert mail is not None
    return mail.state


@pytest.mark.parametrize("code", CODES)
@pytest.mark.parametrize("verb", [DecisionVerb.RELEASE, DecisionVerb.COMPLETE, DecisionVerb.REPLAY])
def test_a_sealed_mail_stays_as_it_is(store: Store, verb: DecisionVerb, code: Code) -> None:
    mail_id = sealed(store, code)
    with pytest.raises(SealedMailError):
        store.mails.decide(mail_id, Decision(verb, "lan"), NOW)
    assert state_of(store, mail_id) is MailState.HELD
    assert store.mails.decisions(mail_id) == ()
    assert f"mail.{verb}" not in [row.entry.verb for row in store.journal.list(mail_id)]


def test_a_cleared_mail_is_judged_again_and_then_decided_about_like_any_other(store: Store) -> None:
    mail_id = sealed(store)
    store.mails.decide(mail_id, Decision(DecisionVerb.CLEAR, "an", "nhầm", {"code": Code.SECRECY_MARKED}), NOW)
    claim = store.mails.claim("w", MINUTE, NOW)
    assert claim is not None
    assert [decision.verb for decision in claim.decisions] == [DecisionVerb.CLEAR]
    missing = Finding(Code.DOCUMENT_MISSING, Severity.DOUBT)
    store.mails.record(mail_id, claim.token, Judgement(MailState.HELD, "document", findings=(missing,)), "w", NOW)
    store.mails.decide(mail_id, Decision(DecisionVerb.RELEASE, "lan"), NOW)
    assert state_of(store, mail_id) is MailState.RECEIVED


def test_a_sealed_mail_may_be_rejected(store: Store) -> None:
    mail_id = sealed(store)
    store.mails.decide(mail_id, Decision(DecisionVerb.REJECT, "lan"), NOW)
    assert state_of(store, mail_id) is MailState.REJECTED


def test_the_judgement_in_force_says_what_seals_it(store: Store) -> None:
    judged = store.mails.judgements.current(sealed(store, Code.SECRECY_SUSPECTED))
    assert judged is not None
    assert judged.sealed is Code.SECRECY_SUSPECTED
