"""The shape of the house: one module, one noun, short, opening with its promise."""

import ast
import statistics
from pathlib import Path

from tests.architecture.checkout import PACKAGES, ROOT, files, modules, named

LONGEST = 400


def lines(module: Path) -> int:
    """How long a module is."""
    return len(module.read_bytes().splitlines())


def test_no_module_is_over_400_lines() -> None:
    long = [module for module in modules(*PACKAGES, "tests", "scripts", "bench") if lines(module) > LONGEST]
    assert named(long) == []


def test_half_of_the_modules_have_at_most_120_lines() -> None:
    median = statistics.median(lines(module) for module in modules(*PACKAGES))
    assert median <= 120, f"the median is {median:g} lines"


def test_every_module_opens_with_a_docstring() -> None:
    silent = [
        module
        for module in modules(*PACKAGES, "tests", "scripts", "bench")
        if not ast.get_docstring(ast.parse(module.read_bytes()))
    ]
    assert named(silent) == []


def test_no_class_is_named_for_what_it_might_do() -> None:
    vague = [
        f"{name}: {node.name}"
        for module, name in zip(modules(*PACKAGES), named(modules(*PACKAGES)), strict=True)
        for node in ast.walk(ast.parse(module.read_bytes()))
        if isinstance(node, ast.ClassDef) and node.name.endswith(("Manager", "Helper", "Utils", "Util"))
    ]
    assert vague == []


def test_every_test_runs_none_is_skipped_or_expected_to_fail() -> None:
    words = ("pytest.mark.skip", "pytest.mark.xfail", "pytest.skip(", "pytest.xfail(", "importorskip")
    excused = [
        f"{module.relative_to(ROOT)}: {word}"
        for module in modules("tests")
        if module != Path(__file__).resolve()
        for word in words
        if word in module.read_text("utf-8")
    ]
    assert excused == []


def test_nothing_is_left_to_do_later() -> None:
    marks = (b"TO" + b"DO", b"FIX" + b"ME", b"X" + b"XX:")
    left = [file for file in files() if file.suffix != ".txt" and any(mark in file.read_bytes() for mark in marks)]
    assert named(left) == []
