"""Builds the wheel from a clean copy and checks what is in it: our six packages, whole, and nothing else.

`check-wheel-contents` knows the common mistakes; that no template, schema or migration of ours is left out and
that each package is one of docbridge's own (their names are generic), is checked here.
"""

import shutil
import subprocess
import sys
import tempfile
import zipfile
from pathlib import Path

PACKAGES = ("bridge", "imap_poll", "outbound", "smtp_in", "store", "validation")


def main() -> int:
    """Exit code 0 when the wheel is right; else 1, with what is wrong on stderr."""
    root = Path(__file__).resolve().parent.parent
    with tempfile.TemporaryDirectory(prefix="docbridge-wheel-") as name:
        copy = Path(name) / "source"
        copy.mkdir()
        for top in root.glob("*.*"):
            if top.name in {"pyproject.toml", "README.md"}:
                shutil.copy(top, copy)
        for package in PACKAGES:
            shutil.copytree(root / package, copy / package, ignore=shutil.ignore_patterns("__pycache__"))
        wanted = {
            file.relative_to(copy).as_posix()
            for package in PACKAGES
            for file in (copy / package).rglob("*")
            if file.is_file()
        }
        build = [sys.executable, "-m", "build", "--wheel", "--no-isolation", "--outdir", name, str(copy)]
        built = subprocess.run(build, capture_output=True, text=True, check=False)
        if built.returncode != 0:
            print(built.stdout + built.stderr, file=sys.stderr)
            return 1
        (wheel,) = Path(name).glob("*.whl")
        verdict = wrong(wheel, wanted)
        if verdict:
            print("\n".join(verdict), file=sys.stderr)
            return 1
        checker = Path(sys.executable).parent / "check-wheel-contents"
        config = ["--config", str(root / "pyproject.toml")]
        return subprocess.run([checker, *config, wheel], check=False).returncode


def wrong(wheel: Path, wanted: set[str]) -> list[str]:
    """What differs between the wheel and the packages, in words."""
    with zipfile.ZipFile(wheel) as archive:
        found = {name for name in archive.namelist() if ".dist-info/" not in name}
    return [
        f"check_wheel: not in the wheel: {name} (see package-data in pyproject.toml)" for name in sorted(wanted - found)
    ] + [f"check_wheel: in the wheel, but not in the packages: {name}" for name in sorted(found - wanted)]


if __name__ == "__main__":
    sys.exit(main())
