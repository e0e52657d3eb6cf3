"""What a disposition notification says: which mail it speaks of, and whether it was displayed (RFC 8098)."""

from dataclasses import dataclass

from validation.headers import split_block
from validation.message import Message
from validation.mime_split import line_end_of
from validation.settings import ReadingCaps

_CAPS = ReadingCaps()
_REPORT = "message/disposition-notification"


@dataclass(frozen=True, slots=True)
class Disposition:
    """One notification."""

    word: str  #: displayed, deleted, dispatched, processed...; "" = it says none
    message_id: str  #: of the mail that it speaks of, without brackets; "" = it names none


def disposition(message: Message) -> Disposition | None:
    """What the mail notifies of; None = it is no notification that can be read."""
    for part in message.parts:
        if part.content_type == _REPORT:
            content = part.content()[0][: _CAPS.header_bytes]
            fields, _ = split_block(content, 0, len(content), line_end_of(content), _CAPS)
            # RFC 8098 section 3.2.6: manual-action/MDN-sent-manually; displayed/error
            said = fields.text("Disposition").partition(";")[2]
            ids = fields.message_ids("Original-Message-ID")
            return Disposition(said.partition("/")[0].strip().lower(), ids[0] if ids else "")
    return None
