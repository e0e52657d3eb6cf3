"""Health by HTTP: /health/live says that the process lives, /health/ready how each part is doing, /metrics the same.

Counts and states only, no id and no content: whoever may look at a monitor may see it.
"""

import asyncio
import contextlib
import socket
from collections.abc import Awaitable, Callable

import uvicorn
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from bridge.running import Running
from bridge.settings import Settings
from bridge.web.condition import Condition, condition_of
from bridge.web.metrics import MEDIA_TYPE, exposition
from imap_poll.watcher import Health as MailboxHealth
from smtp_in.network import host_and_port
from store.store import Store


def application(store: Store, running: Running) -> Starlette:
    """The web application."""

    async def live(request: Request) -> JSONResponse:
        del request
        return JSONResponse({"live": True})

    async def ready(request: Request) -> JSONResponse:
        del request
        condition = await asyncio.to_thread(condition_of, store, running)
        return JSONResponse(_shown(condition), status_code=200 if condition.well else 503)

    async def metrics(request: Request) -> Response:
        del request
        condition = await asyncio.to_thread(condition_of, store, running)
        return Response(exposition(condition), media_type=MEDIA_TYPE)

    routes = {"/health/live": live, "/health/ready": ready, "/metrics": metrics}
    return Starlette(routes=[Route(path, endpoint) for path, endpoint in routes.items()])


def _shown(condition: Condition) -> dict[str, object]:
    found = condition.queues
    waiting = found.waiting if found else {}
    return {
        "ready": condition.well,
        "store": condition.problem or "ok",
        "parts": condition.parts,
        "mails": dict(found.mails) if found else None,
        "queues": {
            name: {"count": queue.count, "oldest_seconds": round(condition.age(queue.since), 1)}
            for name, queue in waiting.items()
        },
        "mailboxes": {name: _mailbox(health) for name, health in condition.mailboxes.items()},
    }


def _mailbox(health: MailboxHealth) -> dict[str, str | int | None]:
    looked = health.last_success
    return {
        "doing": health.doing,
        "last_success": looked.isoformat(timespec="seconds") if looked else None,
        "failures": health.failures,
        "open": health.open,
        "left": health.left,
    }


async def serve_web(settings: Settings, store: Store, running: Running) -> Callable[[], Awaitable[None]]:
    """Begins to serve; returns what ends it.

    Raises:
        OSError: the port cannot be had.
    """
    host, port = host_and_port(settings.web.listen)
    config = uvicorn.Config(
        application(store, running), host=host, port=port, log_config=None, access_log=False, lifespan="off"
    )
    server = uvicorn.Server(config)
    listener = socket.create_server((host, port), family=socket.AF_INET6 if ":" in host else socket.AF_INET)
    # serve() would take SIGTERM for itself; the service's stop is one for all parts.
    task = asyncio.create_task(server._serve([listener]))

    async def stop() -> None:
        server.should_exit = True
        with contextlib.suppress(asyncio.CancelledError):
            await task

    return stop
