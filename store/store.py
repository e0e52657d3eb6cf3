"""The store, opened: one bundle of everything that is kept."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime

from store.blobs import Blobs
from store.bookmarks import Bookmarks
from store.connection import Database, check_schema, open_database
from store.deliveries import Deliveries
from store.incoming import Incoming
from store.intake import Intake
from store.journal import Journal
from store.mails import Mails
from store.notices import Notices
from store.outbox import Outbox
from store.papers import Envelopes, Letters
from store.pickups import Pickups
from store.registry import Registry, registry_of
from store.settings import StoreSettings
from store.statuses import Statuses
from store.tracking import Tracking


def utc_now() -> datetime:
    """The wall clock."""
    return datetime.now(UTC)


@dataclass(frozen=True, slots=True)
class Store:
    """Everything that is kept.  All parts are thread-safe."""

    settings: StoreSettings
    db: Database
    blobs: Blobs
    intake: Intake
    mails: Mails
    envelopes: Envelopes
    letters: Letters
    deliveries: Deliveries
    outbox: Outbox
    tracking: Tracking
    pickups: Pickups
    notices: Notices
    statuses: Statuses
    bookmarks: Bookmarks
    journal: Journal
    registry: Registry

    def incoming(self) -> Incoming:
        """A new body on its way in."""
        return Incoming(self.settings)

    def close(self) -> None:
        """Stop the intake and give back every connection."""
        self.intake.stop()
        self.db.close()


def open_store(settings: StoreSettings, clock: Callable[[], datetime] = utc_now, *, check: bool = True) -> Store:
    """Open the store that `settings` name.

    Raises:
        SchemaVersionError: its schema is not this program's (`check`).
        Unavailable: disk or database is away.
    """
    db = open_database(settings)
    if check:
        try:
            check_schema(db)
        except BaseException:
            db.close()
            raise
    blobs = Blobs(settings)
    blobs.prepare()
    parts = (db, blobs, settings)
    return Store(
        settings=settings,
        db=db,
        blobs=blobs,
        intake=Intake(db, blobs, settings, clock),
        mails=Mails(*parts),
        envelopes=Envelopes(*parts),
        letters=Letters(*parts),
        deliveries=Deliveries(*parts),
        outbox=Outbox(*parts),
        tracking=Tracking(*parts),
        pickups=Pickups(*parts),
        notices=Notices(*parts),
        statuses=Statuses(db),
        bookmarks=Bookmarks(db),
        journal=Journal(db),
        registry=registry_of(db),
    )
