"""What is installed under our six generic names is docbridge, from this checkout."""

import importlib
import tomllib
from importlib.metadata import distribution, packages_distributions
from pathlib import Path

import pytest

from tests.architecture.checkout import PACKAGES, ROOT


@pytest.mark.parametrize("package", PACKAGES)
def test_the_package_is_docbridges_and_nobody_elses(package: str) -> None:
    assert set(packages_distributions()[package]) == {"docbridge"}
    (location,) = importlib.import_module(package).__path__
    assert Path(location) == ROOT / package


def test_the_distribution_is_never_uploaded_and_has_one_command() -> None:
    installed = distribution("docbridge")
    assert "Private :: Do Not Upload" in installed.metadata.get_all("Classifier", [])
    commands = {entry.name: entry.value for entry in installed.entry_points if entry.group == "console_scripts"}
    assert commands == {"docbridge": "bridge.cli.main:main"}


def test_the_settings_of_the_packaging_name_exactly_the_six() -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text())
    assert tuple(project["tool"]["check-wheel-contents"]["toplevel"]) == PACKAGES
    included = project["tool"]["setuptools"]["packages"]["find"]["include"]
    assert sorted(included) == sorted(f"{package}*" for package in PACKAGES)
