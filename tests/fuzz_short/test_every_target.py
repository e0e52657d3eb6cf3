"""The fuzzing of `make fuzz` in short: a few dozen inputs by hypothesis for each target, in this process."""

from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings

from tests.fuzz.targets import TARGETS

EXAMPLES = 25


@pytest.mark.parametrize("name", TARGETS, ids=[f"{one.name}: {one.promise}" for one in TARGETS.values()])
def test_that(name: str, tmp_path: Path) -> None:
    target = TARGETS[name]
    seeds = list(target.seeds())
    with target.opened(tmp_path) as take:
        for seed in seeds:
            take(seed)

        @settings(max_examples=EXAMPLES, deadline=None, database=None, suppress_health_check=list(HealthCheck))
        @given(target.shapes(seeds))
        def some(content: bytes) -> None:
            take(content)

        some()
