"""Until when the peer may let us wait: silence between commands, silence and slowness within a mail."""

from dataclasses import dataclass

from smtp_in.settings import SmtpSettings


@dataclass(frozen=True, slots=True)
class Pace:
    """The settings' times in seconds, ready for the event loop's clock."""

    command: float
    data: float
    grace: float
    rate: int  #: octets a second

    @classmethod
    def of(cls, settings: SmtpSettings) -> "Pace":
        """As the settings say."""
        return cls(
            settings.command_timeout.total_seconds(),
            settings.data_timeout.total_seconds(),
            settings.data_grace.total_seconds(),
            settings.min_rate,
        )

    def next_command(self, now: float) -> float:
        """When a silent peer is cut off (RFC 5321 section 4.5.3.2)."""
        return now + self.command

    def next_block(self, now: float, begun: float, received: int) -> float:
        """When a mail that goes on arriving is cut off.

        Not one timer for the whole mail, which forbids large mails over slow lines, nor one for each block, which a
        peer that sends an octet a minute never meets: what has come so far buys time at the lowest rate allowed.
        """
        bought = begun + self.grace + received / self.rate if self.rate else now + self.data
        return min(now + self.data, bought)
