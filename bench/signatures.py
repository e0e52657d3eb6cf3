"""Signed PDFs judged a second and core: ours, stock pyHanko, and one `pdfsig` process each (poppler-utils).

Every file is another one, made for its round: nothing is looked at twice.  A rate is of processor seconds, children
included.  Then where the time goes, two processes against one by the clock, and `docbridge check` cold against pyHanko.
"""

import collections
import cProfile
import math
import pstats
import re
import resource
import shutil
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor
from dataclasses import replace
from datetime import UTC, datetime
from functools import partial
from multiprocessing import get_context
from pathlib import Path
from typing import TypeVar

from bench import stock
from bench.load import Row
from bridge.demo.documents import DECISION
from bridge.demo.paper import draw
from bridge.demo.pki import Pki, mint
from bridge.demo.signing import TimeStamping, sign_as_agency, sign_pdf
from validation.evidence import Evidence
from validation.pdf_signatures import signatures_of

File = TypeVar("File", bytes, Path)

_NOW = datetime(2026, 11, 22, 3, 0, tzinfo=UTC)
_LONG = 75  #: times the paragraphs of the decision: twenty pages
_SHARED = 24  #: files for two processes against one

#: Stock pyHanko in a process of its own, where its command line is not installed: less than `pyhanko sign validate`.
_COLD = """
import sys
from pyhanko.pdf_utils.reader import PdfFileReader
from pyhanko.sign.validation import validate_pdf_signature
from pyhanko_certvalidator import ValidationContext
for one in PdfFileReader(open(sys.argv[1], "rb")).embedded_signatures:
    context = ValidationContext(trust_roots=[], allow_fetching=False)
    assert validate_pdf_signature(one, signer_validation_context=context).intact
"""


def _one(pki: Pki, number: int, *, repeat: int = 1) -> bytes:
    paper = replace(DECISION, number=f"{number}/QĐ-SM", paragraphs=DECISION.paragraphs * repeat)
    return sign_pdf(draw(paper), pki.agency, "ChuKyCoQuan", pades=True)


def _two(pki: Pki, number: int) -> bytes:
    paper = draw(replace(DECISION, number=f"{number}/QĐ-SM"))
    return sign_as_agency(paper, pki.official, pki.agency, TimeStamping(pki.time_stamper, _NOW))


def _many(pki: Pki, number: int) -> bytes:
    signed = draw(replace(DECISION, number=f"{number}/QĐ-SM"))
    for each in range(25):
        signed = sign_pdf(signed, pki.agency, f"ChuKy{each}", pades=True)
    return signed


#: What is judged, and how many of it in a round.
CASES: dict[str, tuple[Callable[[Pki, int], bytes], int]] = {
    "PAdES B-B, 1 page": (_one, 8),
    "PAdES B-B, 20 pages": (partial(_one, repeat=_LONG), 4),
    "two signatures with time stamps": (_two, 4),
    "25 signatures": (_many, 1),
}


def run(rounds: int = 3) -> Iterator[Row]:
    """Each case against both peers, then the processes and the cold start."""
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        pki = mint(folder / "pki", _NOW)
        evidence = Evidence(_NOW, pki.trust)
        for number, (case, (make, count)) in enumerate(CASES.items()):
            files = [make(pki, 1000 * number + each) for each in range(count * (rounds + 1))]
            yield from _case(case, [files[at : at + count] for at in range(0, len(files), count)], evidence, folder)
        yield _profile([_one(pki, 8000 + each) for each in range(8)], evidence)
        yield _processes([_one(pki, 9000 + each) for each in range(3 * _SHARED)], evidence)
        yield _cold(_one(pki, 9999), folder, rounds)


def _ours(files: Sequence[bytes], evidence: Evidence) -> None:
    for content in files:
        found = signatures_of(content, evidence).signatures
        assert found
        assert all(one.result.value == "VALID" for one in found), [one.reason for one in found]


def _stock(files: Sequence[bytes], evidence: Evidence) -> None:
    assert all(stock.valid_pdf(content, evidence) for content in files)


def _pdfsig(files: Sequence[Path], _: Evidence) -> None:
    for path in files:
        # 0 = every signature is valid; it knows none of our anchors and says so apart
        subprocess.run(["pdfsig", "-nocert", path], check=True, capture_output=True)


def _case(case: str, rounds: list[list[bytes]], evidence: Evidence, folder: Path) -> Iterator[Row]:
    ours: list[list[float]] = []
    pyhanko: list[list[float]] = []
    pdfsig: list[list[float]] = []
    for number, files in enumerate(rounds):
        paths = [folder / f"{each}.pdf" for each in range(len(files))]
        for path, content in zip(paths, files, strict=True):
            path.write_bytes(content)
        found = _used(_ours, files, evidence), _used(_stock, files, evidence), _used(_pdfsig, paths, evidence)
        if number:  # the first round warms
            for kept, seconds in zip((ours, pyhanko, pdfsig), found, strict=True):
                kept.append(seconds)
    size = len(rounds[0][0])
    yield _row(case, "stock pyHanko", ours, pyhanko) | {"file_bytes": size}
    yield _row(case, "pdfsig, a process each", ours, pdfsig) | {"file_bytes": size}


def _used(way: Callable[[Sequence[File], Evidence], None], files: Sequence[File], evidence: Evidence) -> list[float]:
    """Processor seconds of each file."""
    found = []
    for file in files:
        begun = _processor()
        way([file], evidence)
        found.append(_processor() - begun)
    return found


def _processor() -> float:
    children = resource.getrusage(resource.RUSAGE_CHILDREN)
    return time.process_time() + children.ru_utime + children.ru_stime


def _row(case: str, peer: str, ours_by_round: list[list[float]], theirs_by_round: list[list[float]]) -> Row:
    ours, theirs = ([statistics.mean(seconds) for seconds in rounds] for rounds in (ours_by_round, theirs_by_round))
    return {
        "benchmark": "signatures",
        "case": case,
        "peer": peer,
        "rounds": len(ours),
        "ratio": round(statistics.median(b / a for a, b in zip(ours, theirs, strict=True)), 2),
        "ours_per_second": round(1 / statistics.median(ours), 1),
        "peer_per_second": round(1 / statistics.median(theirs), 1),
        "ours_cpu_ms": round(1000 * statistics.median(ours), 2),
        "peer_cpu_ms": round(1000 * statistics.median(theirs), 2),
        "ours_p95_cpu_ms": _p95(ours_by_round),
        "peer_p95_cpu_ms": _p95(theirs_by_round),
    }


def _p95(rounds: list[list[float]]) -> float:
    every = sorted(second for seconds in rounds for second in seconds)
    return round(1000 * every[max(0, math.ceil(0.95 * len(every)) - 1)], 2)


def _profile(files: list[bytes], evidence: Evidence) -> Row:
    """Where the time of one page goes, by the package whose code runs; the profiler itself is counted with them."""
    profile = cProfile.Profile()
    profile.runcall(_ours, files, evidence)
    spent: collections.Counter[str] = collections.Counter()
    for (path, _, name), (_, _, own, _, _) in pstats.Stats(profile).stats.items():  # type: ignore[attr-defined]
        spent[_package(path, name)] += own
    total = sum(spent.values())
    shares = ", ".join(f"{name} {100 * seconds / total:.0f} %" for name, seconds in spent.most_common(6))
    return {"benchmark": "signatures", "case": "profile of one page", "peer": "", "ours_shares": shares, "rounds": 1}


def _package(path: str, name: str) -> str:
    """The package of a function; built-in ones have no file."""
    found = re.search(r"site-packages/(\w+)|/(validation|bridge)/", path)
    if found:
        return found.group(1) or found.group(2)
    return "cryptography" if "cryptography" in name else "Python and its library"


def _judged(evidence: Evidence, content: bytes) -> None:
    _ours([content], evidence)


def _processes(files: list[bytes], evidence: Evidence) -> Row:
    """A third of the files warms two processes; then one has as many to do alone as two have together."""
    with ProcessPoolExecutor(2, get_context("spawn")) as two, ProcessPoolExecutor(1, get_context("spawn")) as one:
        step = partial(_judged, evidence)
        for pool in (two, one):
            list(pool.map(step, files[:_SHARED]))
        seconds = []
        for pool, share in ((one, files[_SHARED : 2 * _SHARED]), (two, files[2 * _SHARED :])):
            begun = time.perf_counter()
            list(pool.map(step, share))
            seconds.append(time.perf_counter() - begun)
    return {
        "benchmark": "signatures",
        "case": "two processes",
        "peer": "one process",
        "rounds": 1,
        "ratio": round(seconds[0] / seconds[1], 2),
        "ours_per_second": round(_SHARED / seconds[1], 1),
        "peer_per_second": round(_SHARED / seconds[0], 1),
    }


def _cold(content: bytes, folder: Path, rounds: int) -> Row:
    path = folder / "cold.pdf"
    path.write_bytes(content)
    beside = Path(sys.executable).parent
    tool = shutil.which("pyhanko", path=str(beside))
    stock_tool = [tool, "sign", "validate", "--no-revocation-check"] if tool else [sys.executable, "-c", _COLD]
    docbridge = [str(beside / "docbridge"), "check", "--offline", "--json"]
    ways = ([*docbridge, str(path)], [*stock_tool, str(path)])
    seconds: tuple[list[float], list[float]] = ([], [])
    for _ in range(rounds + 1):
        for way, kept in zip(ways, seconds, strict=True):
            begun = time.perf_counter()
            subprocess.run(way, check=False, capture_output=True, cwd=folder)
            kept.append(time.perf_counter() - begun)
    ours, peer = (statistics.median(kept[1:]) for kept in seconds)
    return {
        "benchmark": "signatures",
        "case": "cold: docbridge check FILE",
        "peer": "pyhanko sign validate" if tool else "stock pyHanko, cold (its command line is not installed)",
        "rounds": rounds,
        "ratio": round(peer / ours, 2),
        "ours_wall_ms": round(1000 * ours),
        "peer_wall_ms": round(1000 * peer),
    }
