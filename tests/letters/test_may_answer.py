"""When a mail may be answered, and why not."""

from collections.abc import Mapping

import pytest

from bridge.letters.may_answer import may_answer
from store.mail import ForwardPath, ImapOrigin, SmtpOrigin
from validation.headers import Headers

_OURS = {"vanthu@office.example"}


def ask(
    mail_from: str = "a@sender.example",
    fields: Mapping[str, str] | None = None,
    *,
    notify: tuple[str, ...] = (),
    classification: str = "document",
    known: bool = False,
    authentic: bool = True,
    forged: bool = False,
) -> tuple[bool, str]:
    paths = (ForwardPath("vanthu@office.example", notify),)
    decision = may_answer(
        SmtpOrigin(mail_from, paths, "192.0.2.1", "mta.sender.example"),
        Headers(tuple((name, value.encode()) for name, value in (fields or {}).items())),
        classification=classification,
        known=known,
        authentic=authentic,
        forged=forged,
        ours=lambda address: address.lower() in _OURS,
    )
    return decision.answer, decision.reason


@pytest.mark.parametrize(
    ("known", "authentic"),
    [pytest.param(True, False, id="a known correspondent"), pytest.param(False, True, id="SPF or DKIM vouches")],
)
def test_who_is_known_or_vouched_for_is_answered(known: bool, authentic: bool) -> None:
    assert ask(known=known, authentic=authentic)[0]


def test_nobody_is_answered_whose_domain_asks_that_the_mail_be_refused() -> None:
    answer, why = ask(known=True, forged=True)
    assert not answer
    assert "DMARC" in why


@pytest.mark.parametrize(
    ("fields", "notify"),
    [
        pytest.param({"Auto-Submitted": "no"}, (), id="Auto-Submitted: no"),
        pytest.param({"Auto-Submitted": "NO (a person)"}, (), id="Auto-Submitted: no, with a comment"),
        pytest.param({"Precedence": "first-class"}, (), id="another precedence"),
        pytest.param({"X-Auto-Response-Suppress": "DR, RN, NRN"}, (), id="only reports are suppressed"),
        pytest.param({}, ("SUCCESS", "FAILURE"), id="reports are wanted"),
    ],
)
def test_a_person_is_answered(fields: Mapping[str, str], notify: tuple[str, ...]) -> None:
    assert ask(fields=fields, notify=notify)[0]


@pytest.mark.parametrize(
    ("mail_from", "fields", "reason"),
    [
        pytest.param("", {}, "empty", id="the empty reverse path"),
        pytest.param("a@b\r\nRCPT", {}, "no address", id="a reverse path that is none"),
        pytest.param("VanThu@office.example", {}, "our own", id="ourselves"),
        pytest.param("MAILER-DAEMON@sender.example", {}, "machine", id="a mailer daemon"),
        pytest.param("owner-list@sender.example", {}, "machine", id="the owner of a list"),
        pytest.param("list-request@sender.example", {}, "machine", id="a list's request address"),
        pytest.param("noreply@sender.example", {}, "machine", id="an address that nobody reads"),
        pytest.param("a@b.example", {"Auto-Submitted": "auto-replied"}, "Auto-Submitted", id="an automatic reply"),
        pytest.param("a@b.example", {"auto-submitted": "auto-generated; x=y"}, "Auto-Submitted", id="a machine's mail"),
        pytest.param("a@b.example", {"List-Id": "<l.b.example>"}, "list", id="a list by List-Id"),
        pytest.param("a@b.example", {"List-Unsubscribe": ""}, "list", id="a list by an empty List-Unsubscribe"),
        pytest.param("a@b.example", {"Precedence": "Bulk"}, "Precedence", id="bulk"),
        pytest.param("a@b.example", {"Precedence": "junk"}, "Precedence", id="junk"),
        pytest.param("a@b.example", {"X-Auto-Response-Suppress": "OOF, AutoReply"}, "Suppress", id="Exchange's wish"),
        pytest.param("a@b.example", {"X-Auto-Response-Suppress": "All"}, "Suppress", id="Exchange's wish for all"),
    ],
)
def test_nobody_machines_lists_and_ourselves_are_not_answered(
    mail_from: str, fields: Mapping[str, str], reason: str
) -> None:
    answer, why = ask(mail_from, fields, known=True)
    assert not answer
    assert reason in why


@pytest.mark.parametrize("kind", ["bounce", "receipt", "auto-reply", "other"])
def test_a_mail_of_another_kind_is_not_answered(kind: str) -> None:
    assert not ask(classification=kind, known=True)[0]


def test_notify_never_silences_receipts() -> None:
    assert not ask(notify=("NEVER",), known=True)[0]


def test_nobody_vouches_nobody_is_written_to() -> None:
    answer, why = ask(authentic=False)
    assert not answer
    assert why == "nobody vouches for the reverse path"


def test_a_mailbox_without_a_return_path_answers_nobody() -> None:
    origin = ImapOrigin("account", "INBOX", 1, 2)
    decision = may_answer(
        origin, Headers(()), classification="document", known=True, authentic=True, ours=lambda address: False
    )
    assert not decision.answer
