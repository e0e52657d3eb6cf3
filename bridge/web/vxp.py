"""The VXP server: systems that carry VNPT's SDK send to the bridge and fetch from it as from the national axis.

One path for each operation below /XrdAdapter/RestService/forward/mDoc; every call proves itself by its signature
before its body is read.  What the peer hears and what the log keeps are different texts.
"""

import asyncio
import time
from collections.abc import Awaitable, Callable, Mapping
from datetime import UTC, datetime

import anyio.to_thread
import structlog
from starlette.requests import ClientDisconnect, Request
from starlette.responses import Response, StreamingResponse
from starlette.routing import Route

from bridge.axis.opening import read_secret
from bridge.web import vxp_giving as giving
from bridge.web.vxp_caller import Caller, Stranger, caller
from bridge.web.vxp_taking import Quota, take
from bridge.web.vxp_words import Code, Refusal, failed, well
from bridge.worker import Bench
from store.errors import Unavailable

_log = structlog.get_logger("docbridge.vxp")
PATH = "/XrdAdapter/RestService/forward/mDoc"
_AT_ONCE = 8  # packets that are taken in at the same time
_IDLE_BODY = 65_536
_Answer = Callable[[Caller, Request], Awaitable[Response]]


class VxpServer:
    """The operations, for the systems of the settings."""

    def __init__(self, bench: Bench) -> None:
        """Reads the secrets.

        Raises:
            Unavailable: one of them cannot be read.
        """
        systems = bench.settings.vxp_server.system
        self._bench = bench
        self._systems = {system.id: system for system in systems}
        self._secrets = {
            system.id: read_secret(system.secret_file, f"[[vxp_server.system]] {system.id}") for system in systems
        }
        self._quotas = {system.id: Quota(system.quota, time.monotonic) for system in systems}
        self._room = asyncio.Semaphore(_AT_ONCE)

    @property
    def routes(self) -> list[Route]:
        """One path, whose last part is the operation."""
        return [Route(f"{PATH}/{{operation}}", self._serve, methods=["GET", "POST"])] if self._systems else []

    @property
    def _operations(self) -> Mapping[str, _Answer]:
        return {
            "getReceivedEdocList": self._received,
            "getSentEdocList": self._sent,
            "sendEdoc": self._send,
            "getEdoc": self._get,
            "downloadEdoc": self._download,
            "updateStatus": self._update,
            "countReceiveEdoc": self._count_edoc,
            "countReceiveStatus": self._count_status,
            "getAgenciesList": self._agencies,
            "getAgenciesListQD20": self._agencies,
            "getSynchronizeUnit": self._agencies,
        }

    async def _serve(self, request: Request) -> Response:
        operation = request.path_params["operation"]
        headers = {name.lower(): value for name, value in request.headers.items()}
        who = caller(headers, self._systems, self._secrets, datetime.now(UTC))
        if isinstance(who, Stranger):
            _log.warning("vxp.stranger", cause=who.cause)
            return failed(Code.STRANGER, who.says)
        answer = self._operations.get(operation)
        if answer is None:
            return failed(Code.WRONG_CALL, "this operation is not served")
        try:
            if operation != "sendEdoc":
                await _read_away(request)
            return await answer(who, request)
        except Refusal as refusal:
            _log.warning("vxp.refused", system=who.system.id, operation=operation, code=str(refusal.code))
            return failed(refusal.code, refusal.says)
        except Unavailable as unavailable:
            _log.error("vxp.unavailable", system=who.system.id, operation=operation, cause=unavailable.cause)
            return failed(Code.SYSTEM, "try again later")
        except ClientDisconnect:
            _log.info("vxp.hung_up", system=who.system.id, operation=operation)
            return Response(status_code=400)

    async def _send(self, who: Caller, request: Request) -> Response:
        declared = request.headers.get("content-length", "")
        if declared.isdecimal() and int(declared) > who.system.largest_packet + 2:
            raise Refusal(Code.BAD_FILE, f"the packet is larger than {who.system.largest_packet} octets")
        if not self._quotas[who.system.id].spend():
            raise Refusal(Code.QUOTA, "the quota of this hour is spent")
        async with self._room:
            return well(DocId=await take(self._bench, who, request.stream()))

    async def _received(self, who: Caller, request: Request) -> Response:
        del request
        return well(data=await anyio.to_thread.run_sync(giving.received, self._bench.store, who))

    async def _sent(self, who: Caller, request: Request) -> Response:
        del request
        return well(data=await anyio.to_thread.run_sync(giving.sent, self._bench.store, who))

    async def _agencies(self, who: Caller, request: Request) -> Response:
        del request
        return well(data=await anyio.to_thread.run_sync(giving.agencies, self._bench.store, who))

    async def _count_edoc(self, who: Caller, request: Request) -> Response:
        del request
        return well(count=await anyio.to_thread.run_sync(giving.count, self._bench.store, who, "edoc"))

    async def _count_status(self, who: Caller, request: Request) -> Response:
        del request
        return well(count=await anyio.to_thread.run_sync(giving.count, self._bench.store, who, "status"))

    async def _get(self, who: Caller, request: Request) -> Response:
        del request
        pickup = await anyio.to_thread.run_sync(giving.packet_of, self._bench.store, who)
        file = await anyio.to_thread.run_sync(self._bench.store.pickups.open, pickup)
        length = {"Content-Length": str(giving.longest(pickup))}
        return StreamingResponse(giving.told_in_json(file), media_type="application/json", headers=length)

    async def _download(self, who: Caller, request: Request) -> Response:
        del request
        pickup = await anyio.to_thread.run_sync(giving.packet_of, self._bench.store, who)
        file = await anyio.to_thread.run_sync(self._bench.store.pickups.open, pickup)
        length = {"Content-Length": str(pickup.size)}
        return StreamingResponse(giving.octets(file), media_type="application/octet-stream", headers=length)

    async def _update(self, who: Caller, request: Request) -> Response:
        del request
        await anyio.to_thread.run_sync(giving.update, self._bench.store, who, datetime.now(UTC))
        return well()


async def _read_away(request: Request) -> None:
    """Takes the body that says nothing ("{}"): whoever asked `Expect: 100-continue` waits 3 s if nobody reads."""
    size = 0
    async for chunk in request.stream():
        size += len(chunk)
        if size > _IDLE_BODY:
            raise Refusal(Code.WRONG_CALL, "the body is too large for this operation")
