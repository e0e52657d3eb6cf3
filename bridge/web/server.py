"""Health by HTTP: /health/live says that the process lives, /health/ready how each part is doing.

Counts and states only, no id and no content: whoever may look at a monitor may see it.
"""

import asyncio
import contextlib
import socket
from collections.abc import Awaitable, Callable

import uvicorn
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse
from starlette.routing import Route

from bridge.running import Running
from bridge.settings import Settings
from imap_poll.watcher import Health as MailboxHealth
from smtp_in.network import host_and_port
from store.errors import Unavailable
from store.store import Store


def application(store: Store, running: Running) -> Starlette:
    """The web application."""

    async def live(request: Request) -> JSONResponse:
        del request
        return JSONResponse({"live": True})

    async def ready(request: Request) -> JSONResponse:
        del request
        try:
            states: dict[str, int] | None = await asyncio.to_thread(store.mails.states)
            problem = ""
        except Unavailable as unavailable:
            states, problem = None, unavailable.cause
        parts = {loop.name: loop.problem or ("ok" if loop.alive else "ended") for loop in running.loops}
        watchers = running.imap.watchers if running.imap else ()
        parts |= {f"imap-{watcher.name}": watcher.health.says for watcher in watchers}
        well = states is not None and all(said == "ok" for said in parts.values())
        body = {"ready": well, "store": problem or "ok", "parts": parts, "mails": states}
        body["mailboxes"] = {watcher.name: _mailbox(watcher.health) for watcher in watchers}
        return JSONResponse(body, status_code=200 if well else 503)

    return Starlette(routes=[Route("/health/live", live), Route("/health/ready", ready)])


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
