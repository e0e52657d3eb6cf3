"""An agency's document that Outlook wrapped into winmail.dat, or forwarded as .msg, is taken like one sent plainly."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from bridge.demo.documents import DECISION
from bridge.demo.mails import File, mail
from bridge.demo.office import DOOR, DemoOffice
from bridge.demo.paper import draw
from bridge.demo.pki import AGENCY
from bridge.demo.signing import TimeStamping, sign_as_agency
from tests.cli.command import Command, judged
from tests.validation import outlook_files

NAME = "Quyết định số 35 về giao dự toán.pdf"


def winmail(pdf: bytes) -> File:
    """As Exchange sends it to whom it takes for an Outlook user."""
    return File("winmail.dat", "application/ms-tnef", outlook_files.tnef({}, [(b"QUYETD~1.PDF", pdf, {0x3707: NAME})]))


def forwarded(pdf: bytes) -> File:
    """A mail dragged into another."""
    content = outlook_files.msg({0x0037: "Gửi Quyết định"}, [outlook_files.file_folder(NAME, pdf)])
    return File("Gửi Quyết định.msg", "application/vnd.ms-outlook", content)


@pytest.mark.parametrize("wrapped", [winmail, forwarded], ids=["in winmail.dat", "in a forwarded .msg"])
def test_the_document_is_accepted_and_travels_under_its_long_name(
    template: DemoOffice, office: Command, tmp_path: Path, wrapped: Callable[[bytes], File]
) -> None:
    now, pki = datetime.now(UTC), template.pki
    stamping = TimeStamping(pki.time_stamper, now - timedelta(hours=1))
    file = wrapped(sign_as_agency(draw(DECISION), pki.official, pki.agency, stamping))
    raw = tmp_path / "wrapped.eml"
    raw.write_bytes(mail("wrapped", AGENCY.email, DOOR, "Gửi quyết định", now, (file,)))
    id_ = office("ingest", raw, "--mail-from", AGENCY.email, "--rcpt-to", DOOR).out.split()[0]
    judged(office.settings)
    shown = office("mails", "show", id_, "--json").one
    assert (shown["state"], [one["code"] for one in shown["findings"] if one["severity"] != "note"]) == ("accepted", [])
    assert [document["main"] for document in shown["documents"]] == [["mail.eml", file.name, NAME]]
