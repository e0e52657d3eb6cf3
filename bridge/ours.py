"""Is an address one of our own?  By name, or by the form of our return paths and reply addresses.

The form is enough here: it decides only that we do not answer ourselves, and that an answer to a letter of ours is no
stranger's mail.  Whether a token is genuine the door has asked already, with the secret that stays outside.
"""

from bridge.job import Snapshot
from outbound import token
from validation.message import Message

_DELIVERED_TO = ("To", "Cc", "Delivered-To", "X-Original-To", "Envelope-To")
_MOST = 50  #: addresses of one field


def has_form_of(address: str, pattern: str) -> bool:
    """Has the address the form of `pattern`, which holds {token}?"""
    before, place, behind = pattern.lower().partition(token.PLACE)
    wanted = address.lower()
    return bool(place) and len(wanted) > len(before + behind) and wanted.startswith(before) and wanted.endswith(behind)


def is_reply_address(address: str, snapshot: Snapshot) -> bool:
    """Is it an address that a letter of ours asked to be answered at?"""
    return has_form_of(address, snapshot.reply_to)


def named(message: Message, snapshot: Snapshot) -> tuple[str, ...]:
    """Addresses of our tokens in a header: all that is left of them where a mail was fetched from a mailbox."""
    boxes = (box.address for name in _DELIVERED_TO for box in message.mailboxes(name, _MOST))
    patterns = (snapshot.return_path, snapshot.reply_to)
    return tuple(dict.fromkeys(one for one in boxes if any(has_form_of(one, pattern) for pattern in patterns)))


def is_own(address: str, snapshot: Snapshot) -> bool:
    """Is it ours at all?"""
    return (
        address.lower() in snapshot.our_addresses
        or address.lower() == snapshot.sender.lower()
        or is_reply_address(address, snapshot)
        or has_form_of(address, snapshot.return_path)
    )
