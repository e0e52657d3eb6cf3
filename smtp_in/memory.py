"""How much memory is left: of the machine, or of the control group where that has a limit of its own (a container)."""

from pathlib import Path

_MACHINE = Path("/proc/meminfo")
_GROUP = Path("/sys/fs/cgroup")  # as a container sees its own; on a plain machine the root has no limit and no files


def available(machine: Path = _MACHINE, group: Path = _GROUP) -> int | None:
    """Octets that can be had without swapping (proc(5), MemAvailable); None = the system does not say."""
    found = [octets for octets in (_of_machine(machine), _of_group(group)) if octets is not None]
    return min(found, default=None)


def _of_machine(file: Path) -> int | None:
    try:
        lines = file.read_text("ascii").splitlines()
    except OSError:
        return None
    return next((int(line.split()[1]) * 1024 for line in lines if line.startswith("MemAvailable:")), None)


def _of_group(folder: Path) -> int | None:
    """Limit less use, where cached files that were not touched lately count as free: they are given up first."""
    try:
        limit = (folder / "memory.max").read_text("ascii").strip()
        used = int((folder / "memory.current").read_text("ascii"))
        rows = (folder / "memory.stat").read_text("ascii").splitlines()
    except OSError:
        return None
    if not limit.isdecimal():  # "max"
        return None
    idle = next((int(row.split()[1]) for row in rows if row.startswith("inactive_file ")), 0)
    return int(limit) - used + idle
