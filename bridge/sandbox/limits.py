"""Resource limits of a child (setrlimit(2)): memory, processor time, size of files, open files, no core dumps."""

import math
import resource

#: Room for the processor time of all jobs of a child; what one job may use is the soft limit, set before each.
CPU_FOR_LIFE = 24 * 3600


def impose(memory: int, file_size: int, open_files: int) -> None:
    """Set the limits that hold for the child's whole life."""
    for what, wanted in (
        (resource.RLIMIT_AS, memory),
        (resource.RLIMIT_FSIZE, file_size),
        (resource.RLIMIT_NOFILE, open_files),
        (resource.RLIMIT_CORE, 0),
        (resource.RLIMIT_MEMLOCK, 0),
    ):
        _lower(what, wanted)
    _lower(resource.RLIMIT_CPU, CPU_FOR_LIFE)


def _lower(what: int, wanted: int) -> None:
    _, hard = resource.getrlimit(what)
    lowest = wanted if hard == resource.RLIM_INFINITY else min(wanted, hard)
    resource.setrlimit(what, (lowest, lowest))


def forbid_tasks() -> None:
    """No further process and no thread for this user: the wall of last resort where there is no seccomp.

    The kernel counts against a user, and exempts root.
    """
    resource.setrlimit(resource.RLIMIT_NPROC, (0, 0))


def cpu_used() -> float:
    """Processor seconds of this process until now."""
    usage = resource.getrusage(resource.RUSAGE_SELF)
    return usage.ru_utime + usage.ru_stime


def allow_cpu(seconds: float) -> None:
    """Let this process use that much more before SIGXCPU ends it: RLIMIT_CPU counts from its start."""
    _, hard = resource.getrlimit(resource.RLIMIT_CPU)
    soft = math.ceil(cpu_used() + seconds)
    resource.setrlimit(resource.RLIMIT_CPU, (soft if hard == resource.RLIM_INFINITY else min(soft, hard), hard))
