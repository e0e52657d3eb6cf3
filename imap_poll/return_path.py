"""Whom a mail of a mailbox is answered to: the Return-Path that the delivering server wrote."""

from email import message_from_bytes
from email.policy import compat32

HEAD = 262_144  #: octets of the head in which it is looked for: the first field when the server wrote it


def return_path(head: bytes) -> str:
    """The address in the topmost Return-Path, which the delivering server wrote (RFC 5321 section 4.4); "" when none.

    Only a field of the first header block above every Received counts: one below came with the mail.
    """
    block = head.replace(b"\r\n", b"\n").split(b"\n\n", 1)[0]
    message = message_from_bytes(block + b"\n\n", policy=compat32)
    for name, value in message.raw_items():
        if name.lower() == "return-path":
            text = str(value).strip()
            return text[1:-1].strip() if text.startswith("<") and text.endswith(">") else text
        if name.lower() == "received":
            break
    return ""
