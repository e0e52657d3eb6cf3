"""The trust directory: anchors are there and hold, lists of revocation are there and current."""

from collections.abc import Iterator
from datetime import datetime, timedelta

from asn1crypto import crl, x509

from bridge import truststore
from bridge.doctor.checkup import Checkup, ok, problem, warning
from bridge.settings import Settings
from store.errors import Unavailable

_SOON = timedelta(days=60)


def anchors(settings: Settings, now: datetime) -> Iterator[Checkup]:
    """What the office trusts, as it is at `now`."""
    directory = settings.trust.directory
    try:
        found, store = truststore.entries(directory), truststore.read(directory)
    except Unavailable as unavailable:
        yield problem("trust", unavailable.cause, "correct [trust] directory, or its rights")
        return
    for name, signers, missing in (("government", "agencies", problem), ("public", "businesses", warning)):
        count = sum(entry.list_name == name and entry.ended is None for entry in found)
        if count:
            yield ok(f"trust {name}", f"{count} anchors")
        else:
            says = f"no anchor: what {signers} sign is untrusted, and their mail is held"
            yield missing(f"trust {name}", says, f"docbridge trust add FILE --list {name} --source WHERE")
    for entry in found:
        if entry.ended is not None:
            continue
        check = f"certificate {entry.file}"
        if entry.not_after <= now:
            yield warning(check, f"ended {entry.not_after:%Y-%m-%d}", "add the one that follows; keep this one")
        elif entry.not_after <= now + _SOON:
            yield warning(check, f"ends {entry.not_after:%Y-%m-%d}", "get the one that follows")
        if not entry.approved_by and entry.list_name in truststore.LISTS:
            yield warning(check, "nobody noted who approved it", "compare its fingerprint and add it by `trust add`")
    yield from _lists(tuple(anchor.certificate for anchor in store.anchors) + store.intermediates, store.crls, now)


def _lists(authorities: tuple[bytes, ...], crls: tuple[bytes, ...], now: datetime) -> Iterator[Checkup]:
    """Is there a current list of revocation for each authority?"""
    latest: dict[bytes, datetime] = {}
    for der in crls:
        parsed = crl.CertificateList.load(der)["tbs_cert_list"]
        until = parsed["next_update"].native or now
        issuer = parsed["issuer"].dump()
        latest[issuer] = max(until, latest.get(issuer, until))
    do = "put the authority's current list into crls/ of the trust directory"
    missing = stale = 0
    for der in authorities:
        certificate = x509.Certificate.load(der)
        until_ = latest.get(certificate.subject.dump())
        name = certificate.subject.native.get("common_name", "an authority")
        if until_ is None:
            missing += 1
            yield warning("revocation", f"no list of {name}: its certificates stay unchecked", do)
        elif until_ <= now:
            stale += 1
            yield warning("revocation", f"the list of {name} ended {until_:%Y-%m-%d %H:%M} UTC", do)
    if authorities and not missing and not stale:
        yield ok("revocation", f"current lists of all {len(authorities)} authorities")
