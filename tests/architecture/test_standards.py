"""docs/standards.md lists every standard and law that the code names, and the packages of each row do name it."""

import re
from functools import cache

import pytest

from tests.architecture.checkout import PACKAGES, ROOT, files

_NAMED = re.compile(
    r"RFC \d{3,4}|(?:Decree|Decision|Circular) \d+/\d{4}|QCVN \d+:\d{4}|TCVN \d+|ISO \d{4,5}(?:-\d)?"
    r"|ETSI (?:EN|TS) \d{3} \d{3}-\d|ECMA-\d+|ODF 1\.\d|CVE-\d{4}-\d+"
)
_ROW = re.compile(r"^\| ([^|]+?) \| [^|]+ \| (`[^|]+`) \|$", re.MULTILINE)


def rows() -> dict[str, list[str]]:
    """The page: standard, and the packages that follow it."""
    page = (ROOT / "docs" / "standards.md").read_text("utf-8")
    return {name: re.findall(r"`([^`]+)`", where) for name, where in _ROW.findall(page)}


@cache
def named_below(folder: str) -> set[str]:
    """The standards that the sources of a folder name, however their lines are broken."""
    sources = [file for file in files(ROOT / folder) if file.suffix in {".py", ".xsd"}]
    return {name for file in sources for name in _NAMED.findall(" ".join(file.read_text("utf-8").split()))}


def test_every_standard_that_the_code_names_is_on_the_page() -> None:
    named = {name for package in PACKAGES for name in named_below(package)}
    assert sorted(named - set(rows())) == [], "add a row to docs/standards.md"


@pytest.mark.parametrize("name", rows())
def test_each_package_of_a_row_names_its_standard(name: str) -> None:
    where = rows()[name]
    assert where
    assert [folder for folder in where if name not in named_below(folder)] == []
