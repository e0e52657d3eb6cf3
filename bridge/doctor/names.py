"""DNS: asked of the resolvers that the service asks; without answers no sender can be vouched for."""

from collections.abc import Iterator

from bridge.doctor.checkup import Checkup, ok, problem, warning
from bridge.evidence.dns import open_dns
from bridge.settings import Settings


def dns(settings: Settings) -> Iterator[Checkup]:
    """Does the resolver answer for our own domain?"""
    do = "correct [resolver] nameservers, or the system's resolver"
    domain = next((address.rpartition("@")[2] for address in settings.office.addresses if "@" in address), "")
    if not domain:
        yield warning("dns", "[office] addresses names no domain to ask for", "set [office] addresses")
        return
    try:
        answer = open_dns(settings.resolver.nameservers, settings.resolver.timeout).ask(domain, "MX")
    except ValueError as error:
        yield problem("dns", f"[resolver] nameservers: {error}", do)
        return
    if answer.status == "failed":
        says = f"no answer for {domain}: SPF and DKIM stay unknown, and strangers get no receipt"
        yield warning("dns", says, do)
    elif answer.status == "none":
        yield warning("dns", f"{domain} has no MX record", "publish one, if mail should come from outside")
    else:
        yield ok("dns", f"{domain}: {', '.join(answer.values)}")
