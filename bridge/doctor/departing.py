"""The way out by mail: the mail server of the office answers, our addresses are there, what signs letters may sign."""

import smtplib
import ssl
from collections.abc import Iterator
from datetime import datetime, timedelta

from bridge.departing import password
from bridge.doctor.checkup import Checkup, ok, problem, warning
from bridge.settings import Settings
from outbound.settings import OutboundSettings
from outbound.signing import Signing
from store.errors import Unavailable

_SOON = timedelta(days=30)


def mail_servers(settings: Settings) -> Iterator[Checkup]:
    """Does the mail server of the office answer, and let us in?  Without one: do others know us?"""
    outbound = settings.outbound
    if not outbound.smarthost:
        if outbound.hostname:
            yield ok("mail servers", f"letters go straight to those of each domain, as {outbound.hostname}")
        else:
            says = "letters go straight to those of each domain, under the machine's own name"
            do = "set [outbound] hostname to the name that the address of this machine resolves to"
            yield warning("mail servers", says, do)
        return
    check = f"smarthost {outbound.smarthost}"
    do = "start it, or correct [outbound] smarthost, tls, user and password_file"
    try:
        secret = password(outbound)
        with _connected(outbound) as client:
            client.ehlo()
            if outbound.tls == "starttls":
                client.starttls(context=_context(outbound))
                client.ehlo()
            if outbound.user and secret:
                client.login(outbound.user, secret)
            offers = ", ".join(name.upper() for name in ("size", "dsn", "smtputf8") if client.has_extn(name))
    except Unavailable as error:
        yield problem(check, error.cause, "correct it, or its rights")
    except smtplib.SMTPAuthenticationError as error:
        yield problem(check, f"does not let us in: {error.smtp_code}", do)
    except smtplib.SMTPException as error:
        yield problem(check, f"answers badly: {type(error).__name__}", do)
    except OSError as error:
        yield problem(check, f"cannot be reached: {error.strerror or type(error).__name__}", do)
    else:
        yield ok(check, f"answers, offers {offers or 'no extension that we use'}")


def addresses(settings: Settings) -> Iterator[Checkup]:
    """Have letters an address to come from, and one that bounces come back to?"""
    outbound = settings.outbound
    if not (outbound.sender or settings.office.addresses):
        yield problem("sender", "letters have no address to come from", "set [outbound] sender")
    if "{token}" not in outbound.return_path:
        yield warning(
            "return path",
            "without {token} in it a bounce cannot be matched to its letter",
            'set [outbound] return_path = "bounce+{token}@..."',
        )


def signatures(settings: Settings, now: datetime) -> Iterator[Checkup]:
    """May the office's certificate and the domain's key sign?  Where they may not, letters wait."""
    signing = Signing(settings.outbound)
    if not signing.wanted:
        return
    address = settings.sender
    if cause := signing.problem(address, now):
        do = "mend it soon: letters wait unsigned, and fail after [outbound] give_up_after"
        yield problem("signing letters", cause, do)
        return
    ends = signing.ends()
    if ends is not None and ends <= now + _SOON:
        yield warning("signing letters", f"the certificate ends {ends:%Y-%m-%d}", "get the one that follows")
    else:
        kinds = [kind for kind, key in _kinds(settings.outbound) if key]
        yield ok("signing letters", " and ".join(kinds) + (f", until {ends:%Y-%m-%d}" if ends else ""))


def _kinds(outbound: OutboundSettings) -> tuple[tuple[str, object], ...]:
    return (("S/MIME", outbound.smime_key), ("DKIM", outbound.dkim_key))


def _connected(outbound: OutboundSettings) -> smtplib.SMTP:
    seconds = min(10.0, outbound.connect_timeout.total_seconds())
    name = outbound.hostname or None
    if outbound.tls == "implicit":
        return smtplib.SMTP_SSL(outbound.host, outbound.port, name, timeout=seconds, context=_context(outbound))
    return smtplib.SMTP(outbound.host, outbound.port, name, seconds)


def _context(outbound: OutboundSettings) -> ssl.SSLContext:
    """What the smarthost's certificate is checked by."""
    return ssl.create_default_context(cafile=str(outbound.ca_file) if outbound.ca_file else None)
