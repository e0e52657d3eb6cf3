"""How the service is doing at one moment: each part, mailbox and queue.  Counts and states, no id, no content."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime

from bridge.running import Running
from imap_poll.watcher import Health
from store.errors import Unavailable
from store.queues import Queues, queues
from store.store import Store


@dataclass(frozen=True, slots=True)
class Condition:
    """All that health and metrics tell."""

    at: datetime
    queues: Queues | None  #: None = the store cannot be read
    problem: str  #: why not; "" = it can
    parts: Mapping[str, str]  #: "ok", or what is wrong with it
    mailboxes: Mapping[str, Health]  #: by "account/mailbox"
    connections: int  #: to the SMTP door, now
    commits: int  #: that took mails in, since the start
    intake: int  #: mails that wait for their commit

    @property
    def well(self) -> bool:
        """Is there nothing that a person should look at?"""
        return self.queues is not None and all(said == "ok" for said in self.parts.values())

    def age(self, since: datetime | None) -> float:
        """Seconds from `since` until now; 0 = nothing waits."""
        return max((self.at - since).total_seconds(), 0.0) if since else 0.0


def condition_of(store: Store, running: Running) -> Condition:
    """The condition of now.  Blocks while the store is asked."""
    found, problem = None, ""
    try:
        found = queues(store.db)
    except Unavailable as unavailable:
        problem = unavailable.cause
    watchers = running.imap.watchers if running.imap else ()
    parts = {loop.name: loop.problem or ("ok" if loop.alive else "ended") for loop in running.loops}
    parts |= {f"imap-{watcher.name}": watcher.health.says for watcher in watchers}
    return Condition(
        at=datetime.now(UTC),
        queues=found,
        problem=problem,
        parts=parts,
        mailboxes={watcher.name: watcher.health for watcher in watchers},
        connections=running.smtp.connections if running.smtp else 0,
        commits=store.intake.commits,
        intake=store.intake.waiting,
    )
