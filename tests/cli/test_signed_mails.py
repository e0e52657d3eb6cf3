"""Mails that come signed by S/MIME, or with signatures beside their documents."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from email.mime.application import MIMEApplication
from pathlib import Path
from typing import Any

import pytest
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.serialization.pkcs7 import PKCS7Options, PKCS7SignatureBuilder

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
    """An unsigned document with a detached signature of somebody whom the office does not know."""
    del office
    paper = draw(DECISION)
    signature = signed.cms(paper, PKCS7Options.DetachedSignature, PKCS7Options.Binary)
    return mail(
        "beside", AGENCY.email, DOOR, "Gửi quyết định", now, (File("a.pdf", PDF, paper), File("b.p7s", P7S, signature))
    )


def official(office: DemoOffice, paper: bytes) -> bytes:
    """The official's detached signature over `paper`."""
    by = office.pki.official
    builder = PKCS7SignatureBuilder().set_data(paper).add_signer(by.certificate, by.key, hashes.SHA256())
    return builder.sign(serialization.Encoding.DER, [PKCS7Options.DetachedSignature, PKCS7Options.Binary])


def ingested(office: Command, file: Path, raw: bytes) -> dict[str, Any]:
    """The mail as it is shown once it has been judged."""
    file.write_bytes(raw)
    id_ = office("ingest", file, "--mail-from", AGENCY.email, "--rcpt-to", DOOR).out.split()[0]
    judged(office.settings)
    shown: dict[str, Any] = office("mails", "show", id_, "--json").one
    return shown


def troubles(shown: dict[str, Any]) -> list[tuple[str, str]]:
    """What weighs, and what it is about."""
    return [(one["code"], one["about"]) for one in shown["findings"] if one["severity"] != "note"]


@pytest.mark.parametrize(
    ("made", "about"), [(smime, "mail.eml"), (beside, "mail.eml/b.p7s")], ids=["by S/MIME", "beside the document"]
)
def test_a_mail_signed_by_somebody_whom_nobody_here_trusts_is_held_for_that_alone(
    template: DemoOffice,
    office: Command,
    tmp_path: Path,
    made: Callable[[DemoOffice, datetime], bytes],
    about: str,
) -> None:
    shown = ingested(office, tmp_path / "signed.eml", made(template, datetime.now(UTC)))
    assert (shown["state"], troubles(shown)) == ("held", [("signature.untrusted", about)])


@pytest.mark.parametrize("name", ["a.pdf.p7s", "a.p7s", "chu-ky.p7s"])
def test_a_document_signed_beside_it_is_accepted_whatever_the_signature_is_called(
    template: DemoOffice, office: Command, tmp_path: Path, name: str
) -> None:
    paper = draw(DECISION)
    files = (File("a.pdf", PDF, paper), File(name, P7S, official(template, paper)))
    raw = mail("beside", AGENCY.email, DOOR, "Gửi quyết định", datetime.now(UTC), files)
    shown = ingested(office, tmp_path / "signed.eml", raw)
    assert (shown["state"], troubles(shown)) == ("accepted", [])


def test_a_document_that_was_changed_after_it_was_signed_beside_it_is_refused(
    template: DemoOffice, office: Command, tmp_path: Path
) -> None:
    paper = draw(DECISION)
    files = (File("a.pdf", PDF, paper + b"\n"), File("a.pdf.p7s", P7S, official(template, paper)))
    raw = mail("beside", AGENCY.email, DOOR, "Gửi quyết định", datetime.now(UTC), files)
    shown = ingested(office, tmp_path / "signed.eml", raw)
    assert (shown["state"], troubles(shown)) == ("rejected", [("signature.unsound", "mail.eml/a.pdf.p7s")])
