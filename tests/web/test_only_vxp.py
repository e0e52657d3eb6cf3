"""Who is not on this machine reaches the VXP paths and no others."""

import asyncio
from typing import Any

import pytest
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from bridge.web.server import OnlyVxp
from bridge.web.vxp import PATH


async def there(request: Request) -> Response:
    """An answer."""
    del request
    return Response(status_code=200)


APP = OnlyVxp(Starlette(routes=[Route("/health/live", there), Route(f"{PATH}/{{operation}}", there)]))


def status(client: str, path: str) -> int:
    """What a GET of that client is answered with."""
    told: list[int] = []

    async def receive() -> dict[str, Any]:
        return {"type": "http.request", "body": b"", "more_body": False}

    async def send(message: Any) -> None:  # noqa: ANN401  as ASGI has it
        if message["type"] == "http.response.start":
            told.append(message["status"])

    scope = {
        "type": "http",
        "method": "GET",
        "path": path,
        "headers": [],
        "query_string": b"",
        "client": (client, 1),
        "server": ("192.0.2.1", 80),
        "scheme": "http",
        "root_path": "",
        "http_version": "1.1",
    }
    asyncio.run(APP(scope, receive, send))
    return told[0]


@pytest.mark.parametrize(
    ("client", "path", "expected"),
    [
        pytest.param("127.0.0.1", "/health/live", 200, id="this machine sees health"),
        pytest.param("192.0.2.7", "/health/live", 404, id="another does not"),
        pytest.param("192.0.2.7", f"{PATH}/getEdoc", 200, id="another may call VXP"),
        pytest.param("192.0.2.7", f"{PATH}x", 404, id="and nothing that only begins alike"),
    ],
)
def test_who_reaches_what(client: str, path: str, expected: int) -> None:
    assert status(client, path) == expected
