"""What the pages point to is there: links, headings, commands, settings."""

import re
import tomllib
from pathlib import Path

import click
import pytest

from bridge.axis.settings import FolderAxis
from bridge.cli.main import COMMANDS, docbridge
from bridge.settings import load
from tests.architecture.checkout import ROOT, named

PAGES = sorted([*ROOT.glob("*.md"), *(ROOT / "docs").glob("*.md")])
_LINK = re.compile(r"!?\[[^\]]*\]\(([^)\s]+)\)")
_FENCE = re.compile(r"^```(\w*)[^\n]*\n(.*?)^```", re.MULTILINE | re.DOTALL)
_CALL = re.compile(r"^(?:[\w./]*/)?(?:docbridge|db) ([a-z]+)(?: ([a-z]+))?", re.MULTILINE)
_NOT_THERE = {"backup", "restore", "purge"}  # named as such


def anchors(page: Path) -> set[str]:
    """The headings of a page as links name them: lower case, blanks to hyphens, no punctuation."""
    text = _FENCE.sub("", page.read_text("utf-8"))
    titles = re.findall(r"^#+ (.+)$", text, re.MULTILINE)
    return {re.sub(r"[^\w\- ]", "", title.lower()).replace(" ", "-") for title in titles}


@pytest.mark.parametrize("page", PAGES, ids=named(PAGES))
def test_every_link_of_the_page_leads_somewhere(page: Path) -> None:
    broken = []
    for link in _LINK.findall(page.read_text("utf-8")):
        name, _, anchor = link.partition("#")
        target = page.parent / name if name else page
        if "://" in link or (target.exists() and (not anchor or anchor in anchors(target))):
            continue
        broken.append(link)
    assert broken == []


@pytest.mark.parametrize("page", PAGES, ids=named(PAGES))
def test_every_command_in_an_example_of_the_page_is_one(page: Path) -> None:
    unknown = []
    for kind, block in _FENCE.findall(page.read_text("utf-8")):
        for noun, verb in _CALL.findall(block) if kind == "sh" else ():
            command = docbridge.get_command(click.Context(docbridge), noun)
            if command is None or (isinstance(command, click.Group) and verb not in command.commands):
                unknown.append(f"{noun} {verb}".strip())
    assert unknown == []


def test_the_examples_call_something() -> None:
    calls = {
        noun
        for page in PAGES
        for _, block in _FENCE.findall(page.read_text("utf-8"))
        for noun, _ in _CALL.findall(block)
    }
    assert len(calls & set(COMMANDS)) > 10
    assert not _NOT_THERE & set(COMMANDS), "the pages say that these are not there yet"


def test_the_settings_shown_in_operations_can_be_loaded(tmp_path: Path) -> None:
    page = (ROOT / "docs" / "operations.md").read_text("utf-8")
    blocks = [block for kind, block in _FENCE.findall(page) if kind == "toml"]
    shown = [tomllib.loads(block) for block in blocks]
    assert len(shown) == 7
    whole = next(block for kind, block in _FENCE.findall(page) if kind == "toml" and "[office]" in block)
    file = tmp_path / "docbridge.toml"
    file.write_text(whole + "[smtp_in]\n[outbound]\n", "utf-8")
    settings = load(file, {})
    (axis,) = settings.axis
    assert isinstance(axis, FolderAxis)
    assert str(axis.directory) == "/var/lib/docbridge/axis"
    file.write_text(file.read_text("utf-8") + "".join(block for block in blocks if "vxp" in block), "utf-8")
    settings = load(file, {})
    assert [axis.kind for axis in settings.axis] == ["folder", "vxp"]
    assert [system.id for system in settings.vxp_server.system] == ["htqlvb"]
    file.write_text(file.read_text("utf-8") + "".join(block for block in blocks if "[evidence]" in block), "utf-8")
    assert load(file, {}).evidence.proxy
    (database,) = (one["store"]["database"] for one in shown if "store" in one and "office" not in one)
    file.write_text(file.read_text("utf-8").replace("[store]\n", f'[store]\ndatabase = "{database}"\n'), "utf-8")
    assert load(file, {}).store.database.startswith("postgresql+psycopg://")
    for block in (block for block in blocks if "[outbound]" in block and "[office]" not in block):
        file.write_text(f"{whole}[smtp_in]\n{block}", "utf-8")
        assert load(file, {}).outbound
