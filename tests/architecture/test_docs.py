"""The pages that are made from declarations in the code are what the code makes today."""

from collections.abc import Callable

import pytest

from bridge.cli.main import COMMANDS, docbridge
from scripts.write_docs import PAGES
from tests.architecture.checkout import ROOT


@pytest.mark.parametrize(("name", "page"), PAGES.items(), ids=PAGES)
def test_the_page_equals_what_the_code_makes(name: str, page: Callable[[], str]) -> None:
    written = (ROOT / "docs" / name).read_text(encoding="utf-8")
    assert written == page(), "run: .venv/bin/python scripts/write_docs.py"


@pytest.mark.parametrize("name", COMMANDS)
def test_every_command_is_described_in_one_sentence_and_more_in_its_help(name: str) -> None:
    import click

    command = docbridge.get_command(click.Context(docbridge), name)
    assert command is not None
    assert command.name == name
    assert (command.help or "").strip().endswith((".", ")"))
