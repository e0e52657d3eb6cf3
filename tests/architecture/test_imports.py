"""The arrows of the design: import-linter's contracts hold, and nobody but `bridge` imports `bridge`."""

import ast
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.architecture.checkout import ROOT

#: What each package may import of ours. The design's picture, as a table.
ALLOWED = {
    "bridge": {"bridge", "smtp_in", "imap_poll", "outbound", "store", "validation"},
    "smtp_in": {"smtp_in", "store", "validation"},
    "imap_poll": {"imap_poll", "store", "validation"},
    "outbound": {"outbound", "store", "validation"},
    "store": {"store", "validation"},
    "validation": {"validation"},
}


def imported(module: Path) -> Iterator[str]:
    """The dotted names that a module imports, also inside functions; relative ones are its own."""
    for node in ast.walk(ast.parse(module.read_bytes())):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and node.level == 0:
            yield node.module or ""


@pytest.mark.parametrize("package", ALLOWED)
def test_the_package_imports_only_those_below_it(package: str) -> None:
    wrong = [
        f"{module.relative_to(ROOT)} imports {name}"
        for module in sorted((ROOT / package).rglob("*.py"))
        for name in imported(module)
        if name.split(".")[0] in ALLOWED and name.split(".")[0] not in ALLOWED[package]
    ]
    assert wrong == []


def test_no_package_of_ours_imports_the_tests_or_the_scripts() -> None:
    wrong = [
        f"{module.relative_to(ROOT)} imports {name}"
        for package in ALLOWED
        for module in (ROOT / package).rglob("*.py")
        for name in imported(module)
        if name.split(".")[0] in {"tests", "scripts", "bench"}
    ]
    assert wrong == []


def test_import_linter_finds_every_contract_kept() -> None:
    linter = Path(sys.executable).parent / "lint-imports"
    said = subprocess.run([linter, "--no-cache"], cwd=ROOT, capture_output=True, text=True, check=False)
    assert said.returncode == 0, said.stdout + said.stderr
