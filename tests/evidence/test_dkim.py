"""Who vouches for a mail: signed by dkimpy, keys served by a name server of the tests."""

import base64
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime

import dkim
import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from hypothesis import given
from hypothesis import strategies as st

from bridge.evidence.dns import Dns
from tests.evidence.keys import Key, minted
from tests.servers.dns import NameServer, name_server
from validation.domain import aligned
from validation.evidence import DnsAnswer, Evidence, WantedDns
from validation.sender import SILENT, DkimReading, dkim_reading

_MAIL = (
    b"From: An <an@so.ninhbinh.gov.vn>\r\nTo: vanthu@office.example\r\nSubject: =?utf-8?b?VsSDbiBi4bqjbg==?=\r\n"
    b"Date: Fri, 20 Nov 2026 09:00:00 +0700\r\nMessage-ID: <1@so.ninhbinh.gov.vn>\r\n\r\nKinh gui\r\n.\r\n"
)
_NOTHING = Evidence(datetime(2026, 11, 22, tzinfo=UTC))


@pytest.fixture(scope="module")
def key() -> Key:
    return minted()


@pytest.fixture(scope="module")
def server(key: Key) -> Iterator[NameServer]:
    zone = {
        "s1._domainkey.so.ninhbinh.gov.vn": {"TXT": [key.record]},
        "s1._domainkey.relay.example": {"TXT": [key.record]},
        "s1._domainkey.testing.example": {"TXT": [key.record.replace("k=rsa", "k=rsa; t=y:s")]},
        "s1._domainkey.revoked.example": {"TXT": ["v=DKIM1; p="]},
        "s1._domainkey.junk.example": {"TXT": ["v=DKIM1; p=%%%"]},
        "s1._domainkey.other.example": {"TXT": [minted().record]},
    }
    with name_server(zone, {"s1._domainkey.broken.example": "servfail"}) as running:
        yield running


def read(raw: bytes, server: NameServer) -> DkimReading:
    """The reading once everything that was wanted was fetched."""
    first = dkim_reading(raw, _NOTHING)
    dns = Dns(server.resolver())
    answers = {wanted.key: dns.ask(wanted.name, wanted.kind) for wanted in first.wanted}
    second = dkim_reading(raw, replace(_NOTHING, dns=answers))
    assert not second.wanted
    return second


def test_a_key_is_wanted_before_it_is_believed(key: Key) -> None:
    reading = dkim_reading(key.sign(_MAIL), _NOTHING)
    assert reading == DkimReading((), (WantedDns("s1._domainkey.so.ninhbinh.gov.vn", "TXT"),))


def test_a_whole_signature_vouches(key: Key, server: NameServer) -> None:
    assert read(key.sign(_MAIL), server).domains == ("so.ninhbinh.gov.vn",)


@pytest.mark.parametrize("changed", [False, True], ids=["as it was signed", "changed"])
def test_a_signature_by_ed25519_counts_as_any_other(changed: bool) -> None:
    private = Ed25519PrivateKey.generate()
    raw, public = (
        base64.b64encode(octets) for octets in (private.private_bytes_raw(), private.public_key().public_bytes_raw())
    )
    field = dkim.sign(_MAIL, b"s1", b"so.ninhbinh.gov.vn", raw, signature_algorithm=b"ed25519-sha256", logger=SILENT)
    mail = field + (_MAIL.replace(b"Kinh", b"Minh") if changed else _MAIL)
    record = DnsAnswer("ok", (f"v=DKIM1; k=ed25519; p={public.decode()}",))
    reading = dkim_reading(mail, replace(_NOTHING, dns={"TXT s1._domainkey.so.ninhbinh.gov.vn": record}))
    assert (reading.domains, reading.failed) == (
        ((), ("so.ninhbinh.gov.vn",)) if changed else (("so.ninhbinh.gov.vn",), ())
    )


def test_each_of_two_signatures_vouches_for_its_own_domain(key: Key, server: NameServer) -> None:
    twice = key.sign(key.sign(_MAIL), "relay.example")
    assert read(twice, server).domains == ("relay.example", "so.ninhbinh.gov.vn")


@pytest.mark.parametrize(
    ("old", "new"),
    [
        pytest.param(b"Kinh gui", b"Kinh bao", id="the body changed"),
        pytest.param(b"An <an@", b"Ba <ba@", id="From changed"),
        pytest.param(b"bh=", b"bh=AAAA", id="the digest changed"),
        pytest.param(b"s=s1", b"s=s2", id="another selector"),
        pytest.param(b"a=rsa-sha256", b"a=rsa-sha1", id="SHA-1 claimed"),
        pytest.param(b"\r\n\r\nKinh", b"\r\nFrom: <chu.tich@so.ninhbinh.gov.vn>\r\n\r\nKinh", id="a second From"),
    ],
)
def test_a_change_after_signing_vouches_for_nothing(key: Key, server: NameServer, old: bytes, new: bytes) -> None:
    signed = key.sign(_MAIL)
    assert old in signed
    assert read(signed.replace(old, new), server).domains == ()


def test_more_text_behind_a_counted_body_vouches_for_nothing(key: Key, server: NameServer) -> None:
    signed = key.sign(_MAIL, length=True)
    assert b" l=" in signed
    assert read(signed, server).domains == ()
    assert read(signed + b"More.\r\n", server).domains == ()


@pytest.mark.parametrize("domain", ["testing", "revoked", "junk", "other", "absent", "broken"])
def test_a_key_that_is_no_key_vouches_for_nothing(key: Key, server: NameServer, domain: str) -> None:
    assert read(key.sign(_MAIL, f"{domain}.example"), server).domains == ()


def test_an_unsigned_mail_wants_nothing() -> None:
    assert dkim_reading(_MAIL, _NOTHING) == DkimReading()


@given(st.binary(max_size=400), st.binary(max_size=200))
def test_no_bytes_are_too_strange(field: bytes, rest: bytes) -> None:
    raw = b"DKIM-Signature: v=1; d=a.example; s=b; h=from; a=rsa-sha256; " + field + b"\r\nFrom: x\r\n" + rest
    answer = DnsAnswer("ok", ("v=DKIM1; p=AAAA",))
    evidence = replace(_NOTHING, dns={"TXT b._domainkey.a.example": answer})
    assert dkim_reading(raw, evidence).domains == ()


@pytest.mark.parametrize(
    ("signed", "domain", "same"),
    [
        pytest.param("ninhbinh.gov.vn", "so.ninhbinh.gov.vn", True, id="the body and its department"),
        pytest.param("SO.NinhBinh.gov.vn", "ninhbinh.gov.vn", True, id="capitals"),
        pytest.param("a.example", "a.example", True, id="the same"),
        pytest.param("hanoi.gov.vn", "langson.gov.vn", False, id="two provinces"),
        pytest.param("gov.vn", "ninhbinh.gov.vn", False, id="a public suffix vouches for nobody below it"),
        pytest.param("evilninhbinh.gov.vn", "ninhbinh.gov.vn", False, id="a name that only ends alike"),
        pytest.param("", "", False, id="nothing"),
    ],
)
def test_alignment_is_by_organisation(signed: str, domain: str, same: bool) -> None:
    assert aligned(signed, domain) is same
