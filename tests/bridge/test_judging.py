"""The verdict table: the worst finding decides, and only signed-off faults refuse without a person."""

from datetime import timedelta

import pytest

from bridge.catalogue import CATALOGUE, TABLE, mend, says, severity_of
from bridge.judging import judge, weigh
from bridge.policy import Policy
from validation.codes import Code
from validation.finding import Finding, Observation, Severity
from validation.verdict import Accepted, Held, Postponed, Rejected, Verdict, word

NOTE = Observation(Code.MAIL_DAMAGED)
UNKNOWN = Observation(Code.SIGNATURE_REVOCATION_UNKNOWN)
DOUBT = Observation(Code.DOCUMENT_PHOTOS)
UNSIGNED = Observation(Code.SIGNATURE_MISSING)
BROKEN = Observation(Code.SIGNATURE_UNSOUND)
REVOKED = Observation(Code.SIGNATURE_REVOKED)
PROGRAM = Observation(Code.FORMAT_EXECUTABLE)


def verdict(sender_class: str, *observed: Observation, waited: timedelta = timedelta()) -> Verdict:
    """The verdict of the default policy."""
    policy = Policy()
    return judge([weigh(one, sender_class, policy) for one in observed], sender_class, policy, waited)


@pytest.mark.parametrize(
    ("sender_class", "observed", "expected"),
    [
        pytest.param("agency", (), Accepted, id="nothing found is an acceptance"),
        pytest.param("agency", (NOTE,), Accepted, id="a note changes nothing"),
        pytest.param("agency", (NOTE, UNKNOWN), Postponed, id="what is only unknown is asked again later"),
        pytest.param("agency", (UNKNOWN, DOUBT), Held, id="a doubt outweighs the unknown"),
        pytest.param("agency", (UNSIGNED,), Rejected, id="an unsigned agency document is refused"),
        pytest.param("business", (UNSIGNED,), Held, id="an unsigned business document is held"),
        pytest.param("individual", (UNSIGNED,), Accepted, id="a citizen need not sign"),
        pytest.param("agency", (BROKEN,), Rejected, id="a broken agency signature is refused"),
        pytest.param("business", (BROKEN,), Held, id="a broken business signature is held with the refusal proposed"),
        pytest.param("agency", (REVOKED,), Held, id="a fault that nobody signed off is held"),
        pytest.param("individual", (PROGRAM, DOUBT), Rejected, id="a program is refused from anybody"),
    ],
)
def test_the_worst_decides(sender_class: str, observed: tuple[Observation, ...], expected: type[Verdict]) -> None:
    assert isinstance(verdict(sender_class, *observed), expected)


def test_a_held_fault_proposes_its_refusal() -> None:
    held = verdict("agency", REVOKED, DOUBT)
    assert isinstance(held, Held)
    assert held.proposed_refusal == (Code.SIGNATURE_REVOKED,)


def test_a_rejection_names_the_codes_that_refuse() -> None:
    rejected = verdict("agency", UNSIGNED, REVOKED)
    assert isinstance(rejected, Rejected)
    assert rejected.codes == (Code.SIGNATURE_MISSING,)


def test_after_the_wait_the_unknown_goes_to_a_person() -> None:
    assert isinstance(verdict("agency", UNKNOWN, waited=Policy().postpone_for), Held)


def test_policy_overrules_the_catalogue_and_says_so() -> None:
    policy = Policy(severity={"individual": {"signature.missing": "doubt"}})
    finding = weigh(UNSIGNED, "individual", policy)
    assert (finding.severity, finding.reason) == (Severity.DOUBT, "policy.severity.individual")
    assert weigh(UNSIGNED, "business", policy).reason == "catalogue"


def test_every_code_has_one_row_and_every_row_a_code() -> None:
    assert [row.code for row in TABLE] == list(CATALOGUE)
    assert set(CATALOGUE) == set(Code)


def test_the_table_is_most_severe_first() -> None:
    severities = [row.severity for row in TABLE]
    assert severities == sorted(severities, reverse=True)


@pytest.mark.parametrize("code", list(Code))
def test_every_sentence_stands_without_its_facts(code: Code) -> None:
    bare = Finding(code, severity_of(code, "agency"))
    assert says(bare).endswith((".", "!"))
    assert "{" not in says(bare) + mend(bare)


def test_a_sentence_speaks_vietnamese_of_machine_words() -> None:
    finding = Finding(Code.SIGNATURE_UNSOUND, Severity.FAULT, ("a.pdf",), {"problem": "digest-mismatch"})
    assert says(finding) == "Chữ ký số trên tệp “a.pdf” không toàn vẹn: nội dung không khớp với nội dung đã ký."


def test_a_hostile_file_name_cannot_reach_the_format() -> None:
    finding = Finding(Code.FORMAT_EMPTY, Severity.DOUBT, ("{about.__class__}.pdf",))
    assert says(finding) == "Tệp “{about.__class__}.pdf” rỗng."


def test_words_are_the_contracts() -> None:
    assert [word(kind) for kind in (Accepted(()), Postponed(()), Held(()), Rejected((), ()))] == [
        "accepted",
        "postponed",
        "held",
        "rejected",
    ]
