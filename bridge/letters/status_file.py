"""What became of a mail in a form that machines read: a status packet for each document, enclosed in the receipt.

Promise: the codes are those of the axis; what the bridge itself has done is 01 or 02, never 03, which is the receiving
body's word.  A sender without an organ id gets the same, addressed to nobody in particular.
"""

from collections.abc import Iterator, Sequence
from datetime import datetime
from io import BytesIO

from bridge.edxml.packet import StatusPacket
from bridge.edxml.status import StatusCode
from bridge.edxml.write import write
from bridge.job import STATUS
from bridge.letters.concerned import concerned
from bridge.our_status import speaker
from bridge.settings.sections import Office
from outbound.letter import LetterFile
from store.judgement import DocumentRecord

_TYPE = "application/xml"
_MOST = 20  #: documents of one mail that get a packet each
#: Event of a notice -> what the bridge reports by itself; of others there is nothing to report.
_CODES = {
    "arrived": StatusCode.ARRIVED,
    "held": StatusCode.ARRIVED,
    "postponed": StatusCode.ARRIVED,
    "accepted": StatusCode.ARRIVED,
    "released": StatusCode.ARRIVED,
    "rejected": StatusCode.REFUSED,
}


def status_files(
    event: str, says: str, documents: Sequence[DocumentRecord], office: Office, moment: datetime
) -> Iterator[LetterFile]:
    """The packets that go with a receipt of `event`; `says` is its title and reasons in one line."""
    code = code_of(event)
    if code is None:
        return
    sender = speaker(office)
    for number, document in enumerate(documents[:_MOST], 1):
        packet = StatusPacket(sender, concerned(document.fields), code, says, moment)
        out = BytesIO()
        write(packet, out)
        yield LetterFile(f"trang-thai-{number}.edxml", _TYPE, out.getvalue())


def code_of(event: str) -> StatusCode | None:
    """The status code that an event stands for; None = none."""
    if event.startswith(STATUS):
        return StatusCode(event.removeprefix(STATUS).partition(" ")[0])
    return _CODES.get(event)
