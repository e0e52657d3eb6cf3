"""Health by HTTP: /health/live says that the process lives, /health/ready how each part is doing, /metrics the same.

Counts and states only, no id and no content: whoever may look at a monitor may see it.
"""

import asyncio
import contextlib
import socket
from collections.abc import Awaitable, Callable, Sequence

import uvicorn
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route
from starlette.types import ASGIApp, Receive, Scope, Send

from bridge.running import Running
from bridge.settings import LOOPBACK, Settings
from bridge.web.condition import Condition, condition_of
from bridge.web.metrics import MEDIA_TYPE, exposition
from bridge.web.vxp import PATH as VXP_PATH
from imap_poll.watcher import Health as MailboxHealth
from smtp_in.network import host_and_port
from store.store import Store

_HEADERS = 1 << 17  # octets: a VXP call that names 700 receivers has 25 KB of headers


def application(store: Store, running: Running, vxp: Sequence[Route] = ()) -> Starlette:
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
    return Starlette(routes=[*(Route(path, endpoint) for path, endpoint in routes.items()), *vxp])


class OnlyVxp:
    """Who is not on this machine reaches the VXP paths alone: they authenticate, the others have no accounts yet."""

    def __init__(self, within: ASGIApp) -> None:
        self._within = within

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """One request."""
        client = (scope.get("client") or ("", 0))[0]
        if client not in LOOPBACK and not scope["path"].startswith(f"{VXP_PATH}/"):
            await Response(status_code=404)(scope, receive, send)
            return
        await self._within(scope, receive, send)


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


async def serve_web(
    settings: Settings, store: Store, running: Running, vxp: Sequence[Route] = ()
) -> Callable[[], Awaitable[None]]:
    """Begins to serve; returns what ends it.

    Raises:
        OSError: the port cannot be had.
    """
    host, port = host_and_port(settings.web.listen)
    config = uvicorn.Config(
        OnlyVxp(application(store, running, vxp)),
        host=host,
        port=port,
        log_config=None,
        access_log=False,
        lifespan="off",
        http="h11",
        h11_max_incomplete_event_size=_HEADERS,
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
