"""What the Makefile and CI call by name can be called: every file with an interpreter line is executable."""

import os

import pytest

from tests.architecture.checkout import ROOT

SCRIPTS = sorted(
    file.relative_to(ROOT).as_posix()
    for folder in ("scripts", ".ci")
    for file in (ROOT / folder).iterdir()
    if file.is_file() and file.read_bytes().startswith(b"#!")
)


def test_there_are_scripts() -> None:
    assert {".ci/run", "scripts/setup-test", "scripts/setup-venv"} <= set(SCRIPTS)


@pytest.mark.parametrize("name", SCRIPTS)
def test_a_script_can_be_run(name: str) -> None:
    assert os.access(ROOT / name, os.X_OK)
