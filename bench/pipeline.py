"""Mails a second and core through the pipeline: read, judged, identified, routed, wrapped.

The mails are an agency's decision of one page with two signatures.  Two ways of ours, the pipeline alone in this
process and the worker with its sandboxed child and the SQLite store, against `email` and pyHanko as they come, in turn
in the same run.  A rate is of processor seconds, children included: it does not change with what else the machine does.
"""

import logging
import random
import statistics
import tempfile
import time
from collections.abc import Callable, Sequence
from contextlib import ExitStack
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from pathlib import Path

import structlog

from bench import cpu
from bench.stock import valid
from bridge.demo.documents import DECISION
from bridge.demo.mails import PDF, File, mail
from bridge.demo.office import DOOR, DemoOffice, furnish
from bridge.demo.paper import draw
from bridge.demo.pki import AGENCY
from bridge.demo.signing import TimeStamping, sign_as_agency
from bridge.job import Job, Outcome
from bridge.pipeline import handle
from bridge.settings import Settings, load
from bridge.wiring import bench_of, snapshot_of
from bridge.worker import Worker
from store.ids import new_id
from store.mail import FileOrigin, ForwardPath, MailState, ReceivedMail
from store.store import Store, open_store
from validation.evidence import Evidence

Row = dict[str, str | float | int]

_MAILS = 15  #: in a round; each of them once in every way
_NOW = datetime(2026, 11, 22, 3, 0, tzinfo=UTC)


@dataclass(frozen=True, slots=True)
class Measured:
    """One way, one round: seconds for each mail."""

    processor: float
    wall: float


@dataclass(frozen=True, slots=True)
class Field:
    """What is measured on."""

    office: DemoOffice
    store: Store
    settings: Settings
    worker: Worker
    children: Callable[[], tuple[int, ...]]
    folder: Path  #: envelopes go here


def run(rounds: int = 3) -> list[Row]:
    """Both ways in so many rounds; a row for each."""
    structlog.configure(wrapper_class=structlog.make_filtering_bound_logger(logging.WARNING))
    found: dict[str, list[Measured]] = {name: [] for name in WAYS}
    with ExitStack() as stack:
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory()))
        office = furnish(folder, 25, 25, _NOW)
        settings = load(office.settings_file, {})
        settings = replace(settings, sandbox=replace(settings.sandbox, children=1))
        store = open_store(settings.store)
        stack.callback(store.close)
        bench = bench_of(settings, store)
        stack.callback(bench.pool.close)
        bench.pool.wait_ready()
        field = Field(office, store, settings, Worker(bench, "bench"), bench.pool.pids, folder)
        for number in range(rounds + 1):
            mails = [_mail(office, 1 + number * _MAILS + each) for each in range(_MAILS)]
            for name in random.sample(sorted(WAYS), len(WAYS)):
                measured = _measured(field, WAYS[name], mails)
                if number:  # the first round warms
                    found[name].append(measured)
    return [_row(name, found[name], found[STOCK]) for name in WAYS if name != STOCK]


def _mail(office: DemoOffice, number: int) -> bytes:
    """A mail of the agency with a decision that has a number of its own."""
    paper = draw(replace(DECISION, number=f"{number}/QĐ-SM"))
    pki = office.pki
    signed = sign_as_agency(paper, pki.official, pki.agency, TimeStamping(pki.time_stamper, _NOW))
    file = File(f"Quyết định {number}-QĐ-SM.pdf", PDF, signed)
    return mail(f"bench-{number}", AGENCY.email, DOOR, f"Gửi Quyết định {number}", _NOW, (file,))


def _measured(
    field: Field, way: Callable[[Field, Sequence[bytes]], Callable[[], None]], mails: list[bytes]
) -> Measured:
    act = way(field, mails)
    children = field.children()
    begun, wall = time.process_time() + cpu.of(children), time.perf_counter()
    act()
    ended, took = time.process_time() + cpu.of(children), time.perf_counter() - wall
    return Measured((ended - begun) / len(mails), took / len(mails))


def _origin() -> FileOrigin:
    return FileOrigin("bench.eml", AGENCY.email, (ForwardPath(DOOR),))


def _evidence(field: Field) -> Evidence:
    return Evidence(_NOW, field.office.pki.trust, {}, "unknown")


def _pipeline(field: Field, mails: Sequence[bytes]) -> Callable[[], None]:
    registry = field.store.registry
    snapshot = replace(
        snapshot_of(field.settings, field.store),
        organs=registry.organs.snapshot(),
        correspondents=registry.correspondents.snapshot(),
        asked=None,
    )
    evidence = _evidence(field)

    def act() -> None:
        for raw in mails:
            came = ReceivedMail(new_id(), _origin(), _NOW, "", len(raw), MailState.RECEIVED)
            job = Job(came, evidence, snapshot, known_documents={}, last_round=True)  # there is no DNS
            outcome = handle(job, raw, field.folder)
            assert isinstance(outcome, Outcome)
            assert outcome.state is MailState.ACCEPTED, [finding.code for finding in outcome.findings]
            assert len(outcome.envelopes) == 1

    return act


def _recorded(field: Field, mails: Sequence[bytes]) -> Callable[[], None]:
    for raw in mails:
        with field.store.incoming() as incoming:
            incoming.write(raw)
            field.store.intake.keep(incoming, _origin(), _NOW)
    before = field.store.mails.states().get(MailState.ACCEPTED, 0)

    def act() -> None:
        while field.worker.once():
            pass
        assert field.store.mails.states()[MailState.ACCEPTED] == before + len(mails)

    return act


def _stock(field: Field, mails: Sequence[bytes]) -> Callable[[], None]:
    evidence = _evidence(field)

    def act() -> None:
        assert all(valid(raw, evidence) for raw in mails)

    return act


STOCK = "email + stock pyHanko"
WAYS: dict[str, Callable[[Field, Sequence[bytes]], Callable[[], None]]] = {
    "pipeline, one page, two signatures": _pipeline,
    "worker: sandboxed, recorded in SQLite": _recorded,
    STOCK: _stock,
}


def _row(name: str, ours: list[Measured], peer: list[Measured]) -> Row:
    def median(values: list[float]) -> float:
        return round(statistics.median(values), 3)

    return {
        "benchmark": "pipeline",
        "case": name,
        "peer": STOCK,
        "rounds": len(ours),
        "ours_per_second": median([1 / one.processor for one in ours]),
        "peer_per_second": median([1 / one.processor for one in peer]),
        "ratio": median([theirs.processor / one.processor for one, theirs in zip(ours, peer, strict=True)]),
        "ours_cpu_ms": median([1000 * one.processor for one in ours]),
        "peer_cpu_ms": median([1000 * one.processor for one in peer]),
        "ours_wall_ms": median([1000 * one.wall for one in ours]),
        "peer_wall_ms": median([1000 * one.wall for one in peer]),
    }
