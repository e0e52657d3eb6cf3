"""What a child must be able to read to run at all: Python, its libraries, our packages.  Never the checkout itself:
settings, keys and mails lie there.
"""

import sysconfig
from pathlib import Path

_PACKAGES = ("bridge", "smtp_in", "imap_poll", "outbound", "store", "validation")
_SYSTEM = (
    "/lib",
    "/lib64",
    "/usr/lib",
    "/usr/lib64",
    "/usr/local/lib",
    "/usr/share",  # fonts, time zones, libmagic's database
    "/usr/local/share/fonts",
    "/etc/ld.so.cache",
    "/etc/fonts",
    "/etc/localtime",
    "/etc/magic",
    "/etc/mime.types",
)


def project_root() -> Path:
    """The folder that holds our packages."""
    return Path(__file__).resolve().parents[2]


def readable() -> tuple[Path, ...]:
    """Folders and files that a child may read, the widest first; those that are not there are harmless."""
    python = {Path(sysconfig.get_path(name)) for name in ("stdlib", "platstdlib", "purelib", "platlib")}
    ours = [project_root() / name for name in _PACKAGES]
    return (*map(Path, _SYSTEM), *sorted(python), *ours)
