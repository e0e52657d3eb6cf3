"""Where mails go: patterns, order, several organs, dissolved organs, and what happens when no rule fits."""

from dataclasses import replace
from datetime import date
from pathlib import Path

import pytest

from bridge.addressee import Addressee, addressee
from bridge.axis.settings import FolderAxis
from bridge.job import Snapshot
from bridge.policy import Policy
from bridge.routing import Routes, address_fits, route
from bridge.settings.sections import Office
from store.mail import FileOrigin, ForwardPath
from store.registry import Organ, OrganId, RoutingRule
from validation.codes import Code
from validation.message import read
from validation.settings import ReadingCaps

TODAY = date(2026, 11, 22)
ORGANS = (
    Organ("noi-vu", "Sở Nội vụ", ids=(OrganId("qd-20", "H99.5"), OrganId("qcvn-102", "000.00.05.H99"))),
    Organ("tttt", "Sở Thông tin và Truyền thông", ids=(OrganId("qd-20", "H99.6"),), successor="khcn"),
    Organ("khcn", "Sở Khoa học và Công nghệ", ids=(OrganId("qd-20", "H99.7"),)),
)


def snapshot(*rules: RoutingRule) -> Snapshot:
    """A snapshot with those rules and one axis."""
    return Snapshot(
        office=Office("H99", "Văn phòng"),
        policy=Policy(),
        caps=ReadingCaps(),
        axes=(FolderAxis("tinh", directory=Path("axis")),),
        routes=rules,
        organs=ORGANS,
        correspondents=(),
        our_addresses=("vanthu@tinh.test",),
        sender="vanthu@tinh.test",
        return_path="bounce+{token}@tinh.test",
        reply_to="reply+{token}@tinh.test",
    )


def routed(
    *rules: RoutingRule,
    to: tuple[str, ...] = ("vanthu@tinh.test",),
    sender: str = "a@so.test",
    subject: str = "Thư",
) -> Routes:
    """Where a mail goes by those rules."""
    message = read(f"From: {sender}\r\nSubject: {subject}\r\n\r\n".encode())
    origin = FileOrigin("x.eml", sender, tuple(map(ForwardPath, to)))
    return route(origin, message, snapshot(*rules), TODAY)


@pytest.mark.parametrize(
    ("pattern", "address", "fits"),
    [
        pytest.param("", "a@b.test", True, id="an empty pattern fits everything"),
        pytest.param("A@B.test", "a@b.TEST", True, id="letter case does not count"),
        pytest.param("@b.test", "a@b.test", True, id="a domain fits its addresses"),
        pytest.param("@b.test", "a@sub.b.test", False, id="a domain does not fit its subdomains"),
        pytest.param("phong-*@b.test", "phong-1@b.test", True, id="a star stands for letters"),
        pytest.param("a@b.test", "xa@b.test", False, id="an address fits only itself"),
    ],
)
def test_patterns(pattern: str, address: str, fits: bool) -> None:
    assert address_fits(pattern, address) is fits


def test_the_first_rule_that_fits_decides() -> None:
    found = routed(
        RoutingRule("second", 2.0, organs=("khcn",)), RoutingRule("first", 1.0, sender="@so.test", organs=("noi-vu",))
    )
    assert (found.rule, found.organ_ids) == ("first", ("H99.5",))


def test_a_subject_fits_without_accents_and_letter_case() -> None:
    rule = RoutingRule("r", subject="bao cao", organs=("noi-vu",))
    assert routed(rule, subject="=?utf-8?q?V/v_B=C3=81O_c=C3=A1o_qu=C3=BD?=").organ_ids == ("H99.5",)
    assert routed(rule, subject="Khac").organ_ids == ()


def test_several_recipients_become_several_organs_of_one_destination() -> None:
    found = routed(
        RoutingRule("nv", recipient="noivu@tinh.test", organs=("noi-vu",)),
        RoutingRule("kc", recipient="khcn@tinh.test", organs=("khcn", "noi-vu")),
        to=("noivu@tinh.test", "khcn@tinh.test"),
    )
    assert len(found.destinations) == 1
    assert found.organ_ids == ("H99.5", "H99.7")


def test_ours_without_a_rule_is_a_missing_route() -> None:
    assert [seen.code for seen in routed().observations] == [Code.ROUTE_MISSING]


def test_nobody_of_ours_is_an_unknown_recipient() -> None:
    found = routed(RoutingRule("r", recipient="b@tinh.test", organs=("noi-vu",)), to=("x@elsewhere.test",))
    assert [seen.code for seen in found.observations] == [Code.RECIPIENT_UNKNOWN]


def test_an_answer_to_a_letter_of_ours_is_for_us() -> None:
    found = routed(to=("reply+abc234@tinh.test",))
    assert [seen.code for seen in found.observations] == [Code.ROUTE_MISSING]


def test_a_rule_may_say_the_senders_class() -> None:
    assert routed(RoutingRule("r", sender_class="business", organs=("noi-vu",))).sender_class == "business"


@pytest.mark.parametrize(
    ("named", "expected"),
    [
        pytest.param("noi-vu", Addressee("H99.5", "Sở Nội vụ"), id="by our uid, under its present id"),
        pytest.param("000.00.05.H99", Addressee("000.00.05.H99", "Sở Nội vụ"), id="by an old id, as written"),
        pytest.param(
            "tttt",
            Addressee("H99.7", "Sở Khoa học và Công nghệ", "Sở Thông tin và Truyền thông"),
            id="a dissolved organ stands for its successor",
        ),
        pytest.param("H41.1", Addressee("H41.1", ""), id="an id that no register knows is taken at its word"),
    ],
)
def test_addressees(named: str, expected: Addressee) -> None:
    assert addressee(named, ORGANS, TODAY) == expected


def test_an_axis_is_given_the_ids_of_the_scheme_that_it_wants() -> None:
    rules = (RoutingRule("r", recipient="*", organs=("noi-vu", "khcn", "H99.6")),)
    given = snapshot(*rules)
    old = replace(given, axes=(FolderAxis("tinh", directory=Path("axis"), organ_scheme="qcvn-102"),))
    message, origin = read(b"Subject: x\r\n\r\n"), FileOrigin("x.eml", "a@b.test", (ForwardPath("vanthu@tinh.test"),))
    assert route(origin, message, given, TODAY).organ_ids == ("H99.5", "H99.7")
    assert route(origin, message, old, TODAY).organ_ids == ("000.00.05.H99", "H99.7")


def test_who_is_served_in_the_place_of_a_dissolved_organ_is_noted() -> None:
    routes = routed(RoutingRule("r", recipient="*", organs=("H99.6", "noi-vu")))
    (note,) = routes.observations
    assert note.code is Code.ORGAN_SUCCEEDED
    assert note.evidence == {"organ": "Sở Thông tin và Truyền thông", "successor": "Sở Khoa học và Công nghệ"}


def test_successors_in_a_circle_end() -> None:
    circle = (Organ("a", "A", ids=(OrganId("qd-20", "H1"),), successor="b"), Organ("b", "B", successor="a"))
    assert addressee("a", circle, TODAY).name in ("A", "B")
