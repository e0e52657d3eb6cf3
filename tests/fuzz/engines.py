"""The two engines: atheris (guided by coverage) and hypothesis, each for one target, in a process of its own.

    python -m tests.fuzz.engines TARGET ENGINE SECONDS FOLDER

Promise: no more address space than `SPACE`, no input longer than `SLOWEST` seconds; a finding lies in var/fuzz/ before
the process ends, which is then not with 0. The last line on standard output says how many inputs were taken.
"""

import argparse
import faulthandler
import hashlib
import importlib.util
import resource
import sys
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path

from hypothesis import HealthCheck, Phase, given, settings

from tests.fuzz.mutation import SALT
from tests.fuzz.target import Take, Target

SPACE = 3 * 2**30  #: octets; what the libraries map takes a third of it
RESIDENT = 1200  #: megabytes that the process may grow to
SLOWEST = 20.0  #: seconds of processor time for one input
_HANGS = 120.0  # seconds of wall time, on a machine that does much else
_FINDINGS = Path(__file__).resolve().parents[2] / "var" / "fuzz"
_OURS = ["bridge", "imap_poll", "smtp_in", "store", "validation", "imapclient", "asn1crypto", "olefile"]
_LONGEST = 60_000  # octets of an input: longer ones find little more and take much longer


def has_atheris() -> bool:
    """It has no wheel for some machines, and needs clang there."""
    return importlib.util.find_spec("atheris") is not None


def kept(name: str, content: bytes) -> Path:
    """Where a finding was written."""
    _FINDINGS.mkdir(parents=True, exist_ok=True)
    file = _FINDINGS / f"{name}-{hashlib.sha256(content).hexdigest()[:16]}"
    file.write_bytes(content)
    return file


class Watched:
    """A target's function under the clock; counts what it took."""

    def __init__(self, name: str, take: Take) -> None:
        self._name = name
        self._take = take
        self.count = 0

    def __call__(self, content: bytes) -> None:
        """One input. What it raises is a finding."""
        faulthandler.dump_traceback_later(_HANGS, exit=True)
        began = time.process_time()
        try:
            self._take(content)
        except BaseException as found:
            print(f"{type(found).__name__} for {kept(self._name, content).name}", file=sys.stderr)
            raise
        finally:
            faulthandler.cancel_dump_traceback_later()
        took = time.process_time() - began
        assert took < SLOWEST, f"{took:.1f} s for {kept(self._name, content).name}"
        self.count += 1


def by_hypothesis(target: Target, take: Take, seconds: float, seeds: list[bytes]) -> int:
    """Draw and take until the time is over; how many were taken."""
    watched = Watched(target.name, take)
    end = time.monotonic() + seconds

    @settings(
        max_examples=50,
        deadline=None,
        database=None,
        suppress_health_check=list(HealthCheck),
        phases=(Phase.generate, Phase.target, Phase.shrink),
    )
    @given(target.shapes(seeds))
    def some(content: bytes) -> None:
        watched(content)

    while time.monotonic() < end:
        some()
    return watched.count


def by_atheris(target: Target, take: Take, seconds: float, seeds: list[bytes], folder: Path) -> None:
    """Let libFuzzer look for inputs that go where none went before. It ends the process itself."""
    import atheris

    corpus = _FINDINGS / "corpus" / target.name
    corpus.mkdir(parents=True, exist_ok=True)
    for seed in seeds:
        (corpus / hashlib.sha256(seed).hexdigest()).write_bytes(seed)
    words = folder / "dictionary"
    words.write_text("".join(f'"{"".join(f"{chr(92)}x{octet:02x}" for octet in word)}"\n' for word in SALT))
    options = {
        "max_total_time": int(seconds),
        "max_len": _LONGEST,
        "timeout": int(_HANGS),
        "rss_limit_mb": RESIDENT,
        "print_final_stats": 1,
        "verbosity": 1,
        "dict": words,
        "artifact_prefix": _FINDINGS / f"{target.name}-",
    }
    atheris.Setup([target.name, *(f"-{name}={value}" for name, value in options.items()), str(corpus)], take)
    atheris.Fuzz()


@contextmanager
def _instrumented(engine: str) -> Iterator[None]:
    """What is imported meanwhile tells where it goes."""
    with ExitStack() as stack:
        if engine == "atheris":
            import atheris

            stack.enter_context(atheris.instrument_imports(include=_OURS))
        yield


def main() -> None:
    """One target, one engine."""
    parser = argparse.ArgumentParser()
    parser.add_argument("target")
    parser.add_argument("engine", choices=["atheris", "hypothesis"])
    parser.add_argument("seconds", type=float)
    parser.add_argument("folder", type=Path)
    told = parser.parse_args()
    resource.setrlimit(resource.RLIMIT_AS, (SPACE, SPACE))
    with _instrumented(told.engine):
        from tests.fuzz.targets import TARGETS
    target = TARGETS[told.target]
    seeds = list(target.seeds())
    with target.opened(told.folder) as take:
        for seed in seeds:
            take(seed)
        if told.engine == "atheris":
            by_atheris(target, Watched(target.name, take), told.seconds, seeds, told.folder)
        print(f"inputs: {by_hypothesis(target, take, told.seconds, seeds)}")


if __name__ == "__main__":
    main()
