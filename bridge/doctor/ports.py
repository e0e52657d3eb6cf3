"""The ports: free to be taken, or served by us already."""

import http.client
import json
import smtplib
import socket
import ssl
from collections.abc import Callable, Iterator

from bridge.doctor.checkup import Checkup, ok, problem
from bridge.settings import Settings
from smtp_in.network import host_and_port

_PATIENCE = 3.0  # seconds for an answer on the machine itself


def ports(settings: Settings) -> Iterator[Checkup]:
    """One look at each port that the service listens on."""
    for listen in settings.smtp_in.listen:
        yield _port(f"port {listen}", "[smtp_in] listen", listen, _smtp_greeting)
    for listen in settings.smtp_in.tls_listen:
        yield _port(f"port {listen}", "[smtp_in] tls_listen", listen, _smtps_greeting)
    for listen in settings.smtp_in.lmtp_listen:
        yield _port(f"port {listen}", "[smtp_in] lmtp_listen", listen, _smtp_greeting)
    if settings.web.listen:
        yield _port(f"port {settings.web.listen}", "[web] listen", settings.web.listen, _health)


def _port(check: str, key: str, listen: str, served_by: Callable[[str, int], str]) -> Checkup:
    try:
        host, port = host_and_port(listen)
    except ValueError as error:
        return problem(check, str(error), f"write {key} as host:port")
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    try:
        with socket.create_server((host, port), family=family):
            return ok(check, "free")
    except PermissionError:
        return problem(check, "only root may listen there", f"choose a port above 1023 for {key}, or grant the right")
    except OSError as error:
        said = served_by(host, port)
        if said == "docbridge":
            return ok(check, "served by docbridge")
        if said:
            return problem(check, f"taken by another program ({said})", f"stop it, or choose another port for {key}")
        return problem(check, f"cannot be had: {error.strerror}", f"stop what holds it, or correct {key}")


def _smtp_greeting(host: str, port: int) -> str:
    """Who serves SMTP there; "" = nobody who speaks it."""
    return _greeting(smtplib.SMTP(timeout=_PATIENCE), host, port)


def _smtps_greeting(host: str, port: int) -> str:
    """The same inside TLS; whose certificate it is, is not the question here."""
    unverified = ssl.create_default_context()
    unverified.check_hostname, unverified.verify_mode = False, ssl.CERT_NONE
    return _greeting(smtplib.SMTP_SSL(timeout=_PATIENCE, context=unverified), host, port)


def _greeting(client: smtplib.SMTP, host: str, port: int) -> str:
    try:
        with client:
            code, greeting = client.connect(host, port)
    except (OSError, smtplib.SMTPException):
        return ""
    return "docbridge" if b"docbridge" in greeting.lower() else f"greets with {code}"


def _health(host: str, port: int) -> str:
    """Who serves HTTP there; "" = nobody who speaks it."""
    connection = http.client.HTTPConnection(host, port, timeout=_PATIENCE)
    try:
        connection.request("GET", "/health/live")
        answer = connection.getresponse()
        body = answer.read(1000)
    except (OSError, http.client.HTTPException):
        return ""
    finally:
        connection.close()
    try:
        return "docbridge" if json.loads(body) == {"live": True} else f"answers {answer.status}"
    except ValueError:
        return f"answers {answer.status}"
