"""`doctor` looks at the axes: do they let us in, is their clock ours, who may read the secrets."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest

from bridge.axis.settings import VxpAxis, VxpSystem
from bridge.doctor.checkup import Condition
from bridge.doctor.exchanges import exchanges
from bridge.settings import Settings, load
from bridge.settings.sections import VxpServer
from tests.axis.standin import StandIn
from tests.axis.vxp_given import settings_of
from tests.cli.command import Command


@pytest.fixture
def stand_in() -> Iterator[StandIn]:
    """An axis."""
    opened = StandIn()
    yield opened
    opened.close()


def looked_at(office: Command, *axes: VxpAxis, system: VxpSystem | None = None) -> dict[str, tuple[Condition, str]]:
    """What doctor says of them."""
    settings: Settings = load(office.settings, {})
    given = replace(settings, axis=axes, vxp_server=VxpServer((system,) if system else ()))
    found = list(exchanges(given))
    assert all(one.do for one in found if one.state is not Condition.OK)
    return {one.check: (one.state, one.says) for one in found}


def test_an_axis_that_lets_us_in_is_well(office: Command, stand_in: StandIn, tmp_path: Path) -> None:
    axis = settings_of(stand_in, tmp_path)
    axis.secret_file.chmod(0o600)
    found = looked_at(office, axis)
    assert {check: state for check, (state, _) in found.items()} == {
        "axis tinh secret": Condition.OK,
        "axis tinh": Condition.OK,
        "axis tinh clock": Condition.OK,
    }
    assert stand_in.calls == {"getReceivedEdocList": 1}


def test_a_secret_that_others_may_read_is_a_warning(office: Command, stand_in: StandIn, tmp_path: Path) -> None:
    axis = settings_of(stand_in, tmp_path)
    axis.secret_file.chmod(0o644)
    state, says = looked_at(office, axis)["axis tinh secret"]
    assert (state, "mode 644" in says) == (Condition.WARNING, True)


def test_a_wrong_secret_a_wrong_clock_and_a_wrong_address_are_told(
    office: Command, stand_in: StandIn, tmp_path: Path
) -> None:
    axis = settings_of(stand_in, tmp_path)
    axis.secret_file.write_bytes(b"another")
    assert looked_at(office, axis)["axis tinh"][0] is Condition.PROBLEM
    axis.secret_file.write_bytes(stand_in.secret)
    stand_in.skew = timedelta(hours=2)
    found = looked_at(office, axis)
    assert found["axis tinh"][0] is Condition.PROBLEM
    assert found["axis tinh clock"][0] is Condition.WARNING
    stand_in.fault = lambda operation: "html"
    assert "no word of the protocol" in looked_at(office, axis)["axis tinh"][1]
    away = replace(axis, url="http://127.0.0.1:9/x", connect_timeout=timedelta(seconds=1))
    assert "does not answer" in looked_at(office, away)["axis tinh"][1]


def test_the_secrets_of_systems_that_call_us_are_looked_at(office: Command, tmp_path: Path) -> None:
    system = VxpSystem("htqlvb", tmp_path / "absent")
    assert looked_at(office, system=system)["vxp_server htqlvb secret"][0] is Condition.PROBLEM
    (tmp_path / "absent").write_bytes(b"s")
    (tmp_path / "absent").chmod(0o600)
    assert looked_at(office, system=system)["vxp_server htqlvb secret"][0] is Condition.OK
