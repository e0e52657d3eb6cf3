"""Header for header what VNPT's SDK sends: nine calls as they were captured, made again by our client's code.

The captured signatures are over a secret that nobody knows; names, order and spelling of everything signed must agree,
and what is signed with a secret of the tests must be taken by our server.
"""

from datetime import UTC, datetime
from pathlib import Path

import pytest

from bridge.axis.settings import VxpSystem
from bridge.axis.vxp_wire import JSON, OCTETS, Parameters, moment_of, signature, signed
from bridge.web.vxp_caller import Caller, Stranger, caller

ZONE = "Asia/Ho_Chi_Minh"
SECRET = b"a secret of the tests"
SYSTEM = ("systemid", "TEST.SYS")
LISTED = (SYSTEM, ("servicetype", "eDoc"), ("messagetype", "edoc"))
HASHED = ("hash-file", "228490b849c17774b997155a1e2d16f5ddb2dbeb33b77f474a77e4e121a214b")

#: Operation -> parameters before stamp and type, stamp, type, parameters behind; the text that the SDK signed.
CAPTURED: dict[str, tuple[Parameters, str, str, Parameters, str]] = {
    "getReceivedEdocList": (
        LISTED,
        "22112026T002757+0532",
        JSON,
        (),
        (
            '{"XroadVnpt-systemid":"TEST.SYS","XroadVnpt-servicetype":"eDoc","XroadVnpt-messagetype":"edoc",'
            '"XroadVnpt-timestamp":"22112026T002757+0532","XroadVnpt-Content-Type":"application/json"}'
        ),
    ),
    "getSentEdocList": (
        (*LISTED, ("docId", "abc")),
        "22112026T002759+0933",
        JSON,
        (),
        (
            '{"XroadVnpt-systemid":"TEST.SYS","XroadVnpt-servicetype":"eDoc","XroadVnpt-messagetype":"edoc",'
            '"XroadVnpt-docId":"abc","XroadVnpt-timestamp":"22112026T002759+0933",'
            '"XroadVnpt-Content-Type":"application/json"}'
        ),
    ),
    "sendEdoc": (
        (*LISTED, HASHED, ("from", "000.00.00.G22")),
        "22112026T002759+0941",
        OCTETS,
        (),
        (
            '{"XroadVnpt-systemid":"TEST.SYS","XroadVnpt-servicetype":"eDoc","XroadVnpt-messagetype":"edoc",'
            '"XroadVnpt-hash-file":"228490b849c17774b997155a1e2d16f5ddb2dbeb33b77f474a77e4e121a214b",'
            '"XroadVnpt-from":"000.00.00.G22","XroadVnpt-timestamp":"22112026T002759+0941",'
            '"XroadVnpt-Content-Type":"application/octet-stream"}'
        ),
    ),
    "getEdoc": (
        (SYSTEM, ("docId", "abc"), ("filePath", "xml")),
        "22112026T002800+0015",
        JSON,
        (),
        (
            '{"XroadVnpt-systemid":"TEST.SYS","XroadVnpt-docId":"abc","XroadVnpt-filePath":"xml",'
            '"XroadVnpt-timestamp":"22112026T002800+0015","XroadVnpt-Content-Type":"application/json"}'
        ),
    ),
    "updateStatus": (
        (SYSTEM, ("docId", "abc")),
        "22112026T002800+0090",
        JSON,
        (("status", "done"),),
        (
            '{"XroadVnpt-systemid":"TEST.SYS","XroadVnpt-docId":"abc","XroadVnpt-timestamp":"22112026T002800+0090",'
            '"XroadVnpt-Content-Type":"application/json","XroadVnpt-status":"done"}'
        ),
    ),
    "getAgenciesList": (
        (SYSTEM,),
        "22112026T002800+0155",
        JSON,
        (),
        (
            '{"XroadVnpt-systemid":"TEST.SYS","XroadVnpt-timestamp":"22112026T002800+0155",'
            '"XroadVnpt-Content-Type":"application/json"}'
        ),
    ),
    "getAgenciesListQD20": (
        (SYSTEM, ("level", "1")),
        "22112026T002800+0165",
        JSON,
        (),
        (
            '{"XroadVnpt-systemid":"TEST.SYS","XroadVnpt-level":"1","XroadVnpt-timestamp":"22112026T002800+0165",'
            '"XroadVnpt-Content-Type":"application/json"}'
        ),
    ),
    "registerAgency": (
        (SYSTEM,),
        "22112026T002800+0177",
        JSON,
        (),
        (
            '{"XroadVnpt-systemid":"TEST.SYS","XroadVnpt-timestamp":"22112026T002800+0177",'
            '"XroadVnpt-Content-Type":"application/json"}'
        ),
    ),
    "deleteAgency": (
        (SYSTEM, ("AgencyCode", "99.99.99.G21")),
        "22112026T002800+0235",
        JSON,
        (),
        (
            '{"XroadVnpt-systemid":"TEST.SYS","XroadVnpt-AgencyCode":"99.99.99.G21",'
            '"XroadVnpt-timestamp":"22112026T002800+0235","XroadVnpt-Content-Type":"application/json"}'
        ),
    ),
}


def called(headers: dict[str, str], now: datetime = datetime(2026, 11, 21, 18, 0, tzinfo=UTC)) -> Caller | Stranger:
    """What our server makes of the headers."""
    system = VxpSystem("TEST.SYS", Path("secret"), ("000.00.00.G22",))
    lowered = {name.lower(): value for name, value in headers.items()}
    return caller(lowered, {system.id: system}, {system.id: SECRET}, now)


@pytest.mark.parametrize("operation", CAPTURED)
def test_our_client_signs_what_the_sdk_signs(operation: str) -> None:
    before, stamp, kind, behind, text = CAPTURED[operation]
    headers = dict(signed(before, kind, stamp, SECRET, behind))
    assert headers["XroadVnpt-sign-header"] == text
    names = [*(name for name, _ in before), "timestamp", "Content-Type", *(name for name, _ in behind)]
    assert headers["XroadVnpt-sign-header-key"] == ";".join(names)
    assert headers["XroadVnpt-version"] == "3.0.201608"
    assert headers["User-Agent"] == "JAVASDKAgent/1.0.0 XRoad/VPCP"
    assert headers["Content-Type"] == headers["XroadVnpt-Content-Type"] == kind


@pytest.mark.parametrize("operation", CAPTURED)
def test_our_server_takes_what_the_sdk_sends_and_passes_over_headers_of_earlier_calls(operation: str) -> None:
    before, stamp, kind, behind, text = CAPTURED[operation]
    headers = {f"XroadVnpt-{name}": value for name, value in (*before, ("timestamp", stamp), *behind)}
    headers |= {
        "Content-Type": kind,
        "XroadVnpt-Content-Type": kind,
        "XroadVnpt-sign-header": text,
        "XroadVnpt-hash-header": signature(text.encode("ascii"), SECRET),
        "XroadVnpt-left-over": "of an earlier call",
    }
    who = called(headers)
    assert isinstance(who, Caller)
    assert {name.lower(): value for name, value in (*before, *behind)}.items() <= who.parameters.items()
    assert "left-over" not in who.parameters


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("XroadVnpt-docId", "abd"),
        ("XroadVnpt-systemid", "TEST.SYT"),
        ("XroadVnpt-timestamp", "22112026T002800+0091"),
        ("XroadVnpt-status", "fail"),
        ("XroadVnpt-hash-header", "0" * 64),
    ],
)
def test_a_header_that_differs_from_what_is_signed_proves_nothing(name: str, value: str) -> None:
    before, stamp, kind, behind, _ = CAPTURED["updateStatus"]
    assert isinstance(called({**dict(signed(before, kind, stamp, SECRET, behind)), name: value}), Stranger)


def test_a_stamp_outside_the_window_proves_nothing() -> None:
    before, stamp, kind, behind, _ = CAPTURED["updateStatus"]
    headers = dict(signed(before, kind, stamp, SECRET, behind))
    moment = moment_of(stamp, ZONE)
    assert moment == datetime(2026, 11, 21, 17, 28, 0, 90_000, tzinfo=UTC)
    assert isinstance(called(headers, datetime(2026, 11, 22, 17, 27, tzinfo=UTC)), Caller)
    assert isinstance(called(headers, datetime(2026, 11, 22, 17, 29, tzinfo=UTC)), Stranger)
