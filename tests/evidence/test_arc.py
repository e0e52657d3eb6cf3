"""Chains of forwarders: sealed by hand, keys served by a name server of the tests."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bridge.evidence.dns import Dns
from tests.evidence.keys import Key, minted
from tests.servers.dns import NameServer, name_server
from validation.arc import ArcReading, arc_reading
from validation.evidence import DnsAnswer, Evidence

_MAIL = (
    b"From: An <an@so.gov.vn>\r\nTo: vanthu@office.example\r\nSubject: Van ban\r\n"
    b"Date: Fri, 20 Nov 2026 09:00:00 +0700\r\nMessage-ID: <1@so.gov.vn>\r\n\r\nKinh gui\r\n"
)
_NOTHING = Evidence(datetime(2026, 11, 22, tzinfo=UTC))
_TRUSTED = ("list.example", "forward.example")
_FOUND = "mx.list.example; spf=pass smtp.mailfrom=so.gov.vn; dmarc=pass header.from=so.gov.vn"


@pytest.fixture(scope="module")
def key() -> Key:
    return minted()


@pytest.fixture(scope="module")
def server(key: Key) -> Iterator[NameServer]:
    domains = ("list.example", "forward.example", "mx.list.example", "evil.example")
    zone = {f"s1._domainkey.{domain}": {"TXT": [key.record]} for domain in domains}
    with name_server(zone, {"s1._domainkey.broken.example": "servfail"}) as running:
        yield running


def read(raw: bytes, server: NameServer, trusted: tuple[str, ...] = _TRUSTED) -> ArcReading:
    """The reading once everything that was wanted was fetched."""
    first = arc_reading(raw, _NOTHING, trusted)
    dns = Dns(server.resolver())
    answers = {wanted.key: dns.ask(wanted.name, wanted.kind) for wanted in first.wanted}
    return arc_reading(raw, replace(_NOTHING, dns=answers), trusted)


def words(reading: ArcReading) -> list[tuple[str, str]]:
    return [(result.method, result.result) for result in reading.results]


def test_what_a_trusted_sealer_found_is_known(key: Key, server: NameServer) -> None:
    reading = read(key.seal(_MAIL, "list.example", _FOUND), server)
    assert (reading.result, reading.sealers) == ("pass", ("list.example",))
    assert words(reading) == [("spf", "pass"), ("dmarc", "pass")]


def test_of_two_trusted_sealers_both_are_heard_the_newest_first(key: Key, server: NameServer) -> None:
    once = key.seal(_MAIL, "list.example", _FOUND)
    reading = read(key.seal(once, "forward.example", "mx.forward.example; arc=pass; dmarc=fail"), server)
    assert (reading.result, reading.sealers) == ("pass", ("forward.example", "list.example"))
    assert words(reading) == [("arc", "pass"), ("dmarc", "fail"), ("spf", "pass"), ("dmarc", "pass")]


def test_behind_a_sealer_who_is_not_trusted_nobody_is_heard(key: Key, server: NameServer) -> None:
    once = key.seal(_MAIL, "evil.example", _FOUND)
    assert words(read(key.seal(once, "forward.example", "mx.forward.example; dmarc=fail"), server)) == [
        ("dmarc", "fail")
    ]
    newest = read(key.seal(key.seal(_MAIL, "list.example", _FOUND), "evil.example", _FOUND), server)
    assert (newest.result, newest.results) == ("none", ())


def test_a_sealer_below_a_trusted_domain_is_trusted_and_nobody_by_default(key: Key, server: NameServer) -> None:
    sealed = key.seal(_MAIL, "mx.list.example", _FOUND)
    assert read(sealed, server).result == "pass"
    assert arc_reading(sealed, _NOTHING, ()) == ArcReading(why="no sealer is trusted")
    assert read(_MAIL, server).result == "none"


@pytest.mark.parametrize(
    ("old", "new"),
    [
        pytest.param(b"Kinh gui", b"Kinh bao", id="the body changed after the seal"),
        pytest.param(b"An <an@", b"Ba <ba@", id="From changed"),
        pytest.param(b"\r\nTo:", b"\r\nFrom: <chu.tich@so.gov.vn>\r\nTo:", id="a second From"),
        pytest.param(b"dmarc=pass", b"dmarc=none", id="the results changed"),
        pytest.param(b"ARC-Authentication-Results: i=1", b"X-Gone: i=1", id="the results are gone"),
        pytest.param(b"ARC-Seal: i=1", b"ARC-Seal: i=2", id="a gap in the chain"),
        pytest.param(b"cv=none", b"cv=pass", id="the first seal says that there was one before"),
        pytest.param(b"a=rsa-sha256", b"a=rsa-sha1", id="SHA-1"),
        pytest.param(b"ARC-Seal: i=1", b"ARC-Seal: i=999999999", id="an instance beyond all bounds"),
        pytest.param(b"s=s1", b"s=s2", id="another selector"),
        pytest.param(b"h=from:to", b"h=to", id="From is not signed"),
        pytest.param(b"c=relaxed/relaxed", b"c=relaxed/relaxed; l=4", id="only a part of the body"),
    ],
)
def test_a_chain_that_was_touched_is_none(key: Key, server: NameServer, old: bytes, new: bytes) -> None:
    sealed = key.seal(_MAIL, "list.example", _FOUND)
    assert old in sealed
    reading = read(sealed.replace(old, new), server)
    assert (reading.result, reading.results) == ("fail", ())


def test_a_chain_that_is_said_to_have_failed_is_none(key: Key, server: NameServer) -> None:
    once = key.seal(_MAIL, "list.example", _FOUND)
    assert read(key.seal(once, "forward.example", "mx.forward.example; arc=fail", cv="fail"), server).result == "fail"


def test_a_signature_that_does_not_cover_from_is_none(key: Key, server: NameServer) -> None:
    assert read(key.seal(_MAIL, "list.example", _FOUND, signed=("to", "subject")), server).result == "fail"


def test_more_sets_than_anybody_needs_are_not_verified(key: Key) -> None:
    raw = _MAIL
    for _ in range(11):
        raw = key.seal(raw, "list.example", _FOUND)
    reading = arc_reading(raw, _NOTHING, _TRUSTED)
    assert (reading.result, reading.wanted) == ("fail", ())


def test_a_key_out_of_reach_is_no_failure(key: Key, server: NameServer) -> None:
    sealed = key.seal(_MAIL, "broken.example", _FOUND)
    assert read(sealed, server, ("broken.example",)).result == "temperror"


@given(st.binary(max_size=300), st.binary(max_size=100))
def test_no_bytes_are_too_strange(field: bytes, rest: bytes) -> None:
    named = b"i=1; a=rsa-sha256; d=list.example; s=s1; cv=none; h=from; bh=AAAA; b=AAAA; "
    raw = b"ARC-Seal: " + named.replace(b"h=from; ", b"") + field + b"\r\nARC-Message-Signature: " + named
    raw += b"\r\nARC-Authentication-Results: i=1; dmarc=pass\r\nFrom: x\r\n" + rest
    dns = {"TXT s1._domainkey.list.example": DnsAnswer("ok", ("v=DKIM1; p=AAAA",))}
    assert arc_reading(raw, replace(_NOTHING, dns=dns), _TRUSTED).results == ()
