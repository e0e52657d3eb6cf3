"""The mirror of lists of revocation: what became of each address the last time."""

from collections.abc import Iterator
from datetime import datetime, timedelta
from urllib.parse import urlsplit

from bridge.doctor.checkup import Checkup, ok, warning
from bridge.evidence.mirror import last
from bridge.settings import Settings


def mirror(settings: Settings, now: datetime) -> Iterator[Checkup]:
    """Failures, and a mirror that has stood still for three rounds."""
    evidence = settings.evidence
    if not evidence.fetch:
        yield ok("evidence", "nothing is asked for: lists of revocation come into crls/ of the trust directory by hand")
        return
    done = last(settings)
    for one in done:
        if one.state == "failed":
            says = f"{one.cause}" + (f"; the list that is there holds until {one.until}" if one.until else "")
            do = "see that the way out is open ([evidence] proxy, allow_hosts), then `docbridge trust refresh`"
            yield warning(f"mirror {urlsplit(one.url).netloc}{urlsplit(one.url).path}", says, do)
    if not done:
        return
    since = min(datetime.fromisoformat(one.at) for one in done)
    if evidence.mirror_every > timedelta() and now - since > 3 * evidence.mirror_every:
        yield warning("mirror", f"stands still since {since:%Y-%m-%d %H:%M} UTC", "see that a worker runs")
    elif all(one.state != "failed" for one in done):
        yield ok("mirror", f"{len(done)} lists, asked for {since:%Y-%m-%d %H:%M} UTC")
