"""The sandbox: which of its walls stand on this machine, tried by a real child."""

from collections.abc import Iterator
from dataclasses import replace

from bridge.doctor.checkup import Checkup, ok, problem, warning
from bridge.jobs import JOBS
from bridge.sandbox.pool import Pool
from bridge.sandbox.process import StartError
from bridge.settings import Settings
from store.errors import Unavailable


def walls(settings: Settings) -> Iterator[Checkup]:
    """One look at each wall."""
    try:
        with Pool(replace(settings.sandbox, children=1), JOBS) as pool:
            found = pool.walls()
    except (Unavailable, StartError) as error:
        yield problem("sandbox", f"no child can be started: {error}", "look at [sandbox] and at the machine's limits")
        return
    for wall in found:
        check = f"sandbox {wall.name}"
        if wall.warns:
            do = "let the service's user have what is missing (docs/operations.md, the sandbox)"
            yield warning(check, f"does not stand ({wall.missing}): against {wall.stops}", do)
        else:
            lacking = f"; without {wall.missing}" if wall.missing else ""
            yield ok(check, f"against {wall.stops}: {wall.how or 'it stands'}{lacking}")
