"""A machine without namespaces, Landlock and seccomp: says as JSON which walls a pool reports there, and what falls.

Run as `python -m tests.sandbox.poor_world FILE PORT`, since a process cannot leave it again.
"""

import errno
import json
import os
import platform
import sys

from bridge.sandbox import seccomp
from bridge.sandbox.outcome import Answered
from bridge.sandbox.syscalls import PR_SET_NO_NEW_PRIVS, PR_SET_SECCOMP, prctl
from tests.sandbox.hostile import Attack, Refused, Succeeded
from tests.sandbox.pools import hostile_pool, works

_UNSHARE = {"x86_64": 272, "aarch64": 97}
_PRCTL = {"x86_64": 157, "aarch64": 167}
_LANDLOCK = 444
_LOAD, _EQUAL, _RETURN, _ALLOW, _ERRNO = 0x20, 0x15, 0x06, 0x7FFF_0000, 0x0005_0000


def impoverish() -> None:
    """Take those three from this process and its children."""
    machine = platform.machine()
    prctl(PR_SET_NO_NEW_PRIVS, 1)
    seccomp.install(
        [
            (_LOAD, 0, 0, 0),
            (_EQUAL, 0, 1, _LANDLOCK),
            (_RETURN, 0, 0, _ERRNO | errno.EOPNOTSUPP),
            (_EQUAL, 0, 1, _UNSHARE[machine]),
            (_RETURN, 0, 0, _ERRNO | errno.EPERM),
            (_EQUAL, 0, 3, _PRCTL[machine]),
            (_LOAD, 0, 0, 16),
            (_EQUAL, 0, 1, PR_SET_SECCOMP),
            (_RETURN, 0, 0, _ERRNO | errno.EINVAL),
            (_RETURN, 0, 0, _ALLOW),
        ]
    )


def main(path: str, port: int) -> None:
    """Tell."""
    impoverish()
    with hostile_pool() as pool:
        walls = {wall.name: [wall.stands, wall.how, wall.missing] for wall in pool.walls()}
        fallen = []
        for name in ("read", "tcp", "datagram pair", "memory file"):
            attack = Attack(name, path, port, os.getpid())
            match pool.run("attempt", attack, [], (Refused, Succeeded)):
                case Answered(Succeeded()):
                    fallen.append(name)
                case _:
                    continue
        print(json.dumps({"walls": walls, "fallen": fallen, "works": works(pool)}))


if __name__ == "__main__":
    main(sys.argv[1], int(sys.argv[2]))
