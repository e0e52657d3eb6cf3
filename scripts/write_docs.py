"""Writes the pages of docs/ that are made from declarations in the code: settings, findings, commands.

Usage: python scripts/write_docs.py.  Promise: the same code gives the same pages; a test compares them.
"""

from collections.abc import Callable
from pathlib import Path

from bridge.cli.describe import page as commands
from bridge.cli.findings import page as findings
from bridge.settings.describe import page as settings

PAGES: dict[str, Callable[[], str]] = {"cli.md": commands, "findings.md": findings, "settings.md": settings}


def main() -> None:
    """Writes every page that differs."""
    folder = Path(__file__).resolve().parent.parent / "docs"
    folder.mkdir(exist_ok=True)
    for name, page in PAGES.items():
        file, text = folder / name, page()
        if not file.exists() or file.read_text(encoding="utf-8") != text:
            file.write_text(text, encoding="utf-8")
            print(f"docs/{name} written")


if __name__ == "__main__":
    main()
