"""When a document takes the place of one that waits: the same correspondent, and whoever spoke for him speaks again."""

from dataclasses import replace
from datetime import UTC, datetime

import pytest

from bridge.authentication import Authentication
from bridge.case import corrects, without_corrected
from bridge.case_known import within
from bridge.job import Case, Job, Outcome, Snapshot
from bridge.policy import Policy
from bridge.sending import Sender
from bridge.settings.sections import Office
from store.mail import FileOrigin, MailState, ReceivedMail
from store.registry import Correspondent
from validation.dmarc import Dmarc, Proven
from validation.evidence import Evidence
from validation.settings import ReadingCaps

NOW = datetime(2026, 11, 22, 3, tzinfo=UTC)
AGENCY = Correspondent("so", "agency", "Sở Mẫu", addresses=("a@so.example", "b@so.example"))
CASE = Case("m1", "a@so.example", "dkim=so.example", waits=True, keys=("k",))
JOB = Job(
    ReceivedMail("m2", FileOrigin("a.eml"), NOW, "", 1, MailState.RECEIVED),
    Evidence(NOW),
    Snapshot(Office("H99.1", "UBND"), Policy(), ReadingCaps(), (), (), (), (AGENCY,), (), ""),
    known_documents={"k": "m1", "l": "m3"},
    case=CASE,
)


def sender(address: str = "a@so.example", dkim: tuple[str, ...] = ("so.example",), spf: str = "none") -> Sender:
    """Who writes now, and who speaks for him."""
    known = AGENCY if address in AGENCY.addresses else None
    proven = Proven(spf, address.partition("@")[2], dkim, ())
    return Sender(address, address, "", known, Authentication(proven, Dmarc("none"), ()))


@pytest.mark.parametrize(
    ("case", "kind", "who", "may"),
    [
        pytest.param(CASE, "reply", sender(), True, id="the same address, the same signature"),
        pytest.param(CASE, "reply", sender("b@so.example"), True, id="another address of the same correspondent"),
        pytest.param(CASE, "reply", sender(spf="pass"), True, id="more than spoke for him before"),
        pytest.param(CASE, "reply", sender(dkim=()), False, id="nobody speaks for him now"),
        pytest.param(CASE, "reply", sender(dkim=("else.example",)), False, id="somebody else does"),
        pytest.param(CASE, "reply", sender("a@else.example"), False, id="another correspondent"),
        pytest.param(replace(CASE, vouched=""), "reply", sender(), False, id="nobody spoke for the first"),
        pytest.param(replace(CASE, waits=False), "reply", sender(), False, id="the first does not wait"),
        pytest.param(replace(CASE, mail_from=""), "reply", sender(""), False, id="nobody wrote either"),
        pytest.param(CASE, "document", sender(), False, id="a mail that answers nothing"),
        pytest.param(None, "reply", sender(), False, id="no case"),
    ],
)
def test_who_may_correct(case: Case | None, kind: str, who: Sender, may: bool) -> None:
    job = replace(JOB, case=case)
    assert (corrects(job, kind, who) is not None) is may
    known = without_corrected(job, kind, who).known_documents
    assert known == ({"l": "m3"} if may else {"k": "m1", "l": "m3"})


@pytest.mark.parametrize(
    ("case", "named", "kept"),
    [
        pytest.param(CASE, "m1", ("m1", True), id="the case that we found"),
        pytest.param(replace(CASE, waits=False), "m1", ("m1", False), id="it does not wait any more"),
        pytest.param(CASE, "m9", ("", False), id="a mail of its own choice"),
        pytest.param(None, "m9", ("", False), id="no letter was answered at all"),
    ],
)
def test_a_child_that_was_taken_over_supersedes_nothing_else(
    case: Case | None, named: str, kept: tuple[str, bool]
) -> None:
    said = Outcome(MailState.ACCEPTED, "reply", "", (), continues=named, supersedes=True)
    found = within(said, case)
    assert (found.continues, found.supersedes) == kept
