"""The running service: the chosen parts started together, woken by each other, stopped with what is in hand finished.

Half-done work needs no recovery of its own: the leases of a process of this machine that died are ended at the start,
those of other machines run out, and somebody takes the work again.
"""

import asyncio
import contextlib
import resource
import signal
from collections.abc import Awaitable, Callable
from concurrent.futures import Future
from datetime import UTC, datetime

import structlog

from bridge.axis.opening import open_axis
from bridge.departing import ways
from bridge.doorlist import DoorList
from bridge.doorlook import DoorLook
from bridge.evidence.answers import Answers
from bridge.evidence.mirror import Mirror
from bridge.owner import is_dead, owner
from bridge.parts.exchange import Exchange
from bridge.parts.loop import Loop
from bridge.parts.notifier import Notifier
from bridge.parts.reporting import Reporting
from bridge.parts.watch import Watch
from bridge.running import Running
from bridge.settings import Settings
from bridge.wiring import Calls, bench_of
from bridge.worker import Bench, Worker
from imap_poll.door import Door as ImapDoor
from imap_poll.port import StorePort
from outbound.sender import Sender
from smtp_in.door import Door as SmtpDoor
from smtp_in.entrance import entrances
from smtp_in.room import Room
from store.arrival import Kept
from store.incoming import Incoming
from store.leases import end_leases
from store.mail import ImapOrigin, Origin
from store.store import Store

_log = structlog.get_logger("docbridge.service")
PARTS = ("smtp", "imap", "worker", "sender", "axis", "web")
_HANDLES = 65_536
_WATCH = 20  # polls between two looks at the clock
_AXIS_PAUSE = 15.0  # seconds at most between two looks at an axis that is away: back in work soon when it is back
_JOIN = 60.0  # seconds for a judging in hand to end; its lease covers the rest


async def run(settings: Settings, store: Store, parts: tuple[str, ...], ready: Callable[[], None]) -> None:
    """Runs `parts` until SIGTERM or SIGINT; `ready` is called when all are up.

    Raises:
        OSError: a port cannot be had.
        Unavailable: the store cannot be used.
    """
    _have_handles()
    stopping = asyncio.Event()
    loop = asyncio.get_running_loop()
    for number in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(number, stopping.set)
    calls = Calls()
    bench = await asyncio.to_thread(bench_of, settings, store, calls)
    running = Running()
    ended = await asyncio.to_thread(end_leases, store.db, is_dead, datetime.now(UTC))
    _log.info("leases_ended", count=ended)
    store.intake.start(ahead=True)
    try:
        await _start(parts, bench, calls, running)
        ready()
        await stopping.wait()
        _log.info("stopping")
    finally:
        for stop in running.stops:
            await stop()
        for part in running.loops:
            part.stop()
        for part in running.loops:
            if not await asyncio.to_thread(part.join, _JOIN):
                _log.warning("still_busy", part=part.name)
        await asyncio.to_thread(bench.pool.close)


def _have_handles() -> None:
    """As many open files as the system allows: a thousand connections are more than the usual 1,024 leave room for."""
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    wanted = _HANDLES if hard == resource.RLIM_INFINITY else min(_HANDLES, hard)
    if soft != resource.RLIM_INFINITY and soft < wanted:
        resource.setrlimit(resource.RLIMIT_NOFILE, (wanted, hard))


async def _start(parts: tuple[str, ...], bench: Bench, calls: Calls, running: Running) -> None:
    """Starts from the inside out: who works, before who lets work in."""
    settings, store = bench.settings, bench.store
    poll = settings.worker.poll.total_seconds()
    if "worker" in parts:
        count = settings.worker.parallel or settings.sandbox.pool_size()
        for number in range(count):
            worker = Worker(bench, owner(f"worker-{number}"))
            _add(running, calls.on_arrival, Loop(f"worker-{number}", worker.once, poll))
        _add(running, calls.on_settled, Loop("notifier", Notifier(bench).once, poll))
        _add(running, [], Loop("watch", Watch(bench).once, _WATCH * poll))
        if settings.evidence.fetch and settings.evidence.mirror_every:
            mirror = Mirror(settings, Answers(settings.evidence, None))
            _add(running, [], Loop("mirror", mirror.once, settings.evidence.mirror_every.total_seconds()))
    if "axis" in parts:
        for axis in settings.axis:
            exchange = Exchange(bench, await asyncio.to_thread(open_axis, axis), owner(f"axis-{axis.name}"))
            _add(running, calls.on_settled, Loop(f"axis-{axis.name}", exchange.once, poll, _AXIS_PAUSE))
        for system in settings.vxp_server.system:
            _add(running, calls.on_settled, Loop(f"vxp-{system.id}", Reporting(bench, system.id).once, poll))
    if "sender" in parts:
        running.stops.append(_sender(bench, calls))
    if "imap" in parts and settings.imap_poll.account:
        running.stops.append(_imap(store, settings, calls, running))
    if "smtp" in parts and entrances(settings.smtp_in):
        running.stops.insert(0, await _smtp(bench, calls, running))
    if "web" in parts and settings.web.listen:
        from bridge.web.server import serve_web
        from bridge.web.vxp import VxpServer

        running.stops.append(await serve_web(settings, store, running, VxpServer(bench).routes))


def _add(running: Running, wakers: list[Callable[[], None]], loop: Loop) -> None:
    running.loops.append(loop)
    wakers.append(loop.wake)
    loop.start()


def _sender(bench: Bench, calls: Calls) -> Callable[[], Awaitable[None]]:
    sender = Sender(bench.settings.outbound, bench.store.outbox, owner("sender"), ways(bench.settings))
    end = asyncio.Event()
    task = asyncio.create_task(sender.run(end))
    calls.on_settled.append(sender.wake)

    async def stop() -> None:
        end.set()
        await task

    return stop


def _imap(store: Store, settings: Settings, calls: Calls, running: Running) -> Callable[[], Awaitable[None]]:
    def keep(incoming: Incoming, origin: ImapOrigin, at: datetime) -> Future[Kept]:
        kept = store.intake.submit(incoming, origin, at)
        kept.add_done_callback(lambda _: calls.arrived())
        return kept

    bookmarks = store.bookmarks
    port = StorePort(store.incoming, keep, store.mails.uids, bookmarks.get, bookmarks.put)
    door = ImapDoor(settings.imap_poll.account, port)
    running.imap = door
    door.start()

    async def stop() -> None:
        await asyncio.to_thread(door.stop)

    return stop


async def _smtp(bench: Bench, calls: Calls, running: Running) -> Callable[[], Awaitable[None]]:
    doors = DoorList(bench.settings, bench.store.registry, bench.secret)
    await asyncio.to_thread(doors.refresh)

    async def keep(incoming: Incoming, origin: Origin, at: datetime) -> Kept:
        kept = await bench.store.intake.keep_async(incoming, origin, at)
        calls.arrived()
        return kept

    waiting, to_judge = (lambda: bench.store.intake.waiting), bench.store.mails.to_judge
    room = await asyncio.to_thread(Room, bench.settings.smtp_in, bench.settings.store.data, waiting, to_judge)

    async def refresh() -> None:
        while True:
            await asyncio.sleep(1)
            await asyncio.to_thread(doors.refresh)
            await asyncio.to_thread(room.look)

    look = DoorLook(bench.pool, bench.settings.policy, bench.settings.reading, lambda: doors.routes)
    door = SmtpDoor(bench.settings.smtp_in, doors.may_receive, keep, bench.store.incoming, room=room, look=look)
    await door.start()
    running.smtp = door
    refreshing = asyncio.create_task(refresh())

    async def stop() -> None:
        refreshing.cancel()
        with contextlib.suppress(asyncio.CancelledError):
            await refreshing
        await door.stop()
        look.close()

    return stop
