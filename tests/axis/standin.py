"""A stand-in for the national axis, as the reference describes it and no more, with faults on demand.

It takes every packet as often as it is sent: whatever is there twice was doubled by the client.
"""

import base64
import hashlib
import hmac
import html
import json
import re
import threading
import time
import uuid
from collections import Counter
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from zoneinfo import ZoneInfo

_ZONE = ZoneInfo("Asia/Ho_Chi_Minh")
PATH = "/XrdAdapter/RestService/forward/mDoc"

#: What may go wrong with one call: "" = nothing; the others are named for what the client sees.
Fault = Callable[[str], str]


@dataclass
class Waiting:
    """A packet that waits to be fetched."""

    doc_id: str
    content: bytes
    kind: str = "edoc"
    status: str = "initial"


@dataclass
class StandIn:
    """The axis: what it was sent, what it has to give, and its faults."""

    secret: bytes = b"a secret of the tests"
    system_id: str = "TEST.BRIDGE"
    fault: Fault = lambda operation: ""
    skew: timedelta = timedelta()
    sent: list[dict[str, str]] = field(default_factory=list)
    bodies: list[bytes] = field(default_factory=list)
    inbox: dict[str, Waiting] = field(default_factory=dict)
    calls: Counter[str] = field(default_factory=Counter)
    problems: list[str] = field(default_factory=list)  #: what a strict reader of the reference finds wrong in calls
    headers: list[dict[str, str]] = field(default_factory=list)
    #: the next answers to getReceivedEdocList show every docId twice
    twice: bool = False
    agencies: list[dict[str, str]] | None = None  #: of the list, each with its level; None = one of each level
    connections: int = 0
    listed: int = 1_000  #: newest entries in the list of sent packets; the others are not told
    raw: bytes = b""  #: said to every call, when set
    release: threading.Event = field(default_factory=threading.Event)

    def __post_init__(self) -> None:
        """Begins to serve."""
        stand_in = self
        self._lock = threading.Lock()

        class Handler(BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"
            timeout = 30
            disable_nagle_algorithm = True

            def setup(self) -> None:
                """Count the connections."""
                super().setup()
                stand_in.connections += 1

            def do_POST(self) -> None:
                """Answer one call."""
                with suppress(ConnectionError):
                    stand_in._serve(self)

            def date_time_string(self, timestamp: float | None = None) -> str:
                """The axis' clock."""
                return super().date_time_string((timestamp or time.time()) + stand_in.skew.total_seconds())

            def log_message(self, format: str, *args: Any) -> None:  # noqa: A002, ANN401  named by the base class
                """Say nothing."""

        class Server(ThreadingHTTPServer):
            daemon_threads = True

            def handle_error(self, request: object, client_address: object) -> None:
                """A client that hung up is no event."""

        self._server = Server(("127.0.0.1", 0), Handler)
        self._thread = threading.Thread(target=self._server.serve_forever, args=(0.02,), daemon=True)
        self._thread.start()

    @property
    def url(self) -> str:
        """Where it serves."""
        return f"http://127.0.0.1:{self._server.server_address[1]}{PATH}"

    def close(self) -> None:
        """Serves no more."""
        self.release.set()
        self._server.shutdown()
        self._server.server_close()
        self._thread.join()

    def put(self, content: bytes, kind: str = "edoc") -> str:
        """A packet for the client; its docId."""
        doc_id = str(uuid.uuid4())
        with self._lock:
            self.inbox[doc_id] = Waiting(doc_id, content, kind)
        return doc_id

    def _serve(self, handler: BaseHTTPRequestHandler) -> None:
        operation = handler.path.removeprefix(f"{PATH}/")
        with self._lock:
            self.calls[operation] += 1
            fault = self.fault(operation)
        if fault == "reset":
            handler.close_connection = True
            return
        body = handler.rfile.read(int(handler.headers["Content-Length"]))
        if fault == "502":
            _answer(handler, b"<html><body>Bad Gateway</body></html>", 502, "text/html")
            return
        if fault == "html":
            _answer(handler, b"<html><body>maintenance</body></html>", 200, "text/html")
            return
        if fault == "busy":
            _say(handler, {"status": "FAIL", "ErrorCode": "20", "ErrorDesc": "busy", "DocId": "", "data": []})
            return
        if self.raw:
            _answer(handler, self.raw, 200, "application/json")
            return
        headers = {name: value for name, value in handler.headers.items() if name.lower().startswith("xroadvnpt-")}
        with self._lock:
            self.headers.append(headers)
            members = self._members(operation, {name.lower(): value for name, value in headers.items()}, body)
        if fault == "silence":
            self.release.wait(20)
        if fault in ("silence", "hang-up"):
            handler.close_connection = True
            return
        text = json.dumps(members).encode()
        if fault == "truncated":
            handler.send_response(200)
            handler.send_header("Content-Length", str(len(text)))
            handler.end_headers()
            handler.wfile.write(text[: len(text) // 2])
            handler.close_connection = True
            return
        if fault == "502-after":
            _answer(handler, b"<html><body>Bad Gateway</body></html>", 502, "text/html")
            return
        _answer(handler, text, 200, "application/json")

    def _members(self, operation: str, headers: dict[str, str], body: bytes) -> dict[str, Any]:
        if refusal := self._unsigned(headers):
            return refusal
        match operation:
            case "sendEdoc":
                return self._take(headers, body)
            case "getSentEdocList":
                return _ok(data=self.sent[-self.listed :])
            case "getReceivedEdocList":
                kind = headers["xroadvnpt-messagetype"]
                told = [
                    {"docId": one.doc_id, "status": one.status, "messageType": kind}
                    for one in self.inbox.values()
                    if one.kind == kind and one.status == "initial"
                ]
                return _ok(data=told * (2 if self.twice else 1))
            case "getEdoc":
                found = self.inbox.get(headers["xroadvnpt-docid"])
                if found is None:
                    return {"status": "FAIL", "ErrorCode": "21", "ErrorDesc": "no such document"}
                return _ok(data=base64.b64encode(found.content).decode())
            case "updateStatus":
                self.inbox[headers["xroadvnpt-docid"]].status = headers["xroadvnpt-status"]
                return _ok()
            case "getAgenciesListQD20":
                level = headers["xroadvnpt-level"]
                if self.agencies is not None:
                    return _ok(data=[one for one in self.agencies if one["level"] == level])
                one = {
                    "id": level,
                    "code": f"H9{level}",
                    "name": f"Cơ quan {level}",
                    "mail": "",
                    "code102": "000.00.00.H90",
                }
                return _ok(data=[one])
            case _:
                return {"status": "FAIL", "ErrorCode": "404", "ErrorDesc": operation}

    def _unsigned(self, headers: dict[str, str]) -> dict[str, Any] | None:
        text = headers["xroadvnpt-sign-header"]
        if headers["xroadvnpt-hash-header"] != hmac.new(self.secret, text.encode(), hashlib.sha256).hexdigest():
            return {"status": "FAIL", "ErrorCode": "15", "ErrorDesc": "wrong secret"}
        signed = json.loads(text)
        if list(signed) != [f"XroadVnpt-{name}" for name in headers["xroadvnpt-sign-header-key"].split(";")]:
            self.problems.append("sign-header-key")
        if any(headers.get(name.lower()) != value for name, value in signed.items()):
            self.problems.append("sign-header")
        if headers["xroadvnpt-systemid"] != self.system_id:
            self.problems.append("systemid")
        stamp = datetime.strptime(headers["xroadvnpt-timestamp"].partition("+")[0], "%d%m%YT%H%M%S").replace(
            tzinfo=_ZONE
        )
        if abs(stamp - (datetime.now(_ZONE) + self.skew)) > timedelta(minutes=30):
            return {"status": "FAIL", "ErrorCode": "15", "ErrorDesc": "time stamp"}
        return None

    def _take(self, headers: dict[str, str], body: bytes) -> dict[str, Any]:
        packet = body.removesuffix(b"\r\n")
        digest = hashlib.sha256(packet).hexdigest()
        short = "".join(pair.removeprefix("0") for pair in re.findall("..", digest))
        if headers["xroadvnpt-hash-file"] not in (digest, short):
            return {"status": "FAIL", "ErrorCode": "10", "ErrorDesc": "digest"}
        text = packet.decode()
        number, notation = _value(text, "CodeNumber"), _value(text, "CodeNotation")
        doc_id = str(uuid.uuid4())
        self.bodies.append(packet)
        self.sent.append(
            {
                "senderDocId": doc_id,
                "fromCode": headers["xroadvnpt-from"],
                "toCode": ",".join(re.findall(r"<edXML:To>\s*<edXML:OrganId>([^<]+)", text)),
                "title": _value(text, "Subject"),
                "notation": f"{number}/{notation}",
                "sentTime": f"{datetime.now(_ZONE):%Y/%m/%d %H:%M:%S}",
            }
        )
        return _ok(DocId=doc_id)


def _value(text: str, name: str) -> str:
    found = re.search(f"<edXML:{name}>([^<]*)<", text)
    return html.unescape(found[1]) if found else ""


def _ok(**members: Any) -> dict[str, Any]:  # noqa: ANN401  as JSON has them
    return {"status": "OK", "ErrorCode": "0", "ErrorDesc": "", **members}


def _say(handler: BaseHTTPRequestHandler, members: dict[str, Any]) -> None:
    _answer(handler, json.dumps(members).encode(), 200, "application/json")


def _answer(handler: BaseHTTPRequestHandler, text: bytes, status: int, content_type: str) -> None:
    handler.send_response(status)
    handler.send_header("Content-Type", content_type)
    handler.send_header("Content-Length", str(len(text)))
    handler.end_headers()
    handler.wfile.write(text)
