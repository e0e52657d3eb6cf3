"""The section [outbound]: what could only fail later is refused at the start."""

from datetime import timedelta
from pathlib import Path

import pytest

from outbound.settings import OutboundSettings


def test_the_defaults_hold() -> None:
    settings = OutboundSettings()
    assert (settings.host, settings.port) == ("127.0.0.1", 25)
    assert settings.retry().give_up_after == timedelta(days=5)


def test_an_ipv6_smarthost_is_read() -> None:
    settings = OutboundSettings(smarthost="[2001:db8::25]:587")
    assert (settings.host, settings.port) == ("2001:db8::25", 587)


@pytest.mark.parametrize(
    ("changes", "key"),
    [
        pytest.param({"smarthost": "mail.example"}, "smarthost", id="no port"),
        pytest.param({"smarthost": ":25"}, "smarthost", id="no host"),
        pytest.param({"smarthost": "mail.example:99999"}, "smarthost", id="no such port"),
        pytest.param({"sender": "văn thư"}, "sender", id="a sender that is no address"),
        pytest.param({"return_path": "bounce+{token}"}, "return_path", id="a pattern without a domain"),
        pytest.param({"reply_to": "a" * 30 + "{token}@b.example"}, "reply_to", id="too long with its token"),
        pytest.param({"user": "u", "smarthost": "mail.example:25"}, "user", id="a password in the clear"),
        pytest.param({"retry_waits": ()}, "retry_waits", id="no wait"),
        pytest.param({"concurrency": 0}, "concurrency", id="no hand"),
        pytest.param({"lease": timedelta(minutes=5)}, "lease", id="a lease shorter than the time-outs"),
    ],
)
def test_what_cannot_work_is_refused_by_name(changes: dict[str, object], key: str) -> None:
    with pytest.raises(ValueError, match=f"^{key}"):
        OutboundSettings(**changes)  # type: ignore[arg-type]


def test_a_password_goes_in_the_clear_to_the_machine_itself_only() -> None:
    assert OutboundSettings(user="u", smarthost="localhost:587").user == "u"
    assert OutboundSettings(user="u", smarthost="mail.example:587", tls="starttls").user == "u"


def test_waits_are_scattered_by_chance_and_by_no_more_than_is_set() -> None:
    settings = OutboundSettings(retry_waits=(timedelta(minutes=10),), retry_scatter=0.2)
    waits = [settings.retry(dice).waits[0] for dice in (0.0, 0.5, 1.0)]
    assert waits == [timedelta(minutes=8), timedelta(minutes=10), timedelta(minutes=12)]


@pytest.mark.parametrize(
    ("changes", "key"),
    [
        pytest.param({"smarthost": "", "user": "u"}, "smarthost", id="AUTH without a smarthost"),
        pytest.param({"smarthost": "", "tls": "implicit"}, "smarthost", id="implicit TLS without a smarthost"),
        pytest.param({"smime_key": Path("k")}, "smime_certificate", id="a key without its certificate"),
        pytest.param({"dkim_key": Path("k")}, "dkim_key", id="a key without a selector"),
        pytest.param({"retry_scatter": 1.0}, "rate, retry_scatter", id="waits that may be nothing"),
    ],
)
def test_what_does_not_go_together_is_refused_by_name(changes: dict[str, object], key: str) -> None:
    with pytest.raises(ValueError, match=f"^{key}"):
        OutboundSettings(**changes)  # type: ignore[arg-type]
