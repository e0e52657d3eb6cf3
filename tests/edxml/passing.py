"""Writes a packet with one large file, reads it back, and tells how much memory that took: run as a process of its own.

`python passing.py FOLDER MEGABYTES` prints the peaks of writing and reading in kilobytes, as the kernel counts them.
"""

import sys
from dataclasses import replace
from pathlib import Path

from bridge.edxml.packet import DocumentPacket, PacketFile, Party
from bridge.edxml.read import ReadCaps, read
from bridge.edxml.write import write


def peak() -> int:
    """The most that this process held; getrusage would tell of the one that started it, too."""
    status = Path("/proc/self/status").read_text("ascii")
    return int(next(line for line in status.splitlines() if line.startswith("VmHWM:")).split()[1])


def main(folder: Path, megabytes: int, name: str) -> None:
    """Both ways."""
    large, carried, inbox = folder / "large", folder / "packet.edxml", folder / "in"
    inbox.mkdir()
    with large.open("wb") as out:
        for number in range(megabytes):
            out.write(bytes([number % 256]) * 1_000_000)
    packet = DocumentPacket(Party("H99.12"), (Party("H99.12.05"),), document_id="large")
    with carried.open("wb") as out:
        write(replace(packet, files=(PacketFile(name, large, "application/pdf"),)), out)
    written = peak()
    with carried.open("rb") as source:
        back = read(source, inbox, ReadCaps())
    assert isinstance(back, DocumentPacket)
    assert back.files[0].size == megabytes * 1_000_000
    print(written, peak())


if __name__ == "__main__":
    main(Path(sys.argv[1]), int(sys.argv[2]), sys.argv[3])
