"""OAuth2 on a real Dovecot that asks the tests' token endpoint about every token: refreshed, rotated, never lost."""

import os
import stat
from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path

import pytest
from structlog.testing import capture_logs

from imap_poll.oauth import Tokens
from imap_poll.session import LoginRefused
from imap_poll.settings import Account
from store.errors import Unavailable
from tests.imap.authority import Authority, vouching
from tests.imap.office import Office, mail, opened
from tests.servers.dovecot import ImapUser, dovecot
from tests.servers.wait import wait_until

USER = "vanthu@dovecot.example"

_OAUTH = """\
passdb {{
  driver = oauth2
  mechanisms = xoauth2 oauthbearer
  args = {file}
}}
"""

_ASKS = """\
introspection_url = http://127.0.0.1:{port}/introspect?token=
introspection_mode = get
username_attribute = username
active_attribute = active
active_value = true
"""


@dataclass
class Guarded:
    """An office whose account wants tokens, and who gives them."""

    office: Office
    authority: Authority
    refresh: Path


@pytest.fixture(scope="module")
def authority() -> Iterator[Authority]:
    with vouching(USER) as found:
        yield found


@pytest.fixture
def guarded(authority: Authority, tmp_path: Path) -> Iterator[Guarded]:
    fresh = Authority(USER)
    for name in ("good", "tokens", "life", "rotates", "trouble", "asked", "vouched"):
        setattr(authority, name, getattr(fresh, name))
    asks = tmp_path / "oauth2.conf"
    asks.write_text(_ASKS.format(port=authority.port))
    refresh = tmp_path / "secrets" / "refresh"
    refresh.parent.mkdir()
    refresh.write_text("first\n")
    secret = tmp_path / "secret"
    secret.write_text("our secret\n")
    account = Account(
        "vanthu", "127.0.0.1", USER, tls="none", addresses=("vanthu@mau.test",), mechanism="xoauth2",
        token_url=authority.url, client_id="docbridge", client_secret_file=secret, refresh_token_file=refresh,
        scope="https://mail.example/IMAP offline_access",
    )  # fmt: skip
    store = opened(tmp_path / "var")
    more = _OAUTH.format(file=asks)
    with dovecot(tmp_path / "log", mechanisms="xoauth2 oauthbearer", more=more) as server:
        user = ImapUser(USER, "a password")
        server.add_user(user.name, user.password)
        office = Office(store, server, user, replace(account, port=server.port))
        yield Guarded(office, authority, refresh)
        for watcher in office.watchers:
            watcher.stop()
        assert all(watcher.join(20) for watcher in office.watchers)
    store.close()


@pytest.mark.parametrize("mechanism", ["xoauth2", "oauthbearer"])
def test_a_token_lets_us_in_and_its_successor_is_kept_where_the_first_lay(guarded: Guarded, mechanism: str) -> None:
    guarded.office.put(mail(1))
    watcher = guarded.office.watcher(mechanism=mechanism)
    assert [watcher.round(), watcher.round()] == [1, 0]
    assert guarded.office.kept() == [mail(1)]
    (asked,) = guarded.authority.asked  # one token for both connections
    assert asked == {
        "grant_type": "refresh_token",
        "client_id": "docbridge",
        "client_secret": "our secret",
        "refresh_token": "first",
        "scope": "https://mail.example/IMAP offline_access",
    }
    assert {guarded.refresh.read_text().strip()} == guarded.authority.good
    assert stat.S_IMODE(guarded.refresh.stat().st_mode) == 0o600
    guarded.office.watcher(mechanism=mechanism).round()  # a restart goes on with what the file holds
    assert len(guarded.authority.asked) == 2


@pytest.mark.parametrize("mechanism", ["xoauth2", "oauthbearer"])
def test_a_token_that_was_withdrawn_is_replaced(guarded: Guarded, mechanism: str) -> None:
    guarded.office.put(mail(1))
    watcher = guarded.office.watcher(mechanism=mechanism)
    watcher.round()
    guarded.authority.tokens.clear()
    with pytest.raises(LoginRefused, match="log in"):
        watcher.round()
    guarded.office.put(mail(2))
    assert watcher.round() == 1
    assert len(guarded.authority.asked) == 2


def test_a_watcher_lives_on_when_its_tokens_end(guarded: Guarded) -> None:
    guarded.authority.life = 61.2
    watcher = guarded.office.watcher()
    watcher.start()
    wait_until(lambda: watcher.health.doing == "idle", what="IDLE")
    guarded.authority.tokens.clear()
    assert watcher._session is not None
    watcher._session.cut()  # what a server does when the token of a connection ends
    guarded.office.put(mail(1))
    wait_until(lambda: guarded.office.kept() == [mail(1)], what="the mail")


def test_without_a_refresh_token_our_secret_is_enough(guarded: Guarded) -> None:
    guarded.office.put(mail(1))
    assert guarded.office.watcher(refresh_token_file=None).round() == 1
    assert guarded.authority.asked[0]["grant_type"] == "client_credentials"


def test_a_token_is_not_used_in_its_last_minute(guarded: Guarded) -> None:
    moment = 0.0
    tokens = Tokens(guarded.office.account, lambda: moment)
    first = tokens.secret()
    moment = 3600 - 61
    assert tokens.secret() == first
    moment = 3600 - 59
    assert tokens.secret() != first


def test_a_refresh_token_that_cannot_be_written_costs_no_mail_today(guarded: Guarded) -> None:
    tokens = Tokens(guarded.office.account)
    blocked = guarded.refresh.with_name(f".{guarded.refresh.name}.{os.getpid()}")
    blocked.mkdir()
    first = tokens.secret()
    assert guarded.refresh.read_text() == "first\n"
    tokens.refused(first)
    second = tokens.secret()
    assert guarded.authority.asked[1]["refresh_token"] not in ("first", second)
    blocked.rmdir()
    tokens.refused(second)
    tokens.secret()
    assert {guarded.refresh.read_text().strip()} == guarded.authority.good


TROUBLES: dict[str, tuple[int, bytes, str]] = {
    "the consent was withdrawn": (400, b'{"error": "invalid_grant"}', "token: 400 invalid_grant"),
    "the endpoint is overloaded": (503, b"<html>", "token: 503"),
    "the endpoint sends us elsewhere": (302, b"", "token: 302"),
    "the answer is no JSON": (200, b"access_token=abc", "token: the answer is no JSON object"),
    "the answer is a list": (200, b"[]", "token: the answer is no JSON object"),
    "the answer holds no token": (200, b"{}", "token: none in the answer"),
    "the token would end the line": (200, b'{"access_token": "a\\r\\nb LOGOUT"}', "token: none in the answer"),
    "the error is a story": (400, b'{"error": "Your password hunter2 is WRONG"}', "token: 400"),
}


@pytest.mark.parametrize(("status", "body", "cause"), TROUBLES.values(), ids=TROUBLES)
def test_an_endpoint_in_trouble_is_told_by_its_code(guarded: Guarded, status: int, body: bytes, cause: str) -> None:
    guarded.authority.trouble = (status, body)
    with pytest.raises(Unavailable) as told:
        guarded.office.watcher().round()
    assert told.value.cause == cause
    guarded.authority.trouble = None
    assert guarded.office.watcher().round() == 0


def test_an_endpoint_that_is_away_is_told(guarded: Guarded) -> None:
    with pytest.raises(Unavailable, match="token: ConnectionRefusedError"):
        guarded.office.watcher(token_url="http://127.0.0.1:9/token").round()


def test_no_secret_reaches_the_log(guarded: Guarded) -> None:
    with capture_logs() as logs:
        watcher = guarded.office.watcher()
        watcher.start()
        wait_until(lambda: watcher.health.doing == "idle", what="IDLE")
        guarded.authority.trouble = (400, b'{"error": "invalid_grant"}')
        secrets = ["first", "our secret", *guarded.authority.tokens, *guarded.authority.good]
        guarded.authority.tokens.clear()
        assert watcher._session is not None
        watcher._session.cut()
        wait_until(lambda: watcher.health.failures > 1, what="the failures")
    assert logs
    assert not [secret for secret in secrets if secret in str(logs)]
