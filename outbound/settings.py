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
from outbound.hop import Tls
from store.delivery import RetryPolicy

_SECOND = timedelta(seconds=1)
_MINUTE = timedelta(minutes=1)
_DAY = timedelta(days=1)

_ANY_DELIVERY = "00000000-0000-7000-8000-000000000000"  # all tokens are of one length

Report = Literal["SUCCESS", "FAILURE", "DELAY"]


@dataclass(frozen=True, slots=True)
class OutboundSettings:
    """The section [outbound]."""

    smarthost: Annotated[
        str,
        "Where letters go, host:port; the mail server of the office; "
        "empty = straight to the mail servers of each recipient's domain (MX)",
    ] = "127.0.0.1:25"
    sender: Annotated[str, "Address in From; empty = the first of [office] addresses"] = ""
    return_path: Annotated[str, "Reverse path of letters; {token} names the delivery to a bounce"] = ""
    reply_to: Annotated[str, "Reply-To of letters; {token} names the delivery to an answer"] = ""
    hostname: Annotated[str, "Name said in EHLO; empty = the machine's own"] = ""
    tls: Annotated[
        Tls,
        "none: never; opportunistic: STARTTLS when offered, any certificate; "
        "starttls: STARTTLS with a checked certificate, else no mail; implicit: TLS from the first byte, checked",
    ] = "opportunistic"
    ca_file: Annotated[Path | None, "PEM file of authorities for mail and policy servers; none = the system's"] = None
    mta_sts: Annotated[bool, "Without a smarthost: keep to the policies that domains publish (MTA-STS)"] = True
    mx_port: Annotated[int, "Without a smarthost: the port of mail servers"] = 25
    user: Annotated[str, "Name for AUTH; empty = no AUTH"] = ""
    password_file: Annotated[Path | None, "File that holds the password for AUTH, one line"] = None
    password_variable: Annotated[str, "Environment variable that holds it, where there is no such file"] = ""
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
    retry_scatter: Annotated[float, "Each wait is longer or shorter by up to this part of it, by chance"] = 0.2
    concurrency: Annotated[int, "Conversations at the same time with one destination: smarthost or domain"] = 4
    conversations: Annotated[int, "Conversations at the same time in all"] = 20
    rate: Annotated[int, "Letters to one destination a minute; 0 = as many as go"] = 0
    letters_per_connection: Annotated[int, "Letters sent over one connection before it is renewed"] = 100
    poll: Annotated[timedelta, "How often the queue is looked at when nobody calls"] = 5 * _SECOND
    lease: Annotated[timedelta, "How long a claimed letter is ours: longer than the time-outs"] = 45 * _MINUTE
    notify: Annotated[
        tuple[Report, ...],
        "Which delivery reports are asked for when the smarthost offers DSN; receipts always ask for none",
    ] = ("SUCCESS", "FAILURE", "DELAY")
    smime_certificate: Annotated[
        Path | None, "PEM file: certificate of the sender's address, and its intermediates; letters are signed by it"
    ] = None
    smime_key: Annotated[Path | None, "PEM file: its private key, unencrypted, readable by the service alone"] = None
    dkim_key: Annotated[Path | None, "PEM file: RSA private key for DKIM; none = the office's mail server signs"] = None
    dkim_selector: Annotated[str, "Name of its public key in the DNS: <selector>._domainkey.<domain>"] = ""
    dkim_domain: Annotated[str, "Domain that signs; empty = that of the sender's address"] = ""

    def __post_init__(self) -> None:
        """Refuse what could only fail later, letter by letter.

        Raises:
            ValueError: which setting, and why.
        """
        if self.smarthost:
            host, _, port = self.smarthost.rpartition(":")
            if not host or not port.isdecimal() or not 0 < int(port) < 65536:
                raise ValueError(f'smarthost: "{self.smarthost}" is not host:port')
        elif self.tls == "implicit" or self.user:
            raise ValueError('smarthost: without one there is no AUTH and no tls = "implicit"')
        for name in ("sender", "return_path", "reply_to"):
            _check_address(name, getattr(self, name))
        # RFC 4954 section 4: a password that anybody on the way may read is no secret.
        if self.user and self.tls in ("none", "opportunistic") and not _is_loopback(self.host):
            raise ValueError('user: a password is only sent over checked TLS; set tls = "starttls" or "implicit"')
        if not self.retry_waits or min(self.retry_waits) <= timedelta():
            raise ValueError("retry_waits: at least one wait, none of them zero")
        if min(self.concurrency, self.conversations, self.letters_per_connection) < 1:
            raise ValueError("concurrency, conversations and letters_per_connection: at least 1")
        if self.rate < 0 or not 0 <= self.retry_scatter < 1:
            raise ValueError("rate, retry_scatter: rate from 0 on, retry_scatter from 0 to below 1")
        self._check_signing()
        if self.patience <= self.connect_timeout + 3 * self.command_timeout + self.final_timeout:
            raise ValueError("lease: must be longer than the time-outs of one letter together")

    def _check_signing(self) -> None:
        if (self.smime_certificate is None) != (self.smime_key is None):
            raise ValueError("smime_certificate, smime_key: both or none")
        if (self.dkim_key is None) != (not self.dkim_selector):
            raise ValueError("dkim_key, dkim_selector: both or none")

    def retry(self, dice: float = 0.5) -> RetryPolicy:
        """The schedule as the delivery machine wants it; `dice` from 0 to 1 scatters its waits."""
        scattered = 1 + self.retry_scatter * (2 * dice - 1)
        return RetryPolicy(tuple(wait * scattered for wait in self.retry_waits), self.give_up_after)

    @property
    def patience(self) -> timedelta:
        """For all of one letter: what is left of its lease is for writing down what became of it."""
        return self.lease * 0.8

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
