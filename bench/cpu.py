"""What a server's processes have used of the CPU: the steadier number on a machine that others use too."""

import os
from pathlib import Path

_TICKS = os.sysconf("SC_CLK_TCK")


def seconds(leader: int) -> float:
    """CPU seconds of every process in the leader's session, and of those of its children that have ended."""
    total = 0
    for folder in Path("/proc").glob("[0-9]*"):
        try:
            fields = (folder / "stat").read_text().rpartition(")")[2].split()
        except (FileNotFoundError, ProcessLookupError):
            continue  # it ended while we looked
        # proc(5), counted from the state: session is the 4th, utime and stime the 12th and 13th, those of ended
        # children the 14th and 15th.
        if int(fields[3]) == leader:
            total += int(fields[11]) + int(fields[12])
            if folder.name == str(leader):
                total += int(fields[13]) + int(fields[14])
    return total / _TICKS


def of(processes: tuple[int, ...]) -> float:
    """CPU seconds of these processes, without their children."""
    total = 0
    for process in processes:
        fields = Path(f"/proc/{process}/stat").read_text().rpartition(")")[2].split()
        total += int(fields[11]) + int(fields[12])
    return total / _TICKS
