"""Revocation through the whole service: a responder that is away and comes back, one that stays away, a mirror."""

import json
from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from bridge.demo.authority import Published, Validity
from bridge.demo.pki import AGENCY, OFFICIAL, Pki
from store.mail import MailState
from tests.journeys.house import House
from tests.journeys.outcome import packet_of
from tests.journeys.post import from_agency, signed
from tests.servers.ca_site import CaSite, ca_site
from tests.servers.wait import LOOPBACK, wait_until
from validation.codes import Code
from validation.signature import Authority, Revocation

EVIDENCE = {
    "EVIDENCE__ALLOW_HOSTS": json.dumps([LOOPBACK]),
    "EVIDENCE__TIMEOUT": "2 s",
    "EVIDENCE__FAILED_FOR": "100 ms",
    "POLICY__POSTPONE_EVERY": "500 ms",
}


@pytest.fixture
def site(tmp_path: Path) -> Iterator[CaSite]:
    """Where the government's CA publishes."""
    with ca_site(tmp_path / "site") as opened:
        yield opened


def published(pki: Pki, site: CaSite) -> Pki:
    """Signers whose certificates say where their responder is; of the CA's list there is none on disk."""
    ca = replace(pki.government_ca, published=Published(responder=site.url("ocsp")))
    validity = Validity.around(datetime.now(UTC), years=4)
    agency, official = ca.leaf(AGENCY, validity), ca.leaf(OFFICIAL, validity)
    site.respond("ocsp", ca, [agency, official, pki.time_stamper])
    return replace(pki, agency=agency, official=official)


def without_the_list(bridge: House) -> House:
    """The trust directory as it is where nobody has put the CA's list."""
    (bridge.folder / "trust" / "crls" / "government-ca.crl").unlink()
    return bridge


def test_while_the_responder_is_away_the_mail_waits_and_when_it_is_back_it_goes_on(
    build: Callable[..., House], pki: Pki, site: CaSite
) -> None:
    bridge, signers = without_the_list(build(EVIDENCE)), published(pki, site)
    site.close()
    bridge.start()
    # No time stamp: its authority is in no responder's certificate, and would stay unknown.
    mail = from_agency(untimed(signers))
    bridge.send(mail.raw, mail.mail_from)
    kept = bridge.judged(mail.message_id, MailState.POSTPONED)
    assert Code.SIGNATURE_REVOCATION_UNKNOWN in bridge.codes(kept)
    assert bridge.envelopes(kept) == []

    site.open()
    kept = bridge.judged(mail.message_id, MailState.ACCEPTED)
    packet_of(bridge, kept)
    (file,) = bridge.judgement(kept).attachments
    assert {one.revocation for one in file.signatures} == {Revocation.GOOD}
    assert {one.authority for one in file.signatures} == {Authority.AGREES}
    assert site.asked.count("POST ocsp") == 2  # one for each signer, and none for what is known by then


def test_when_the_responder_stays_away_a_clerk_must_look(build: Callable[..., House], pki: Pki, site: CaSite) -> None:
    bridge = without_the_list(build({**EVIDENCE, "POLICY__POSTPONE_FOR": "1500 ms"}))
    signers = published(pki, site)
    site.close()
    bridge.start()
    mail = from_agency(untimed(signers))
    bridge.send(mail.raw, mail.mail_from)
    kept = bridge.judged(mail.message_id, MailState.HELD)
    assert Code.SIGNATURE_REVOCATION_UNKNOWN in bridge.codes(kept)
    assert bridge.envelopes(kept) == []


def test_the_service_mirrors_the_lists_that_it_is_told_of(build: Callable[..., House], pki: Pki, site: CaSite) -> None:
    bridge = without_the_list(build({**EVIDENCE, "EVIDENCE__MIRROR": json.dumps([site.url("ca.crl")])}))
    site.files["ca.crl"] = pki.government_ca.revocation_list(datetime.now(UTC) - timedelta(minutes=5))
    bridge.start()
    wait_until(lambda: "mirrored" in bridge.said, 30, "the mirror's first round")
    mail = from_agency(signed(pki))
    bridge.send(mail.raw, mail.mail_from)
    packet_of(bridge, bridge.judged(mail.message_id, MailState.ACCEPTED))
    assert site.asked == ["GET ca.crl"]


def test_a_paper_of_another_agency_than_the_sender_is_held_with_the_names(
    build: Callable[..., House], pki: Pki
) -> None:
    bridge = build(EVIDENCE)
    other = pki.government_ca.leaf(
        replace(AGENCY, name="Sở Khác tỉnh Thử Nghiệm", email="vanthu@sokhac.test", tax_code="0900000009"),
        Validity.around(datetime.now(UTC), years=4),
    )
    bridge.start()
    mail = from_agency(signed(replace(pki, agency=other)))
    bridge.send(mail.raw, mail.mail_from)
    kept = bridge.judged(mail.message_id, MailState.HELD)
    (finding,) = (one for one in bridge.judgement(kept).findings if one.code is Code.SIGNATURE_AUTHORITY)
    assert "Sở Khác tỉnh Thử Nghiệm" in finding.evidence["names"]
    assert AGENCY.name in finding.evidence["names"]


def untimed(pki: Pki) -> bytes:
    """A decision with both signatures and no time stamp."""
    from bridge.demo.signing import sign_as_agency
    from tests.journeys.post import decision

    return sign_as_agency(decision(), pki.official, pki.agency)
