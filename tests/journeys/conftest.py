"""The bridges of the journeys: one shared by all whose settings agree, and a maker of others."""

from collections.abc import Callable, Iterator
from contextlib import ExitStack
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

import pytest

from bridge.demo.pki import Pki, mint
from tests.journeys.house import House
from tests.journeys.post import SECRETS
from tests.servers import dns
from tests.servers import dovecot as imap
from tests.servers.postfix import PostfixSink


@dataclass(frozen=True, slots=True)
class Account:
    """The mailbox that the shared bridge reads."""

    server: imap.Dovecot
    user: imap.ImapUser


@pytest.fixture(scope="session")
def pki(tmp_path_factory: pytest.TempPathFactory) -> Pki:
    """The demonstration's PKI, minted for this run."""
    return mint(tmp_path_factory.mktemp("pki"), datetime.now(UTC))


@pytest.fixture(scope="session")
def names() -> Iterator[dns.NameServer]:
    """The only name server that the bridges ask; journeys add to its zone."""
    with dns.name_server({}) as server:
        yield server


@pytest.fixture(scope="session")
def account(dovecot: imap.Dovecot) -> Account:
    """The mailbox that the shared bridge reads."""
    return Account(dovecot, dovecot.add_user())


@pytest.fixture(scope="session")
def shared(
    tmp_path_factory: pytest.TempPathFactory,
    pki: Pki,
    postfix_server: PostfixSink,
    names: dns.NameServer,
    account: Account,
) -> Iterator[House]:
    """One running bridge for every journey that needs no settings of its own; stops with exit code 0."""
    folder = tmp_path_factory.mktemp("bridge")
    (folder / "password").write_text(account.user.password)
    (folder / "wrong").write_text("not the password")
    mailbox = {
        "HOST": "127.0.0.1",
        "PORT": str(account.server.tls_port),
        "CA_FILE": str(account.server.certificate.certificate),
        "USER": account.user.name,
        "POLL": "300 ms",
        "ADDRESSES": '["vanthu@mau.test"]',
    }
    good = {**mailbox, "PASSWORD_FILE": str(folder / "password"), "AFTER": "move:Processed"}
    bad = {**mailbox, "PASSWORD_FILE": str(folder / "wrong")}
    house = House(
        folder,
        postfix_server.port,
        {
            "RESOLVER__NAMESERVERS": f'["127.0.0.1:{names.port}"]',
            "RESOLVER__TIMEOUT": "2 s",
            "SANDBOX__CHILDREN": "2",
            **{f"IMAP_POLL__ACCOUNT__VANTHU__{key}": value for key, value in good.items()},
            **{f"IMAP_POLL__ACCOUNT__WRONG__{key}": value for key, value in bad.items()},
        },
    )
    house.furnish(pki)
    house.start()
    try:
        yield house
        assert house.stop() == 0
    finally:
        house.close()


def _discreet(said: str) -> None:
    assert not [word for word in SECRETS if word.lower() in said.lower()]


@pytest.fixture
def bridge(shared: House) -> Iterator[House]:
    """The shared bridge; after the journey its books must be in order, and its log must have told no content."""
    start = len(shared.said)
    yield shared
    shared.settled()
    _discreet(shared.said[start:])


@pytest.fixture
def build(tmp_path: Path, pki: Pki, postfix_server: PostfixSink) -> Iterator[Callable[..., House]]:
    """Makes a bridge with settings of its own, not started; ended and audited after the journey."""
    with ExitStack() as stack:

        def make(variables: dict[str, str] | None = None, *, smarthost: int = 0, furnish: Pki = pki) -> House:
            house = House(tmp_path / "bridge", smarthost or postfix_server.port, variables or {})
            stack.callback(house.close)
            house.furnish(furnish)
            stack.callback(_end, house)
            return house

        yield make


def _end(house: House) -> None:
    if house.running:
        house.settled()
        assert house.stop() == 0
    result = house.audited()
    assert result.clean, result.differences
    _discreet(house.said)
