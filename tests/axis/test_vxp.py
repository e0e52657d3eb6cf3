"""The VXP axis against a stand-in that is written from the reference: what goes over the wire, and what goes wrong."""

import base64
import json
import time
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from bridge.axis.protocol import HOLD, MEND, Bad, ListedOrgan, Taken
from bridge.axis.settings import VxpAxis
from bridge.axis.vxp import Vxp
from bridge.axis.vxp_wire import moment_of, signed, stamp_of, without_zeros
from store.delivery import Attempt, Delivered, Refused, TryLater, Unsure
from store.errors import Unavailable
from tests.axis.standin import StandIn
from tests.axis.vxp_given import packet, run_through_faults, settings_of


@pytest.fixture
def stand_in() -> Iterator[StandIn]:
    """An axis."""
    opened = StandIn()
    yield opened
    opened.close()


@pytest.fixture
def settings(stand_in: StandIn, tmp_path: Path) -> VxpAxis:
    """Settings for it."""
    return settings_of(stand_in, tmp_path)


_OPENED: list[Vxp] = []


@pytest.fixture(autouse=True)
def all_closed() -> Iterator[None]:
    """Every client gives its connection back."""
    yield
    while _OPENED:
        _OPENED.pop().close()


def axis_of(settings: VxpAxis, secret: bytes = b"a secret of the tests", ahead: timedelta = timedelta()) -> Vxp:
    """A client."""
    _OPENED.append(Vxp(settings, secret, lambda: datetime.now(UTC) + ahead))
    return _OPENED[-1]


def test_a_packet_goes_out_as_the_sdk_sends_it(stand_in: StandIn, settings: VxpAxis) -> None:
    attempt = axis_of(settings).send("e-1", packet())
    assert isinstance(attempt, Delivered)
    assert stand_in.sent[0]["senderDocId"] in attempt.reply.text
    assert stand_in.bodies == [packet()]
    (headers,) = stand_in.headers
    assert headers["XroadVnpt-sign-header-key"] == (
        "systemid;servicetype;messagetype;hash-file;from;timestamp;Content-Type"
    )
    assert headers["XroadVnpt-from"] == "H99.12"
    assert headers["XroadVnpt-messagetype"] == "edoc"
    assert headers["XroadVnpt-version"] == "3.0.201608"
    assert stand_in.problems == []


def test_the_signed_text_is_spelt_as_the_sdk_spells_it() -> None:
    headers = dict(
        signed(
            (("systemid", "A.B"), ("docId", "abc")),
            "application/json",
            "22112026T002800+0090",
            b"secret",
            behind=(("status", "done"),),
        )
    )
    assert headers["XroadVnpt-sign-header-key"] == "systemid;docId;timestamp;Content-Type;status"
    assert headers["XroadVnpt-sign-header"] == (
        '{"XroadVnpt-systemid":"A.B","XroadVnpt-docId":"abc","XroadVnpt-timestamp":"22112026T002800+0090",'
        '"XroadVnpt-Content-Type":"application/json","XroadVnpt-status":"done"}'
    )


def test_a_digest_loses_the_leading_zero_of_every_octet() -> None:
    assert without_zeros(bytes([0x1E, 0x2D, 0x01, 0x6F, 0x50, 0x00])) == "1e2d16f500"


def test_the_last_four_digits_of_a_time_stamp_are_milliseconds() -> None:
    moment = datetime(2026, 11, 21, 17, 27, 57, 532_000, tzinfo=UTC)
    assert stamp_of(moment, "Asia/Ho_Chi_Minh") == "22112026T002757+0532"
    assert moment_of("22112026T002757+0532", "Asia/Ho_Chi_Minh") == moment
    assert moment_of("99999999T002757+0532", "Asia/Ho_Chi_Minh") is None


@pytest.mark.parametrize("form", ["sdk", "plain"])
def test_the_digest_goes_out_in_the_form_of_the_settings(stand_in: StandIn, settings: VxpAxis, form: str) -> None:
    axis = axis_of(replace(settings, hash_file=form))  # type: ignore[arg-type]
    sent = [packet(number) for number in range(1, 30)]
    assert all(isinstance(axis.send("e", content), Delivered) for content in sent)
    lengths = {len(headers["XroadVnpt-hash-file"]) for headers in stand_in.headers}
    assert (lengths == {64}) is (form == "plain")


def test_receivers_are_told_in_a_header_where_the_settings_say_so(stand_in: StandIn, settings: VxpAxis) -> None:
    axis_of(replace(settings, name_receivers=True)).send("e-1", packet())
    assert json.loads(stand_in.headers[0]["XroadVnpt-to"]) == ["H99.12.05"]


@pytest.mark.parametrize(
    ("fault", "expected"),
    [
        pytest.param("reset", Unsure, id="a connection that ends before any answer leaves it unsure"),
        pytest.param("502", Unsure, id="a gateway's 502 may hide that the axis took it"),
        pytest.param("html", Unsure, id="a page with 200 is no answer"),
        pytest.param("truncated", Unsure, id="half an answer is none"),
        pytest.param("hang-up", Unsure, id="an axis that hangs up leaves it unsure"),
        pytest.param("busy", TryLater, id="an axis that says FAIL has not taken it"),
    ],
)
def test_a_fault_of_the_axis_is_tried_again(
    stand_in: StandIn, settings: VxpAxis, fault: str, expected: type[Attempt]
) -> None:
    stand_in.fault = lambda operation: fault
    assert isinstance(axis_of(settings).send("e-1", packet()), expected)


def test_an_axis_that_is_not_there_is_tried_again(settings: VxpAxis, tmp_path: Path) -> None:
    closed = StandIn()
    closed.close()
    axis = axis_of(settings_of(closed, tmp_path))
    assert isinstance(axis.send("e-1", packet()), TryLater)
    with pytest.raises(Unavailable):
        list(axis.received())


def test_an_axis_that_takes_it_and_says_nothing_leaves_it_unsure(stand_in: StandIn, settings: VxpAxis) -> None:
    stand_in.fault = lambda operation: "silence"
    axis = axis_of(replace(settings, timeout=timedelta(milliseconds=200)))
    assert isinstance(axis.send("e-1", packet()), Unsure)
    assert len(stand_in.bodies) == 1


def test_a_call_ends_at_its_deadline_though_the_axis_goes_on_saying_something(
    stand_in: StandIn, settings: VxpAxis
) -> None:
    stand_in.fault = lambda operation: "silence"
    axis = axis_of(replace(settings, deadline=timedelta(milliseconds=300)))
    began = time.monotonic()
    assert isinstance(axis.send("e-1", packet()), Unsure)
    assert time.monotonic() - began < 4


@pytest.mark.parametrize(
    ("code", "expected", "held"),
    [
        pytest.param("22", Refused, False, id="not edXML is refused"),
        pytest.param("18", TryLater, True, id="an unknown receiver waits for a person"),
        pytest.param("20", TryLater, False, id="an error of the system is tried again soon"),
        pytest.param("77", TryLater, False, id="a code that nobody knows is tried again soon"),
        pytest.param("99", Delivered, False, id="a code for a packet that is there is delivered"),
    ],
)
def test_result_codes_are_sorted_by_the_settings(
    stand_in: StandIn, settings: VxpAxis, code: str, expected: type[Attempt], held: bool
) -> None:
    stand_in.raw = json.dumps({"status": "FAIL", "ErrorCode": code, "ErrorDesc": "x"}).encode()
    attempt = axis_of(replace(settings, duplicate_codes=("99",))).send("e-1", packet())
    assert isinstance(attempt, expected)
    assert (attempt.reply.enhanced == HOLD) is held


def test_a_wrong_secret_and_a_wrong_clock_stop_every_packet_and_not_for_long(
    stand_in: StandIn, settings: VxpAxis
) -> None:
    once = replace(settings, breaker_after=1, breaker_pause=timedelta(minutes=1))
    stranger, early = axis_of(once, b"another"), axis_of(once, ahead=timedelta(hours=5))
    for axis in (stranger, early):
        attempt = axis.send("e-1", packet())
        assert isinstance(attempt, TryLater)
        assert attempt.reply.enhanced == MEND
        assert not axis.ready
    stranger = axis_of(settings, b"another")
    with pytest.raises(Unavailable, match="15"):
        list(stranger.received())
    assert stand_in.bodies == []


def test_what_was_taken_though_its_answer_was_lost_is_not_sent_again(stand_in: StandIn, settings: VxpAxis) -> None:
    axis, now = axis_of(settings), datetime.now(UTC)
    stand_in.fault = lambda operation: "truncated"
    assert isinstance(axis.send("e-1", packet()), Unsure)
    # while the list cannot be had nothing is sent: it might be there twice
    assert isinstance(axis.send("e-1", packet(), now), Unsure)
    stand_in.fault = lambda operation: ""
    assert isinstance(axis.send("e-1", packet(), now), Delivered)
    assert len(stand_in.bodies) == 1


def test_what_was_not_taken_is_sent_again(stand_in: StandIn, settings: VxpAxis) -> None:
    axis, now = axis_of(settings), datetime.now(UTC)
    axis.send("e-0", packet(1))
    stand_in.fault = lambda operation: "502"
    assert isinstance(axis.send("e-1", packet(2)), Unsure)
    stand_in.fault = lambda operation: ""
    assert isinstance(axis.send("e-1", packet(2), now), Delivered)
    assert stand_in.bodies == [packet(1), packet(2)]


def test_the_same_number_sent_before_or_as_another_packet_is_not_taken_for_it(
    stand_in: StandIn, settings: VxpAxis
) -> None:
    axis, now = axis_of(settings), datetime.now(UTC)
    axis.send("e-0", packet(7))  # its docId was told
    stand_in.sent.append({**stand_in.sent[0], "senderDocId": "old", "sentTime": "2026/01/01 08:00:00"})
    assert isinstance(axis.send("e-1", packet(7), now), Delivered)
    assert len(stand_in.bodies) == 2


def test_a_list_that_may_be_cut_off_proves_nothing(stand_in: StandIn, settings: VxpAxis) -> None:
    axis, now = axis_of(replace(settings, sent_list_reach=3)), datetime.now(UTC)
    for number in range(1, 4):
        axis_of(settings).send(f"e-{number}", packet(number))  # by others: none of them was told to `axis`
    # all that the list shows was sent after our first try: the packet may stand before it
    assert isinstance(axis.send("e-9", packet(9), now), Unsure)
    assert len(stand_in.bodies) == 3
    stand_in.sent[0]["sentTime"] = "2026/01/01 08:00:00"
    assert isinstance(axis.send("e-9", packet(9), now), Delivered)
    assert len(stand_in.bodies) == 4


def test_packets_are_listed_once_fetched_and_acknowledged(stand_in: StandIn, settings: VxpAxis) -> None:
    axis = axis_of(settings)
    names = [stand_in.put(b"<a/>"), stand_in.put(b"<b/>", "status")]
    stand_in.twice = True
    assert list(axis.received()) == names
    assert [axis.fetch(name) for name in names] == [b"<a/>", b"<b/>"]
    axis.acknowledge(names[0], Taken())
    axis.acknowledge(names[1], Bad("hỏng"))
    assert [one.status for one in stand_in.inbox.values()] == ["done", "fail"]
    stand_in.inbox[names[0]].status = "initial"  # a list that lags behind
    assert list(axis.received()) == []
    assert stand_in.problems == []


def test_the_axis_is_asked_no_more_often_than_the_settings_say(stand_in: StandIn, settings: VxpAxis) -> None:
    axis = axis_of(replace(settings, poll=timedelta(hours=1)))
    assert list(axis.received()) == []
    name = stand_in.put(b"<a/>")
    assert list(axis.received()) == []
    assert name not in axis.received()
    assert stand_in.calls["getReceivedEdocList"] == 2


@pytest.mark.parametrize("fault", ["html", "502", "busy", "truncated", "hang-up", "reset"])
def test_a_list_that_cannot_be_read_is_not_an_empty_one(stand_in: StandIn, settings: VxpAxis, fault: str) -> None:
    stand_in.fault = lambda operation: fault
    with pytest.raises(Unavailable):
        list(axis_of(settings).received())


@pytest.mark.parametrize("data", [None, "", {}], ids=["no data", "a text", "an object"])
def test_an_answer_without_a_list_is_not_an_empty_one(stand_in: StandIn, settings: VxpAxis, data: object) -> None:
    stand_in.raw = json.dumps({"status": "OK", "ErrorCode": "0", "data": data}).encode()
    with pytest.raises(Unavailable, match="no list"):
        list(axis_of(settings).received())


@pytest.mark.parametrize("doc_id", ["../x", "", "a b", "x\n", None, "á"])
def test_a_doc_id_that_no_header_carries_is_left_alone(stand_in: StandIn, settings: VxpAxis, doc_id: object) -> None:
    good = "3f2a"
    listed = {"status": "OK", "ErrorCode": "0", "data": [{"docId": doc_id}, {"docId": good}]}
    stand_in.raw = json.dumps(listed).encode()
    assert list(axis_of(settings).received()) == [good]


@pytest.mark.parametrize("data", ["", "%%%", "QUI", "QUJD\n!"], ids=["empty", "no base64", "cut", "dirty"])
def test_a_packet_that_is_not_whole_is_fetched_again_later(stand_in: StandIn, settings: VxpAxis, data: str) -> None:
    stand_in.raw = json.dumps({"status": "OK", "ErrorCode": "0", "data": data}).encode()
    with pytest.raises(Unavailable):
        axis_of(settings).fetch("abc")


def test_a_packet_beyond_the_largest_is_cut_just_above_it(stand_in: StandIn, settings: VxpAxis) -> None:
    axis = axis_of(replace(settings, largest_packet=1000))
    slightly, much = stand_in.put(b"x" * 1200), stand_in.put(b"y" * 400_000)
    assert axis.fetch(slightly) == b"x" * 1001
    assert axis.fetch(much) == b"y" * 1001


def test_slashes_that_json_escapes_are_read(stand_in: StandIn, settings: VxpAxis) -> None:
    content = bytes([255, 239, 191]) * 20
    text = base64.b64encode(content).decode().replace("/", "\\/")
    stand_in.raw = f'{{"status": "OK", "ErrorCode": "0", "data": "{text}"}}'.encode()
    assert axis_of(settings).fetch("abc") == content


def test_organisations_are_read_level_by_level(settings: VxpAxis) -> None:
    axis = axis_of(replace(settings, agency_levels=(1, 2)))
    assert list(axis.organs()) == [
        ListedOrgan("H91", "Cơ quan 1", "000.00.00.H90"),
        ListedOrgan("H92", "Cơ quan 2", "000.00.00.H90"),
    ]


def test_an_axis_that_fails_in_a_row_is_left_alone_and_tried_again(stand_in: StandIn, settings: VxpAxis) -> None:
    now = [0.0]
    axis = Vxp(
        replace(settings, breaker_after=3, breaker_pause=timedelta(seconds=20)),
        stand_in.secret,
        lambda: datetime.now(UTC),
        clock=lambda: now[0],
        dice=lambda: 1.0,
    )
    _OPENED.append(axis)
    stand_in.fault = lambda operation: "502"
    for _ in range(3):
        assert axis.ready
        axis.send("e-1", packet())
    assert not axis.ready
    for _ in range(10):  # the pauses grow, and never beyond what the settings say
        now[0] += 20
        assert axis.ready
        axis.send("e-1", packet())
        assert not axis.ready
    calls = stand_in.calls["sendEdoc"]
    assert isinstance(axis.send("e-1", packet()), TryLater)
    assert stand_in.calls["sendEdoc"] == calls
    stand_in.fault = lambda operation: ""
    now[0] += 20
    assert isinstance(axis.send("e-1", packet()), Delivered)
    assert axis.ready


def test_what_is_no_packet_of_ours_is_not_sent(stand_in: StandIn, settings: VxpAxis) -> None:
    assert isinstance(axis_of(settings).send("e-1", b"<x/>"), Refused)
    assert stand_in.calls == {}


def test_a_connection_is_kept_and_one_that_the_axis_closed_is_not_used(stand_in: StandIn, settings: VxpAxis) -> None:
    axis = axis_of(settings)
    for number in range(3):
        assert isinstance(axis.send("e", packet(number + 1)), Delivered)
    assert stand_in.connections == 1
    stand_in.fault = lambda operation: "hang-up"
    assert isinstance(axis.send("e", packet(4)), Unsure)
    stand_in.fault = lambda operation: ""
    assert isinstance(axis.send("e", packet(5)), Delivered)


def test_documents_pass_an_axis_full_of_faults_none_lost_none_twice(stand_in: StandIn, tmp_path: Path) -> None:
    run_through_faults(stand_in, tmp_path, 300, seed=6)
