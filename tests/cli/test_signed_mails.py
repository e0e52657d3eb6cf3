"""Mails that come signed by S/MIME, or with signatures beside their documents: held for a person, never refused."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from email.mime.application import MIMEApplication
from pathlib import Path

import pytest

from bridge.demo.documents import DECISION
from bridge.demo.mails import PDF, File, mail
from bridge.demo.office import DOOR, DemoOffice
from bridge.demo.paper import draw
from bridge.demo.pki import AGENCY
from bridge.demo.signing import TimeStamping, sign_as_agency
from tests.cli.command import Command, judged
from tests.validation import signed

P7S = "application/pkcs7-signature"


def smime(office: DemoOffice, now: datetime) -> bytes:
    """An agency's good document in a clear-signed mail."""
    pki = office.pki
    time = TimeStamping(pki.time_stamper, now - timedelta(hours=1))
    part = MIMEApplication(sign_as_agency(draw(DECISION), pki.official, pki.agency, time), "pdf")
    part.add_header("Content-Disposition", "attachment", filename="a.pdf")
    body = part.as_bytes().replace(b"\n", b"\r\n")
    return signed.clear_mail(body).replace(b"a@so.test", AGENCY.email.encode()).replace(b"b@xa.test", DOOR.encode())


def beside(office: DemoOffice, now: datetime) -> bytes:
    """An unsigned document with a detached signature."""
    del office
    paper = draw(DECISION)
    files = (File("a.pdf", PDF, paper), File("a.pdf.p7s", P7S, signed.cms(paper)))
    return mail("beside", AGENCY.email, DOOR, "Gửi quyết định", now, files)


@pytest.mark.parametrize(
    ("made", "about"), [(smime, "mail.eml"), (beside, "mail.eml/a.pdf.p7s")], ids=["by S/MIME", "beside the document"]
)
def test_a_mail_signed_in_a_way_that_nobody_verifies_yet_is_held_for_that_alone(
    template: DemoOffice,
    office: Command,
    tmp_path: Path,
    made: Callable[[DemoOffice, datetime], bytes],
    about: str,
) -> None:
    file = tmp_path / "signed.eml"
    file.write_bytes(made(template, datetime.now(UTC)))
    id_ = office("ingest", file, "--mail-from", AGENCY.email, "--rcpt-to", DOOR).out.split()[0]
    judged(office.settings)
    shown = office("mails", "show", id_, "--json").one
    troubles = [(one["code"], one["about"]) for one in shown["findings"] if one["severity"] != "note"]
    assert (shown["state"], troubles) == ("held", [("signature.unreadable", about)])
