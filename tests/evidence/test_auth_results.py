"""Authentication-Results: read as RFC 8601 writes them, believed only where servers of ours can have written them."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from validation.auth_results import parse
from validation.auth_results_trusted import Upstream, of_mailbox, of_relay
from validation.headers import Headers

MX = "mx.office.example"
RELAYS = ("127.0.0.1/32", "10.0.0.0/8")
OURS = "from mta.sender.example (mta.sender.example [192.0.2.7]) by mx.office.example (Postfix) with ESMTPS id 1"
THEIRS = "from pc ([198.51.100.9]) by mta.sender.example with ESMTPSA; Sun, 22 Nov 2026 09:00:00 +0700"
GOOD = f"{MX}; dmarc=pass header.from=so.gov.vn"
BAD = f"{MX}; dmarc=fail header.from=so.gov.vn"
AR = "Authentication-Results"


def headers(*fields: tuple[str, str]) -> Headers:
    return Headers(tuple((name, value.encode()) for name, value in fields))


@pytest.mark.parametrize(
    ("value", "server", "found"),
    [
        pytest.param("mx.example; none", "mx.example", [], id="nothing was done"),
        pytest.param(
            "MX.example 1; spf=pass smtp.mailfrom=an@A.example",
            "mx.example",
            [("spf", "pass", "a.example")],
            id="a version, capitals",
        ),
        pytest.param(
            'mx.example;\r\n dkim=fail (bad; signature (really)) reason="a; b" header.d=a.example header.b=q1w2=;\r\n'
            " dkim=pass header.i=@b.example",
            "mx.example",
            [("dkim", "fail", "a.example"), ("dkim", "pass", "b.example")],
            id="comments, quotes, folds, two signatures",
        ),
        pytest.param(
            'mx.example; spf = pass smtp.mailfrom="a b;c"@a.example',
            "mx.example",
            [("spf", "pass", "a.example")],
            id="blanks around the sign, a quoted local part",
        ),
        pytest.param(
            "spf=pass smtp.mailfrom=a.example; dmarc/1=pass",
            "",
            [("spf", "pass", "a.example"), ("dmarc", "pass", "")],
            id="no server's name",
        ),
        pytest.param("(only a comment", "", [], id="nothing but a comment"),
    ],
)
def test_a_field_is_read(value: str, server: str, found: list[tuple[str, str, str]]) -> None:
    read = parse(value)
    assert read.server == server
    seen = [(r.method, r.result, r.domain("smtp.mailfrom", "header.d", "header.i")) for r in read.results]
    assert seen == found


@given(st.text(max_size=300))
def test_no_field_is_too_strange(value: str) -> None:
    assert len(parse(f"mx.example; spf=pass {value}").results) <= 50


def test_a_field_of_a_megabyte_is_read_in_no_time() -> None:
    assert len(parse("mx.example; " + "dkim=pass header.d=a.example;" * 40_000).results) == 50
    assert parse("mx.example" + "(" * 1_000_000).results == ()


@pytest.mark.parametrize(
    ("fields", "word"),
    [
        pytest.param([(AR, GOOD), ("Received", OURS), ("From", "x")], "pass", id="on top, where the relay writes"),
        pytest.param([("Received", OURS), (AR, GOOD), ("From", "x")], "pass", id="below the relay's own Received"),
        pytest.param(
            [("Received", OURS), ("X-Spam", "no"), (AR, GOOD)], "pass", id="among other fields of the relay's filters"
        ),
        pytest.param([("Received", OURS), ("Received", THEIRS), (AR, GOOD)], "", id="below a Received of others"),
        pytest.param([("Received", OURS), ("From", "x"), (AR, GOOD)], "", id="among the author's own fields"),
        pytest.param([(AR, f"mx.evil.example; {GOOD[18:]}"), ("Received", OURS)], "", id="under another name"),
        pytest.param(
            [("Received", OURS.replace(MX, "backup.office.example")), (AR, GOOD)],
            "",
            id="below the Received of a relay of another name, which wrote none",
        ),
        pytest.param([("Received", OURS), (AR, BAD), (AR, GOOD)], "fail", id="of two the upper"),
        pytest.param(
            [
                ("Received", OURS.replace("192.0.2.7", "10.0.0.5")),
                ("Received", OURS),
                (AR, GOOD),
                ("Received", THEIRS),
            ],
            "pass",
            id="below the Received of the outermost of two relays",
        ),
    ],
)
def test_from_a_relay_only_what_relays_can_have_written_counts(fields: list[tuple[str, str]], word: str) -> None:
    upstream = of_relay(headers(*fields), (MX,), RELAYS)
    assert next((result.result for result in upstream.of("dmarc")), "") == word
    assert upstream.server == (MX if word else "")


def test_several_fields_of_one_server_are_taken_together() -> None:
    fields = headers(("Received", OURS), (AR, f"{MX}; spf=fail"), (AR, f"{MX}; dkim=pass header.d=a.example; spf=pass"))
    upstream = of_relay(fields, (MX,), RELAYS)
    assert [(result.method, result.result) for result in upstream.results] == [("spf", "fail"), ("dkim", "pass")]


@pytest.mark.parametrize(
    ("received", "client"),
    [
        pytest.param(OURS, "192.0.2.7", id="Postfix"),
        pytest.param("from m (unknown [IPv6:2001:db8::7]) by mx", "2001:db8::7", id="Postfix, IPv6"),
        pytest.param("from m ([192.0.2.7]:5012 helo=[6.6.6.6]) by mx with esmtps", "192.0.2.7", id="Exim"),
        pytest.param(
            "from [192.0.2.7] (helo=[6.6.6.6]) by mx with esmtp", "192.0.2.7", id="Exim, a client without name"
        ),
        pytest.param("from A.b (192.0.2.7) by C.d (192.0.2.8) with Microsoft SMTP", "192.0.2.7", id="Exchange"),
        pytest.param("from m (m [192.0.2.7] (may be forged))\r\n\tby mx (8.17)", "192.0.2.7", id="Sendmail"),
        pytest.param(
            "from [6.6.6.6] (evil.example [192.0.2.7]) by mx", "192.0.2.7", id="the client says another address"
        ),
        pytest.param("from [6.6.6.6] by mx", "", id="only what the client says"),
        pytest.param("from m ([192.0.2.7] [192.0.2.8]) by mx", "", id="two addresses"),
        pytest.param("by mx (Postfix, from userid 0)", "", id="from nowhere"),
        pytest.param("from localhost (localhost [127.0.0.1]) by mx", "", id="from ourselves, and nothing below"),
        pytest.param("from m ([999.0.2.7]) by mx", "", id="no address"),
    ],
)
def test_the_client_is_whom_the_relay_saw(received: str, client: str) -> None:
    assert of_relay(headers(("Received", received), ("From", "x")), (), RELAYS).client == client


def test_behind_two_relays_the_client_is_the_outer_ones() -> None:
    inner = "from filter (filter [127.0.0.1]) by mx.office.example"
    upstream = of_relay(headers(("Received", inner), ("Received", OURS), ("Received", THEIRS)), (), RELAYS)
    assert (upstream.client, upstream.helo) == ("192.0.2.7", "mta.sender.example")


@pytest.mark.parametrize(
    ("fields", "word"),
    [
        pytest.param([("Received", OURS), (AR, GOOD), ("Received", THEIRS), (AR, BAD)], "pass", id="the topmost"),
        pytest.param([(AR, "mx.evil.example; dmarc=pass"), (AR, GOOD)], "", id="below another server's"),
        pytest.param([("From", "x"), (AR, GOOD)], "", id="among the author's fields"),
    ],
)
def test_in_a_mailbox_the_topmost_fields_of_its_server_count(fields: list[tuple[str, str]], word: str) -> None:
    upstream = of_mailbox(headers(*fields), MX.upper())
    assert next((result.result for result in upstream.of("dmarc")), "") == word


def test_a_mailbox_whose_server_has_no_name_here_says_nothing() -> None:
    assert of_mailbox(headers((AR, GOOD)), "") == Upstream()
    assert of_mailbox(headers((AR, "dmarc=pass")), "") == Upstream()
