"""How letters leave: the smarthost, our addresses in the envelope, time-outs, retries.

Promise: frozen; every field says what it does; nothing here reads a file or the environment (bridge
composes).
"""

import ipaddress
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from typing import Annotated, Literal

from outbound import address, token
from store.delivery import RetryPolicy

_SECOND = timedelta(seconds=1)
_MINUTE = timedelta(minutes=1)
_DAY = timedelta(days=1)

_ANY_DELIVERY = "00000000-0000-7000-8000-000000000000"  # all tokens are of one length

Tls = Literal["none", "opportunistic", "starttls", "implicit"]
Report = Literal["SUCCESS", "FAILURE", "DELAY"]


@dataclass(frozen=True, slots=True)
class OutboundSettings:
    """The section [outbound]."""

    smarthost: Annotated[str, "Where letters go, host:port; the mail server of the office"] = "127.0.0.1:25"
    sender: Annotated[str, "Address in From; empty = the first of [office] addresses"] = ""
    return_path: Annotated[str, "Reverse path of letters; {token} names the delivery to a bounce"] = ""
    reply_to: Annotated[str, "Reply-To of letters; {token} names the delivery to an answer"] = ""
    hostname: Annotated[str, "Name said in EHLO; empty = the machine's own"] = ""
    tls: Annotated[
        Tls,
        "none: never; opportunistic: STARTTLS when offered, any certificate; "
        "starttls: STARTTLS with a checked certificate, else no mail; implicit: TLS from the first byte, checked",
    ] = "opportunistic"
    ca_file: Annotated[Path | None, "PEM file of authorities for the smarthost; none = the system's"] = None
    user: Annotated[str, "Name for AUTH; empty = no AUTH"] = ""
    password_file: Annotated[Path | None, "File that holds the password for AUTH, one line"] = None
    connect_timeout: Annotated[timedelta, "For the connection, TLS and each answer before MAIL"] = 30 * _SECOND
    # RFC 5321 section 4.5.3.2: MAIL and RCPT 5 minutes, DATA 2, a block of data 3, the final dot 10.
    command_timeout: Annotated[timedelta, "For the answer to MAIL, RCPT and DATA"] = 5 * _MINUTE
    data_timeout: Annotated[timedelta, "For the peer to take each block of the message"] = 3 * _MINUTE
    final_timeout: Annotated[timedelta, "For the answer after the final dot; then it is unsure"] = 10 * _MINUTE
    retry_waits: Annotated[tuple[timedelta, ...], "Waits after the 1st, 2nd... attempt; the last repeats"] = (
        5 * _MINUTE,
        10 * _MINUTE,
        20 * _MINUTE,
        40 * _MINUTE,
        60 * _MINUTE,
    )
    give_up_after: Annotated[timedelta, "After this long a letter that nobody took has failed"] = 5 * _DAY
    concurrency: Annotated[int, "Conversations with the smarthost at the same time"] = 4
    letters_per_connection: Annotated[int, "Letters sent over one connection before it is renewed"] = 100
    poll: Annotated[timedelta, "How often the queue is looked at when nobody calls"] = 5 * _SECOND
    lease: Annotated[timedelta, "How long a claimed letter is ours: longer than the time-outs"] = 45 * _MINUTE
    notify: Annotated[
        tuple[Report, ...],
        "Which delivery reports are asked for when the smarthost offers DSN; receipts always ask for none",
    ] = ("FAILURE", "DELAY")

    def __post_init__(self) -> None:
        """Refuse what could only fail later, letter by letter.

        Raises:
            ValueError: which setting, and why.
        """
        host, _, port = self.smarthost.rpartition(":")
        if not host or not port.isdecimal() or not 0 < int(port) < 65536:
            raise ValueError(f'smarthost: "{self.smarthost}" is not host:port')
        for name in ("sender", "return_path", "reply_to"):
            _check_address(name, getattr(self, name))
        # RFC 4954 section 4: a password that anybody on the way may read is no secret.
        if self.user and self.tls in ("none", "opportunistic") and not _is_loopback(self.host):
            raise ValueError('user: a password is only sent over checked TLS; set tls = "starttls" or "implicit"')
        if not self.retry_waits or min(self.retry_waits) <= timedelta():
            raise ValueError("retry_waits: at least one wait, none of them zero")
        if self.concurrency < 1 or self.letters_per_connection < 1:
            raise ValueError("concurrency and letters_per_connection: at least 1")
        if self.lease <= self.connect_timeout + 3 * self.command_timeout + self.final_timeout:
            raise ValueError("lease: must be longer than the time-outs of one letter together")

    @property
    def retry(self) -> RetryPolicy:
        """The schedule as the delivery machine wants it."""
        return RetryPolicy(self.retry_waits, self.give_up_after)

    @property
    def host(self) -> str:
        """The smarthost's name or address, without its port."""
        return self.smarthost.rpartition(":")[0].strip("[]")

    @property
    def port(self) -> int:
        """The smarthost's port."""
        return int(self.smarthost.rpartition(":")[2])


def _check_address(name: str, text: str) -> None:
    try:
        if text:
            address.read(token.address(text, _ANY_DELIVERY, b""))
    except address.UnfitAddressError as unfit:
        raise ValueError(f'{name}: "{text}" is not an address: {unfit}') from None


def _is_loopback(host: str) -> bool:
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"
