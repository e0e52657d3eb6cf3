"""Packets that other systems wrote: each is read, and what we write of it conforms and says the same.

They lie below the corpus folder, or below one of their own named by DOCBRIDGE_EDXML_SAMPLES.
"""

import os
from io import BytesIO
from pathlib import Path

from bridge.edxml.conform import conform
from bridge.edxml.read import read
from bridge.edxml.write import write


def test_packets_of_other_systems_are_read_and_written_again() -> None:
    folder = Path(os.environ.get("DOCBRIDGE_EDXML_SAMPLES") or os.environ["DOCBRIDGE_CORPUS"])
    different = {}
    for path in sorted(folder.rglob("*.edxml")):
        packet = read(path.read_bytes())
        out = BytesIO()
        write(packet, out)
        problems = conform(out.getvalue())
        if read(out.getvalue()) != packet or problems:
            different[path.name] = problems
    assert different == {}
