"""Whom a mail of a mailbox is answered to: the Return-Path that the delivering server wrote."""

import re
from email import message_from_bytes
from email.policy import compat32

HEAD = 262_144  #: octets of the head in which it is looked for: the first field when the server wrote it

_END = re.compile(rb"\r?\n\r?\n")
_RECEIVED = re.compile(rb"^received[ \t]*:", re.IGNORECASE | re.MULTILINE)
_RETURN_PATH = re.compile(rb"^return-path[ \t]*:", re.IGNORECASE | re.MULTILINE)


def return_path(head: bytes) -> str:
    """The address in the topmost Return-Path, which the delivering server wrote (RFC 5321 section 4.4); "" when none.

    Only a field of the first header block above every Received counts: one below came with the mail.
    """
    end = _END.search(head)
    block = head[: end.start() if end else len(head)]
    received = _RECEIVED.search(block)
    above = block[: received.start() if received else len(block)]
    if not _RETURN_PATH.search(above):
        return ""  # as most: a parser costs more than all the rest of the way
    message = message_from_bytes(above.replace(b"\r\n", b"\n") + b"\n\n", policy=compat32)
    text = str(message.get("Return-Path", "")).strip()
    return text[1:-1].strip() if text.startswith("<") and text.endswith(">") else text
