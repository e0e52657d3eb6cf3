"""Puts the parts together: settings in, a bench and the parts that work at it out.  Decides nothing."""

import contextlib
import os
import secrets
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path

from bridge.evidence.answers import Answers
from bridge.evidence.dns import open_dns
from bridge.evidence.source import EvidenceSource
from bridge.job import Snapshot
from bridge.jobs import JOBS
from bridge.sandbox.pool import Pool
from bridge.settings import Settings
from bridge.worker import Bench
from outbound import token
from store.errors import Unavailable
from store.registry import Registry
from store.store import Store


def secret_of(data: Path) -> bytes:
    """The secret behind our tokens, made on first use; readable by its owner alone.

    Raises:
        Unavailable: it can neither be read nor made.
    """
    file = data / "secret"
    try:
        data.mkdir(parents=True, exist_ok=True)
        # Made complete under another name: a second process never reads half a secret.
        if not file.exists():
            fresh = data / f".secret-{os.getpid()}"
            handle = os.open(fresh, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
            with os.fdopen(handle, "wb") as out:
                out.write(secrets.token_bytes(32))
                os.fsync(out.fileno())
            with contextlib.suppress(FileExistsError):
                os.link(fresh, file)
            fresh.unlink()
        return file.read_bytes()
    except OSError as error:
        raise Unavailable(f"secret: {error.strerror}") from error


def our_addresses(settings: Settings, registry: Registry) -> tuple[str, ...]:
    """Every address that is ours by name: of the office, of routes, of accounts, and where letters come from."""
    routed = (
        rule.recipient
        for rule in registry.routes.snapshot()
        if "@" in rule.recipient and not _is_pattern(rule.recipient)
    )
    accounts = (address for account in settings.imap_poll.account for address in account.addresses)
    sender = (settings.outbound.sender,) if settings.outbound.sender else ()
    doors = (*settings.office.addresses, *settings.office.check_addresses)
    return tuple(dict.fromkeys(address.lower() for address in (*doors, *routed, *accounts, *sender)))


def _is_pattern(address: str) -> bool:
    return address.startswith("@") or "*" in address or "?" in address


def snapshot_of(settings: Settings, store: Store) -> Snapshot:
    """Policy and rules as they are now, and nobody of the registers yet (`bridge.parties`)."""
    return Snapshot(
        office=settings.office,
        policy=settings.policy,
        caps=settings.reading,
        axes=settings.axes,
        routes=store.registry.routes.snapshot(),
        organs=(),
        correspondents=(),
        asked=frozenset(),
        our_addresses=our_addresses(settings, store.registry),
        sender=settings.sender,
        return_path=settings.outbound.return_path,
        reply_to=settings.outbound.reply_to,
        templates=str(settings.receipts.templates or ""),
        letters=settings.letters,
        authserv={account.name: account.authserv for account in settings.imap_poll.account if account.authserv},
    )


@dataclass(slots=True)
class Calls:
    """Who is woken when something came in or was settled; parts add themselves."""

    on_arrival: list[Callable[[], None]] = field(default_factory=list)
    on_settled: list[Callable[[], None]] = field(default_factory=list)

    def arrived(self) -> None:
        """A mail is there to be judged."""
        for call in self.on_arrival:
            call()

    def settled(self) -> None:
        """There may be deliveries or notices."""
        for call in self.on_settled:
            call()


def bench_of(settings: Settings, store: Store, calls: Calls | None = None) -> Bench:
    """What workers and the exchange work with.  Its pool must be closed by who asked for it."""
    calls = calls or Calls()
    return Bench(
        store=store,
        pool=Pool(settings.sandbox, JOBS),
        settings=settings,
        evidence=EvidenceSource(
            settings,
            open_dns(settings.resolver.nameservers, settings.resolver.timeout),
            Answers(settings.evidence, settings.store.data / "evidence"),
        ),
        snapshot=lambda: snapshot_of(settings, store),
        secret=secret_of(settings.store.data),
        arrived=calls.arrived,
        settled=calls.settled,
    )


def is_ours(address: str, settings: Settings, secret: bytes) -> bool:
    """Is this one of our own return paths or reply addresses, token and all?"""
    patterns = (settings.outbound.return_path, settings.outbound.reply_to)
    return any(token.ours(address, pattern, secret) for pattern in patterns if pattern)
