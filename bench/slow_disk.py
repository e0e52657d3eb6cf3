"""A disk whose flushes take two milliseconds longer, for a server that is started with `environment()`.

The disks of virtual machines often answer a flush at once; a real one does not.
"""

import contextlib
import shutil
import subprocess
from collections.abc import Iterator

from tests.servers.process import scratch

_SHIM = r"""
#define _GNU_SOURCE
#include <dlfcn.h>
#include <time.h>

static int slowly(const char *name, int file)
{
    int (*real)(int) = (int (*)(int)) dlsym(RTLD_NEXT, name);
    struct timespec pause = {0, 2000000};

    nanosleep(&pause, 0);
    return real(file);
}

int fsync(int file) { return slowly("fsync", file); }
int fdatasync(int file) { return slowly("fdatasync", file); }
"""


@contextlib.contextmanager
def environment() -> Iterator[dict[str, str] | None]:
    """What to add to a server's environment; None where there is no compiler."""
    compiler = shutil.which("cc")
    if compiler is None:
        yield None
        return
    with scratch("slow") as folder:
        source, library = folder / "slow.c", folder / "slow.so"
        source.write_text(_SHIM)
        words = [compiler, "-O2", "-shared", "-fPIC", "-o", str(library), str(source), "-ldl"]
        subprocess.run(words, check=True, capture_output=True)
        library.chmod(0o755)
        yield {"LD_PRELOAD": str(library)}
