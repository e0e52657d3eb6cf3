"""The signer's own word of the time, and the seven hours that some tools put on top of it."""

from datetime import UTC, datetime, timedelta, timezone

import pytest

from bridge.demo.pki import Pki
from bridge.demo.signing import sign_pdf
from tests.validation.cms_minting import NOW, attributes, container, holder, signer
from tests.validation.conftest import MOMENT
from validation.claimed_time import ClaimedTime, claimed_time
from validation.cms_signatures import signatures_of
from validation.codes import Code
from validation.evidence import Evidence
from validation.pdf_signatures import signatures_of as pdf_signatures_of

HANOI = timezone(timedelta(hours=7))
SEEN = datetime(2026, 11, 22, 3, 0, tzinfo=UTC)  # ten in the morning in Hanoi
HOUR = timedelta(hours=1)


@pytest.mark.parametrize(
    ("attribute", "written", "moment", "shifted"),
    [
        pytest.param(SEEN - HOUR, None, SEEN - HOUR, False, id="a plain time"),
        pytest.param(None, SEEN - HOUR, SEEN - HOUR, False, id="only /M"),
        pytest.param(SEEN + 6 * HOUR, None, SEEN - HOUR, True, id="ahead of its arrival by less than seven hours"),
        pytest.param(SEEN + 8 * HOUR, None, SEEN + 8 * HOUR, False, id="ahead of its arrival by more"),
        pytest.param(
            SEEN - 65 * HOUR,
            (SEEN - 72 * HOUR).astimezone(HANOI),
            SEEN - 72 * HOUR,
            True,
            id="days ago, and /M names its offset",
        ),
        pytest.param(SEEN - 72 * HOUR, SEEN - 72 * HOUR, SEEN - 72 * HOUR, False, id="days ago, and both agree"),
        pytest.param(SEEN + timedelta(minutes=2), None, SEEN + timedelta(minutes=2), False, id="a clock that is fast"),
    ],
)
def test_seven_hours_are_recognised(
    attribute: datetime | None, written: datetime | None, moment: datetime, shifted: bool
) -> None:
    assert claimed_time(attribute, written, SEEN) == ClaimedTime(moment, shifted=shifted)


def test_no_word_is_no_time() -> None:
    assert claimed_time(None, None, SEEN) is None


def test_a_shifted_time_is_told_and_mended() -> None:
    """The minted container claims NOW; it is looked at six hours before that."""
    anna, paper = holder("Anna"), b"paper"
    reading = signatures_of(container(paper, [signer(anna, paper, attributes(paper))], anna), Evidence(NOW - 6 * HOUR))
    (only,) = reading.signatures
    assert (only.sound, only.signed_at, only.signed_at_source) == (True, NOW - 7 * HOUR, "claimed")
    assert Code.SIGNATURE_TIME_SHIFTED in {one.code for one in reading.observations}


def test_a_pdf_of_today_is_not_shifted(pki: Pki, plain: bytes) -> None:
    """Its two times are written by one clock."""
    signed = sign_pdf(plain, pki.agency, "Sig1")
    reading = pdf_signatures_of(signed, Evidence(max(MOMENT, datetime.now(UTC)), pki.trust))
    assert Code.SIGNATURE_TIME_SHIFTED not in {one.code for one in reading.observations}
