"""A client that calls as VNPT's SDK was seen to call: written from what it sends, sharing nothing with the bridge."""

import hashlib
import hmac
import http.client
import json
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

_ZONE = ZoneInfo("Asia/Ho_Chi_Minh")
_PATH = "/XrdAdapter/RestService/forward/mDoc"


@dataclass(frozen=True, slots=True)
class Sdk:
    """One service object: its time stamp is taken once."""

    port: int
    system: str
    secret: bytes
    late: timedelta = timedelta()

    def call(
        self,
        operation: str,
        body: bytes = b"",
        *,
        method: str = "POST",
        kind: str = "application/json",
        tampered: dict[str, str] | None = None,
        **parameters: str,
    ) -> Any:  # noqa: ANN401  JSON
        """One call; the answer, parsed, or its octets where it is no JSON."""
        stamp = f"{datetime.now(_ZONE) - self.late:%d%m%YT%H%M%S}+0123"
        names = {"systemid": self.system, **{key.replace("_", "-"): value for key, value in parameters.items()}}
        names |= {"timestamp": stamp, "Content-Type": kind}
        signed = "{" + ",".join(f'"XroadVnpt-{key}":{json.dumps(value)}' for key, value in names.items()) + "}"
        headers = {f"XroadVnpt-{key}": value for key, value in names.items()}
        headers |= {
            "Content-Type": kind,
            "XroadVnpt-sign-header-key": ";".join(names),
            "XroadVnpt-sign-header": signed,
            "XroadVnpt-hash-header": hmac.new(self.secret, signed.encode(), hashlib.sha256).hexdigest(),
            "XroadVnpt-version": "3.0.201608",
            "User-Agent": "JAVASDKAgent/1.0.0 XRoad/VPCP",
            "XroadVnpt-left-over": "of an earlier call",
            **(tampered or {}),
        }
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=30)
        try:
            connection.request(method, f"{_PATH}/{operation}", body, headers)
            answer = connection.getresponse()
            text = answer.read()
            assert answer.status == 200
            return json.loads(text.decode("ascii")) if answer.getheader("Content-Type") == "application/json" else text
        finally:
            connection.close()

    def send(self, packet: bytes, sender: str, kind: str = "edoc", **others: Any) -> Any:  # noqa: ANN401  JSON
        """`sendEdoc`: the digest without leading zeros, two octets behind the file."""
        short = "".join(f"{octet:x}" for octet in hashlib.sha256(packet).digest())
        return self.call(
            "sendEdoc",
            packet + b"\r\n",
            **{
                "kind": "application/octet-stream",
                "servicetype": "eDoc",
                "messagetype": kind,
                "hash_file": short,
                "from": sender,
                **others,
            },
        )

    def received(self, kind: str = "edoc") -> list[dict[str, Any]]:
        """`getReceivedEdocList`."""
        answer = self.call("getReceivedEdocList", servicetype="eDoc", messagetype=kind)
        assert answer["status"] == "OK", answer
        found: list[dict[str, Any]] = answer["data"]
        return found
