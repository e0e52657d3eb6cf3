"""What a clerk reads in ten seconds: colour, two sentences, and what follows in law by which article."""

import pytest

from bridge.report.card import Card, Colour, card_of
from bridge.report.subject import Subject
from tests.report.given import BODY, PERSON, broken, finding, subject, unread, untrusted, valid
from validation.codes import Code
from validation.finding import Severity
from validation.signature import Carrier, Problem

DECREE = "Nghị định 30/2020/NĐ-CP"
UNKNOWN = finding(Code.SIGNATURE_REVOCATION_UNKNOWN, Severity.UNKNOWN)
EXECUTABLE = finding(Code.FORMAT_EXECUTABLE, Severity.FAULT)
ENCRYPTED = finding(Code.FORMAT_ENCRYPTED, Severity.DOUBT)
BOTH = (valid(PERSON), valid(BODY, where="Signature2"))


@pytest.mark.parametrize(
    ("given", "colour", "rule", "article"),
    [
        pytest.param(subject(*BOTH), Colour.GREEN, "original", "Điều 5 khoản 1", id="person and body: an original"),
        pytest.param(subject(valid(BODY)), Colour.GREEN, "copy", "Điều 26", id="the body alone: a copy or an annex"),
        pytest.param(
            subject(valid(PERSON)), Colour.GREEN, "person-only", "Điều 5 khoản 1", id="a person alone: not issued yet"
        ),
        pytest.param(
            subject(valid(PERSON), sender_class="individual"),
            Colour.GREEN,
            "not-of-agency",
            "",
            id="of a citizen no article of the decree is cited",
        ),
        pytest.param(
            subject(broken(), verdict="rejected"), Colour.RED, "returned", "điểm b", id="not sound: goes back"
        ),
        pytest.param(
            subject(*BOTH, broken(), verdict="held"), Colour.RED, "returned", "điểm b", id="one of three is not sound"
        ),
        pytest.param(
            subject(*BOTH, verdict="rejected", findings=(EXECUTABLE,)), Colour.RED, "returned", "điểm b",
            id="signed well and refused for something else",
        ),
        pytest.param(subject(untrusted(), verdict="held"), Colour.AMBER, "reported", "điểm b", id="of a stranger"),
        pytest.param(
            subject(*BOTH, verdict="postponed", findings=(UNKNOWN,)), Colour.AMBER, "reported", "điểm b",
            id="evidence is out of reach",
        ),
        pytest.param(
            subject(*BOTH, verdict="held", findings=(ENCRYPTED,)), Colour.AMBER, "reported", "điểm b",
            id="signed well and held for something else",
        ),
        pytest.param(subject(unread(), verdict="held"), Colour.AMBER, "reported", "điểm b", id="nobody can read it"),
        pytest.param(
            subject(sender_class="individual"), Colour.AMBER, "unsigned", "điểm a", id="unsigned is never green"
        ),
        pytest.param(
            subject(valid(carrier=Carrier.TIMESTAMP)), Colour.AMBER, "unsigned", "điểm a",
            id="a time stamp signs nothing"
        ),
    ],
)  # fmt: skip
def test_the_card_says_what_it_is_and_by_which_article(given: Subject, colour: Colour, rule: str, article: str) -> None:
    card = card_of(given)
    assert (card.colour, card.consequence.rule) == (colour, rule)
    assert article in card.consequence.basis
    assert card.consequence.basis.startswith(DECREE) or not article
    assert_readable(card)


def assert_readable(card: Card) -> None:
    """Two whole sentences in Vietnamese, nothing left of a pattern."""
    for sentence in (card.found, card.act, card.consequence.says):
        assert sentence.endswith(".")
        assert sentence[0].isupper()
        assert not set("{}_") & set(sentence)
        assert "không rõ ." not in sentence


def test_the_sentences_name_the_signers_and_the_reason() -> None:
    assert card_of(subject(*BOTH)).found == (
        "Văn bản có 2 chữ ký số hợp lệ của Nguyễn Văn Mẫu và Sở Mẫu tỉnh Thử Nghiệm."
    )
    held = card_of(subject(*BOTH, verdict="held", findings=(ENCRYPTED,)))
    assert held.act.startswith("Văn thư xem xét trước khi tiếp nhận: tệp “35.pdf”")
    tampered = card_of(subject(broken(Problem.CHANGED_AFTER_SIGNING), verdict="rejected"))
    assert "tệp đã bị thay đổi sau khi ký" in tampered.found
    assert tampered.act == "Không tiếp nhận; thông báo cho nơi gửi."


def test_a_signature_of_the_mail_makes_no_document_green() -> None:
    given = subject(of_mail=(valid(PERSON, Carrier.SMIME),), sender_class="business")
    assert card_of(given).colour is Colour.AMBER
    assert card_of(given).consequence.rule == "unsigned"
