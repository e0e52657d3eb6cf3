"""LibreOffice as a printer: many files at once, in a profile of its own."""

from __future__ import annotations

import shutil
import subprocess
from collections.abc import Mapping
from pathlib import Path

_AT_ONCE = 60


def program() -> str:
    """Where it is.

    Raises:
        FileNotFoundError: it is not installed; `make fields` installs it where it may.
    """
    found = shutil.which("soffice") or shutil.which("libreoffice")
    if found is None:
        raise FileNotFoundError("LibreOffice (Debian: libreoffice-writer-nogui)")
    return found


def printed(texts: Mapping[str, str], folder: Path, form: str = "pdf") -> dict[str, Path]:
    """Each flat OpenDocument text as a file of that form."""
    folder.mkdir(parents=True, exist_ok=True)
    sources = []
    for name, xml in texts.items():
        sources.append(folder / f"{name}.fodt")
        sources[-1].write_text(xml, "utf-8")
    for start in range(0, len(sources), _AT_ONCE):
        command = [
            program(),
            f"-env:UserInstallation={(folder / 'profile').as_uri()}",
            "--headless",
            "--convert-to",
            form,
        ]
        command += ["--outdir", str(folder / form), *map(str, sources[start : start + _AT_ONCE])]
        subprocess.run(command, check=True, capture_output=True, timeout=600)
    return {name: folder / form / f"{name}.{form}" for name in texts}
