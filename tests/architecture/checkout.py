"""The files of the checkout, without asking git: a release has none, nor has every machine that runs the tests."""

from collections.abc import Iterator
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
PACKAGES = ("bridge", "imap_poll", "outbound", "smtp_in", "store", "validation")

_MADE = {".git", ".venv", "var", "build", "dist", "__pycache__", ".hypothesis"}  # .gitignore says the same


def files(folder: Path = ROOT) -> Iterator[Path]:
    """Every file that is the project's own, in order; what tools make beside them is left out."""
    for entry in sorted(folder.iterdir()):
        if entry.name in _MADE or entry.name.endswith((".egg-info", "_cache")):
            continue
        if entry.is_dir():
            yield from files(entry)
        else:
            yield entry


def modules(*tops: str) -> list[Path]:
    """Every Python module below these folders."""
    return sorted(module for top in tops for module in (ROOT / top).rglob("*.py"))


def named(paths: list[Path]) -> list[str]:
    """Paths as a person reads them."""
    return [path.relative_to(ROOT).as_posix() for path in paths]
