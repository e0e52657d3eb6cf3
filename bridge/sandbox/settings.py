"""What the office can set about the sandbox.  The defaults hold a 50 MB mail with a PDF of a thousand pages."""

import os
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated

MEGABYTE = 1_000_000


@dataclass(frozen=True, slots=True)
class SandboxSettings:
    """Bounds of the child processes.  Sizes in octets, times in seconds."""

    children: Annotated[int, "How many mails are read at the same time; 0 = one per processor."] = 0
    folder: Annotated[
        Path | None, "Where the children's work folders are made; empty = the system's temporary folder."
    ] = None
    memory: Annotated[int, "Address space of one child."] = 1500 * MEGABYTE
    seconds: Annotated[float, "Processor time for one job."] = 60.0
    seconds_per_megabyte: Annotated[float, "Further processor time for each megabyte that the job is given."] = 2.0
    patience: Annotated[float, "By the clock a job may take so many times its processor time."] = 3.0
    start_seconds: Annotated[float, "Time for a child to start."] = 60.0
    file_size: Annotated[int, "The largest file a job may write."] = 200 * MEGABYTE
    folder_size: Annotated[int, "All that a job may write into its folder."] = 400 * MEGABYTE
    folder_entries: Annotated[int, "How many files a job may write."] = 1000
    answer_size: Annotated[int, "The longest answer that is taken from a child."] = 128 * MEGABYTE
    open_files: Annotated[int, "How many files a child may hold open."] = 128
    jobs_per_child: Annotated[int, "After so many jobs a child is replaced by a fresh one."] = 500
    readable: Annotated[tuple[Path, ...], "Further folders that a child may read (fonts, say)."] = ()

    def pool_size(self) -> int:
        """The number of children that are kept."""
        return self.children or os.cpu_count() or 1

    def allowance(self, octets: int) -> float:
        """Processor seconds for a job that is given so many octets; a fixed time would refuse what is merely large."""
        return self.seconds + self.seconds_per_megabyte * octets / MEGABYTE
