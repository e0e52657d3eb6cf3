"""The limits by the minute, together: mails of a sender, mails from an address, wrong passwords from an address."""

from smtp_in import replies
from smtp_in.rate import Rate
from smtp_in.settings import SmtpSettings
from store.reply import Reply


class Rates:
    """Counts for all connections of the door."""

    def __init__(self, settings: SmtpSettings) -> None:
        self._by_sender = Rate(settings.max_mails_per_minute_of_sender)
        self._by_peer = Rate(settings.max_mails_per_minute_from_address)
        self._failures = Rate(settings.max_auth_failures)

    def begin(self, sender: str, peer: str, now: float) -> Reply | None:
        """A mail begins: None = it may, and is counted; else what to say.

        The empty reverse path is nobody's: bounces of all the world share it, and only their peers are counted.
        """
        sender = sender.lower()
        if self._by_peer.full(peer, now):
            return replies.TOO_FAST_PEER
        if sender and self._by_sender.full(sender, now):
            return replies.TOO_FAST_SENDER
        self._by_peer.count(peer, now)
        if sender:
            self._by_sender.count(sender, now)
        return None

    def may_guess(self, peer: str, now: float) -> bool:
        """Not too many wrong passwords yet."""
        return not self._failures.full(peer, now)

    def guessed_wrong(self, peer: str, now: float) -> None:
        """One more."""
        self._failures.count(peer, now)
