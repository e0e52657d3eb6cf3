"""Limits of size by recipient: at RCPT where the size was declared, else when the mail has come."""

from dataclasses import replace

import pytest

from smtp_in.settings import SmtpSettings
from smtp_in.sizes import Sizes
from tests.wire.conftest import OpenDoor
from tests.wire.served import SETTINGS
from tests.wire.talk import talk

_FOR = {"Small@ours.example": 1000, "@vanthư.example": 2000}
_SETTINGS = replace(SETTINGS, max_size=100_000, max_size_for=_FOR)
_LMTP = replace(_SETTINGS, listen=(), lmtp_listen=("127.0.0.1:0",))
_HELLO = "S: 220 *\nC: EHLO me.example\nS: 250-*\n"


def _body(octets: int) -> str:
    return f"C: DATA\nS: 354 *\nR: {'x' * (octets - 2)}\\r\\n.\\r\\n\n"


def _envelope(*recipients: str, size: str = "") -> str:
    said = "".join(f"C: RCPT TO:<{address}>\nS: 250 *\n" for address in recipients)
    return f"C: MAIL FROM:<a@b.example>{size}\nS: 250 *\n{said}"


def test_a_declared_size_is_refused_at_rcpt_for_that_recipient_alone(open_door: OpenDoor) -> None:
    door = open_door(_SETTINGS)
    talk(
        door.port,
        _HELLO
        + _envelope("large@ours.example", size=" SIZE=1001")
        + "C: RCPT TO:<small@OURS.example>\nS: 552 5.3.4 *this recipient*\n"
        + _body(1001)
        + "S: 250 2.0.0 *",
    )
    (mail,) = door.store.mails()
    assert [path.address for path in mail.origin.rcpt_to] == ["large@ours.example"]


@pytest.mark.parametrize(("octets", "reply"), [(1000, "250 2.0.0 *"), (1001, "552 5.3.4 *this recipient*")])
def test_in_smtp_the_smallest_limit_holds_for_all(open_door: OpenDoor, octets: int, reply: str) -> None:
    door = open_door(_SETTINGS)
    talk(door.port, _HELLO + _envelope("large@ours.example", "small@ours.example") + _body(octets) + f"S: {reply}")
    assert door.store.spooled() == []


def test_in_lmtp_each_limit_holds_for_its_own(open_door: OpenDoor) -> None:
    door = open_door(_LMTP)
    everyone = _envelope("small@ours.example", "large@ours.example")
    hello = _HELLO.replace("EHLO", "LHLO")
    talk(door.port, hello + everyone + _body(1001) + "S: 552 5.3.4 *this recipient*\nS: 250 2.0.0 *")
    talk(door.port, hello + everyone + _body(100_001) + "S: 552 5.3.4 *this door*\nS: 552 5.3.4 *this door*")
    (mail,) = door.store.mails()
    assert [path.address for path in mail.origin.rcpt_to] == ["large@ours.example"]


def test_a_mail_far_beyond_a_small_limit_is_read_to_its_end_and_refused(open_door: OpenDoor) -> None:
    """Cut off in the middle, its sender would try again and again."""
    door = open_door(_SETTINGS)
    talk(
        door.port,
        _HELLO + _envelope("small@ours.example") + _body(60_000) + "S: 552 5.3.4 *\nC: NOOP\nS: 250 2.0.0 OK",
    )


def test_an_address_comes_before_its_domain_and_the_domain_before_the_door() -> None:
    sizes = Sizes(replace(SETTINGS, max_size_for={"@d.example": 20, "a@d.example": 30}))
    assert [sizes.of(address) for address in ("A@D.example", "b@d.example", "b@sub.d.example", "postmaster")] == [
        30,
        20,
        SETTINGS.max_size,
        SETTINGS.max_size,
    ]


@pytest.mark.parametrize("limit", [{"d.example": 1}, {"@d.example": 60_000_000}, {"@d.example": 0}])
def test_a_limit_of_nobody_or_beyond_the_doors_own_is_an_error(limit: dict[str, int]) -> None:
    with pytest.raises(ValueError, match="max_size_for"):
        SmtpSettings(max_size_for=limit)
