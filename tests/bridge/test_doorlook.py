"""Whose programs are refused at the door: those of every class that the sender may be of, seen by a child."""

import asyncio
from collections.abc import Iterator, Mapping
from pathlib import Path

import pytest

from bridge.doorlook import DoorLook, possible_classes, refused_classes
from bridge.jobs import JOBS
from bridge.policy import Policy
from bridge.sandbox.pool import Pool
from bridge.sandbox.settings import SandboxSettings
from smtp_in.replies import PROGRAM_REFUSED
from store.mail import ForwardPath, SmtpOrigin
from store.registry import RoutingRule
from store.reply import Reply
from validation.settings import ReadingCaps

_ALL = frozenset({"agency", "business", "individual"})
_PROGRAM = "format.executable"
POLICIES: Mapping[str, tuple[Policy, frozenset[str]]] = {
    "the default refuses programs of all": (Policy(), _ALL),
    "an office that refuses nothing": (Policy(refuse_automatically=()), frozenset()),
    "one that refuses them of one class": (
        Policy(refuse_automatically=(f"{_PROGRAM}:individual",)),
        frozenset({"individual"}),
    ),
    "one to which a business' program is a doubt": (
        Policy(severity={"business": {_PROGRAM: "doubt"}}),
        _ALL - {"business"},
    ),
}


@pytest.mark.parametrize(("policy", "refused"), POLICIES.values(), ids=POLICIES)
def test_the_policy_says_of_whom_programs_are_refused(policy: Policy, refused: frozenset[str]) -> None:
    assert refused_classes(policy) == refused


_OPEN = RoutingRule("open", 3, "open@ours.example", sender_class="individual")
_OF_ONE_SENDER = RoutingRule("one", 1, "open@ours.example", sender="@agency.example", sender_class="agency")
_SILENT = RoutingRule("silent", 2, "silent@ours.example")
ROUTES: Mapping[str, tuple[tuple[RoutingRule, ...], frozenset[str]]] = {
    "no rule: any": ((), _ALL),
    "a rule for another address: any": ((_SILENT,), _ALL),
    "a rule that makes a class of all": ((_OPEN,), frozenset({"individual"})),
    "one before it that may fit, too": ((_OPEN, _OF_ONE_SENDER), frozenset({"individual", "agency"})),
    "one that may fit, alone: any": ((_OF_ONE_SENDER,), _ALL),
    "a rule that says nothing of classes: any": ((RoutingRule("x", 0, "@ours.example"), _OPEN), _ALL),
}


@pytest.mark.parametrize(("rules", "classes"), ROUTES.values(), ids=ROUTES)
def test_a_rule_may_say_of_which_class_everybody_is(rules: tuple[RoutingRule, ...], classes: frozenset[str]) -> None:
    assert possible_classes("Open@ours.example", rules) == classes


@pytest.fixture(scope="module")
def pool() -> Iterator[Pool]:
    with Pool(SandboxSettings(children=1), JOBS) as opened:
        opened.wait_ready()
        yield opened


def _mail(name: str) -> bytes:
    head = b'From: a@b.example\r\nContent-Disposition: attachment; filename="'
    return head + name.encode() + b'"\r\n\r\nx\r\n'


def _asked(look: DoorLook, content: bytes | Path, mail_from: str = "a@b.example") -> tuple[Reply | None, ...]:
    to = (ForwardPath("open@ours.example"), ForwardPath("silent@ours.example"))
    origin = SmtpOrigin(mail_from, to, "192.0.2.1", "b.example")

    async def ask() -> tuple[Reply | None, ...]:
        return await look(content, origin)

    try:
        return asyncio.run(ask())
    finally:
        look.close()


def test_each_recipient_has_the_answer_of_its_own_policy(pool: Pool, tmp_path: Path) -> None:
    policy = Policy(refuse_automatically=(f"{_PROGRAM}:individual",))
    spooled = tmp_path / "mail"
    spooled.write_bytes(_mail("a.exe"))
    for content in (spooled, spooled.read_bytes()):
        look = DoorLook(pool, policy, ReadingCaps(), lambda: (_OPEN, _SILENT))
        assert look.glance() is not None
        assert _asked(look, content) == (PROGRAM_REFUSED, None)


@pytest.mark.parametrize(
    "content",
    [
        pytest.param(_mail("a.txt"), id="no program"),
        pytest.param(b"Auto-Submitted: auto-replied\r\n" + _mail("a.exe"), id="a program in what is no document"),
        pytest.param(_mail("a.exe").replace(b"x\r\n", b""), id="an empty file"),
        pytest.param(Path("gone"), id="a file that is not there any more"),
    ],
)
def test_what_is_not_certain_is_taken(pool: Pool, content: bytes | Path) -> None:
    assert _asked(DoorLook(pool, Policy(), ReadingCaps(), tuple), content) == (None, None)


def test_without_a_child_all_is_taken() -> None:
    closed = Pool(SandboxSettings(children=1), JOBS)
    closed.close()
    assert _asked(DoorLook(closed, Policy(), ReadingCaps(), tuple), _mail("a.exe")) == (None, None)


def test_where_programs_are_refused_of_nobody_there_is_nothing_to_see(pool: Pool) -> None:
    look = DoorLook(pool, Policy(refuse_automatically=()), ReadingCaps(), tuple)
    assert look.glance() is None
    assert _asked(look, _mail("a.exe")) == (None, None)
