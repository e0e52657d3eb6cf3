"""What must have been kept, told from both sides of a conversation: a second reading, written from the standards.

It knows nothing of how the door works: it takes one reply for each command, and the replies' codes for what they say
(RFC 5321 section 4.3.2, RFC 3030 section 2, RFC 2033 section 4.2, RFC 3207 section 4.2, RFC 4954 section 4).
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass, field

_REPLY = re.compile(rb"(?:\d{3}-[\x20-\x7e]*\r\n)*(\d{3})(?: [\x20-\x7e]*)?\r\n")
_CHUNK = re.compile(rb"BDAT +([0-9]+)( +LAST)? *\r\n", re.IGNORECASE)
_LONGEST_REPLY_LINE = 512  # RFC 5321 section 4.5.3.1.5


def codes(heard: bytes) -> list[int]:
    """The replies' codes; a reply that is none raises."""
    found, at = [], 0
    while at < len(heard):
        reply = _REPLY.match(heard, at)
        assert reply is not None, f"no reply: {heard[at : at + 200]!r}"
        lines = reply[0].splitlines(keepends=True)
        assert {line[:3] for line in lines} == {reply[1]}, lines
        assert all(len(line) <= _LONGEST_REPLY_LINE for line in lines), lines
        found.append(int(reply[1]))
        at = reply.end()
    return found


def unstuffed(sent: bytes) -> bytes:
    """A body as it was before its lines that begin with a dot got another (RFC 5321 section 4.5.2)."""
    return re.sub(rb"(\A|\r\n)\.", rb"\1", sent)


@dataclass
class Conversation:
    """Both sides, layer by layer: in the clear, then in TLS."""

    said: Sequence[bytes]
    heard: Sequence[bytes]
    lmtp: bool
    kept: list[bytes] = field(default_factory=list)  #: what was answered 250
    _recipients: int = 0
    _chunks: list[bytes] = field(default_factory=list)

    def read(self) -> list[bytes]:
        """The mails that were answered 250, in order. A conversation that is none raises."""
        for layer, (said, heard) in enumerate(zip(self.said, self.heard, strict=True)):
            replies = codes(heard)
            if layer == 0:
                assert replies[:1] in ([220], [421], []), replies
                replies = replies[1:] if replies[:1] == [220] else []
            self._read(said, replies)
        return self.kept

    def _read(self, said: bytes, replies: list[int]) -> None:
        at, answering = 0, False
        while (end := said.find(b"\n", at) + 1) and replies and replies[0] != 421:
            line, at = said[at:end], end
            words = line.split()
            verb = words[0].upper() if words and not answering and not line.startswith(b" ") else b""
            if verb == b"BDAT" and (chunk := _CHUNK.fullmatch(line)):
                size = int(chunk[1])
                if size > len(said) - at:
                    break
                self._chunks.append(said[at : at + size])
                at += size
                code = self._ended(replies, b"".join(self._chunks)) if chunk[2] else replies.pop(0)
                if code != 250:
                    self._forget()
                continue
            code = replies.pop(0)
            answering = code == 334
            match verb, code:
                case b"DATA", 354:
                    found = re.compile(rb"(\A|\r\n)\.\r\n").search(said[at:])
                    if found is None:
                        break
                    body, at = said[at : at + found.start()] + found[1], at + found.end()
                    self._ended(replies, unstuffed(body))
                case _, 354:
                    raise AssertionError(f"354 to {line!r}")
                case b"RCPT", 250:
                    self._recipients += 1
                case ((b"RSET" | b"MAIL" | b"EHLO" | b"HELO" | b"LHLO"), 250):
                    self._forget()
                case b"STARTTLS", 220:
                    self._forget()
                    break
                case _, 221:
                    assert verb == b"QUIT", line
                    break
                case b"BDAT", 501:
                    break
        assert replies in ([], [421]), f"replies to nothing: {replies} to {said[at : at + 200]!r}"

    def _ended(self, replies: list[int], content: bytes) -> int:
        """The mail is sent: one reply, or in LMTP one for each recipient."""
        count = self._recipients if self.lmtp and self._recipients else 1
        own, replies[:count] = replies[:count], []
        if 421 in own:
            replies[:0] = own[own.index(421) :]
            own = own[: own.index(421)]
        if 250 in own:
            self.kept.append(content)
        self._forget()
        return 250 if 250 in own else 0

    def _forget(self) -> None:
        self._recipients = 0
        self._chunks = []
