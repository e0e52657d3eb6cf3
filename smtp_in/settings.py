"""What the SMTP door can be told. Every setting is declared once, here, with its explanation and its default."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import timedelta
from ipaddress import ip_network
from pathlib import Path
from typing import Annotated

from smtp_in.network import host_and_port


@dataclass(frozen=True, slots=True)
class SmtpSettings:
    """The section `[smtp_in]`."""

    listen: Annotated[tuple[str, ...], "Addresses to listen on, host:port; IPv6 as [::1]:2525."] = ("127.0.0.1:2525",)
    tls_listen: Annotated[tuple[str, ...], "Addresses where TLS comes first (RFC 8314), such as 0.0.0.0:465."] = ()
    lmtp_listen: Annotated[
        tuple[str, ...], "Addresses where LMTP is spoken (RFC 2033), by a mail server of ours; never port 25."
    ] = ()
    hostname: Annotated[str, "The name the door greets with; empty = the machine's own name."] = ""
    max_size: Annotated[int, "Largest mail in octets, announced as SIZE."] = 50_000_000
    max_size_for: Annotated[
        Mapping[str, int],
        'Smaller limits of single recipients, by address or domain: { "an@so.example" = "20 MB", "@xa.example" = '
        '"5 MB" }; a larger mail hears 552 5.3.4, at RCPT where its size was declared.',
    ] = field(default_factory=dict)
    tls_certificate: Annotated[Path | None, "PEM file: certificate and chain; with tls_key it turns STARTTLS on."] = (
        None
    )
    tls_key: Annotated[Path | None, "PEM file with the certificate's key."] = None
    client_ca_file: Annotated[
        Path | None,
        "PEM file of authorities: clients are asked for a certificate of theirs, whose subject is kept with the mail.",
    ] = None
    users_file: Annotated[
        Path | None,
        "Local systems that may submit with AUTH, over TLS only: lines name:hash, mode 0600; a hash is made by the "
        "program argon2 (`argon2 SALT -id -e`).",
    ] = None
    auth_delay: Annotated[timedelta, "How long a wrong password is left unanswered."] = timedelta(seconds=2)
    max_auth_failures: Annotated[
        int, "Wrong passwords a minute from one address; then 454 4.7.0 without a look. 0 = no limit."
    ] = 10
    reload_every: Annotated[timedelta, "How often the files of certificates and users are looked at for changes."] = (
        timedelta(seconds=5)
    )
    max_connections: Annotated[int, "Connections at a time; more hear 421 4.7.0."] = 1000
    max_connections_per_address: Annotated[int, "Connections at a time from one address; more hear 421 4.7.0."] = 100
    max_connections_per_network: Annotated[
        int, "Connections at a time from one /24 of IPv4 or /64 of IPv6; more hear 421 4.7.0."
    ] = 500
    proxy_from: Annotated[
        tuple[str, ...],
        "Networks of balancers, such as 10.0.0.0/24: they must begin with a PROXY header (version 1 or 2), which says "
        "who the client is; from anybody else such a header is an unknown command.",
    ] = ()
    proxy_timeout: Annotated[timedelta, "Time allowed for the PROXY header."] = timedelta(seconds=10)
    max_recipients: Annotated[int, "Recipients of one mail; more hear 452 4.5.3."] = 1000
    max_mails_per_connection: Annotated[int, "Mails in one connection; then it is ended with 421 4.7.0."] = 10_000
    max_recipients_per_connection: Annotated[
        int, "Recipients of all mails of one connection; more hear 452 4.5.3, and the next mail 421 4.7.0."
    ] = 50_000
    max_mails_per_minute_of_sender: Annotated[
        int, "Mails a minute with one reverse path, of a burst of as many; more hear 451 4.7.1. 0 = no limit."
    ] = 0
    max_mails_per_minute_from_address: Annotated[
        int,
        "The same by the peer's address; 0 = no limit, as it must be where one mail server of ours hands over all.",
    ] = 0
    min_free_disk: Annotated[int, "Octets that must be free where mails are kept; with less MAIL hears 452 4.3.1."] = (
        200_000_000
    )
    min_free_memory: Annotated[
        int, "Octets of memory that must be free on the machine, or in its container; with less MAIL hears 452 4.3.1."
    ] = 100_000_000
    max_waiting: Annotated[int, "Mails that wait for the commit; with more MAIL hears 452 4.3.2. 0 = no limit."] = 800
    max_to_judge: Annotated[
        int, "Mails that are kept and wait to be judged; with more MAIL hears 452 4.3.2. 0 = no limit."
    ] = 50_000
    max_errors: Annotated[int, "Refused commands in one connection; then it is ended with 421 4.7.0."] = 20
    max_idle_commands: Annotated[int, "Commands such as NOOP, RSET, EHLO between two mails; then 421 4.7.0."] = 100
    max_line: Annotated[int, "Longest line of a mail in octets, without its CR LF; longer: 554 5.6.0."] = 65_536
    command_timeout: Annotated[timedelta, "Silence allowed between commands (RFC 5321 section 4.5.3.2: 5 minutes)."] = (
        timedelta(minutes=5)
    )
    data_timeout: Annotated[timedelta, "Silence allowed within a mail (RFC 5321 section 4.5.3.2.5: 3 minutes)."] = (
        timedelta(minutes=3)
    )
    min_rate: Annotated[int, "Octets a second that a mail must make on average once data_grace is over."] = 500
    data_grace: Annotated[timedelta, "Time before min_rate counts."] = timedelta(minutes=1)
    look_timeout: Annotated[
        timedelta, "Time for a look at a mail that may carry a program; after it the mail is kept and judged later."
    ] = timedelta(seconds=5)
    handshake_timeout: Annotated[timedelta, "Time allowed for the TLS handshake."] = timedelta(seconds=30)
    stop_timeout: Annotated[timedelta, "Time that mails in hand get to arrive when the service stops."] = timedelta(
        seconds=10
    )

    def __post_init__(self) -> None:
        """What no single setting can see.

        Raises:
            ValueError: two settings do not go together.
        """
        for listen in (*self.listen, *self.tls_listen):
            host_and_port(listen)
        if any(host_and_port(listen)[1] == 25 for listen in self.lmtp_listen):
            raise ValueError("lmtp_listen must not be port 25 (RFC 2033 section 5)")
        for name, octets in self.max_size_for.items():
            if "@" not in name:
                raise ValueError(f"max_size_for: {name} is neither an address nor @domain")
            if not 0 < octets <= self.max_size:
                raise ValueError(f"max_size_for: {name}: must be at most max_size, which is what the door announces")
        for network in self.proxy_from:
            ip_network(network)
        if (self.tls_certificate is None) != (self.tls_key is None):
            raise ValueError("tls_certificate and tls_key come together")
        if self.tls_listen and self.tls_certificate is None:
            raise ValueError("tls_listen needs tls_certificate and tls_key")
        if self.client_ca_file is not None and self.tls_certificate is None:
            raise ValueError("client_ca_file needs tls_certificate and tls_key")
        if self.users_file is not None and self.tls_certificate is None:
            raise ValueError("users_file needs tls_certificate and tls_key: passwords go over TLS only")
