"""Pools of hostile parsers for the tests: small bounds, no libraries."""

from bridge.sandbox.outcome import Answered, Crashed
from bridge.sandbox.pool import Pool
from bridge.sandbox.settings import SandboxSettings
from tests.sandbox import hostile

JOBS = {
    name: f"tests.sandbox.hostile:{name}"
    for names in (
        "echo write environment attempt hide noise",
        "allocate loop sleep stop_itself fill many fault leave bug deep",
        "lie_garbage lie_size lie_serial lie_body lie_type lie_large",
    )
    for name in names.split()
}

SMALL = SandboxSettings(
    children=1,
    seconds=1.0,
    patience=20.0,  # the processor limit shall strike first, however busy the machine
    file_size=20_000_000,
    folder_size=30_000_000,
    folder_entries=500,
    answer_size=10_000_000,
)


def hostile_pool(settings: SandboxSettings = SMALL) -> Pool:
    """A pool that does the jobs of `tests.sandbox.hostile`."""
    return Pool(settings, JOBS, preload=())


def ask(pool: Pool, job: str, text: str = "") -> Answered[hostile.Words] | Crashed:
    """Have a job done that takes and gives words."""
    return pool.run(job, hostile.Words(text), [], hostile.Words)


def works(pool: Pool) -> bool:
    """Whether the pool does an honest job."""
    match ask(pool, "echo", "chào"):
        case Answered(hostile.Words("chào")):
            return True
        case _:
            return False
