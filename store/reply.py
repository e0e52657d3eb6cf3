"""A Reply is what one side of a mail conversation says: all four parts are always set."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Reply:
    """Code, enhanced code, public text, private cause (RFC 5321 section 4.2, RFC 3463)."""

    code: int  #: three digits
    enhanced: str  #: "2.0.0"; "" only for replies that RFC 2034 exempts (greeting, EHLO, 3yz)
    text: str  #: what the peer hears
    cause: str = "-"  #: what the log keeps; never sent

    @property
    def line(self) -> str:
        """The reply as one protocol line without CR LF."""
        return f"{self.code} {self.enhanced} {self.text}" if self.enhanced else f"{self.code} {self.text}"

    def because(self, cause: str) -> "Reply":
        """The same reply with a private cause."""
        return Reply(self.code, self.enhanced, self.text, cause)
