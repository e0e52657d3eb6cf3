"""How large a mail may be for whom: the door's own limit, and the smaller ones of single addresses and domains."""

from collections.abc import Iterable

from smtp_in.settings import SmtpSettings


class Sizes:
    """The settings' limits by recipient."""

    def __init__(self, settings: SmtpSettings) -> None:
        self.most = settings.max_size  #: for anybody
        self._by_name = {name.lower(): octets for name, octets in settings.max_size_for.items()}

    def of(self, address: str) -> int:
        """The limit for one recipient: its own, else its domain's, else the door's."""
        if not self._by_name:
            return self.most
        address = address.lower()
        domain = "@" + address.rpartition("@")[2]
        return self._by_name.get(address, self._by_name.get(domain, self.most))

    def least(self, addresses: Iterable[str]) -> int:
        """The limit that holds for all of them."""
        return min(map(self.of, addresses), default=self.most)

    def largest(self, addresses: Iterable[str]) -> int:
        """Beyond it a mail is for none of them."""
        return max(map(self.of, addresses), default=self.most)
