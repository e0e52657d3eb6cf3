"""What the SMTP door can be told. Every setting is declared once, here, with its explanation and its default."""

from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from typing import Annotated


@dataclass(frozen=True, slots=True)
class SmtpSettings:
    """The section `[smtp_in]`."""

    listen: Annotated[tuple[str, ...], "Addresses to listen on, host:port; IPv6 as [::1]:2525."] = ("127.0.0.1:2525",)
    hostname: Annotated[str, "The name the door greets with; empty = the machine's own name."] = ""
    max_size: Annotated[int, "Largest mail in octets, announced as SIZE."] = 50_000_000
    tls_certificate: Annotated[Path | None, "PEM file: certificate and chain; with tls_key it turns STARTTLS on."] = (
        None
    )
    tls_key: Annotated[Path | None, "PEM file with the certificate's key."] = None
    max_connections: Annotated[int, "Connections at a time; more hear 421 4.7.0."] = 1000
    max_connections_per_address: Annotated[int, "Connections at a time from one address; more hear 421 4.7.0."] = 100
    max_recipients: Annotated[int, "Recipients of one mail; more hear 452 4.5.3."] = 1000
    max_mails_per_connection: Annotated[int, "Mails in one connection; then it is ended with 421 4.7.0."] = 10_000
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
    handshake_timeout: Annotated[timedelta, "Time allowed for the TLS handshake."] = timedelta(seconds=30)
    stop_timeout: Annotated[timedelta, "Time that mails in hand get to arrive when the service stops."] = timedelta(
        seconds=10
    )
