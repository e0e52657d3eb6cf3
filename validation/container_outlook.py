"""The files in winmail.dat and in Outlook's .msg, named as Outlook names them."""

from validation.attachments import clean_name, distinct, made_up
from validation.codes import Code
from validation.finding import Observation
from validation.inspected import Attachment
from validation.mapi import OutlookMail
from validation.opened import Budget, Opened, limit_of
from validation.outlook_msg import read_msg
from validation.settings import ReadingCaps
from validation.tnef import read_tnef


def open_tnef(outer: Attachment, budget: Budget, caps: ReadingCaps) -> Opened:
    """What Outlook wrapped into one attachment."""
    return _opened(outer, read_tnef(outer.content, budget.members, caps.text_bytes), budget, caps)


def open_msg(outer: Attachment, budget: Budget, caps: ReadingCaps) -> Opened:
    """A mail as Outlook saves it.  Raises Damaged."""
    return _opened(outer, read_msg(outer.content, budget.members, budget.octets, caps.text_bytes), budget, caps)


def _opened(outer: Attachment, mail: OutlookMail, budget: Budget, caps: ReadingCaps) -> Opened:
    found: list[Attachment] = []
    observations = [Observation(Code.FORMAT_DAMAGED, outer.path, {"cause": cause}) for cause in mail.causes[:10]]
    taken: set[str] = set()
    over = ""
    for number, file in enumerate(mail.files, 1):
        if len(file.content) > budget.octets or budget.members <= 0:
            over = "members" if budget.members <= 0 else "unpacked_total"
            break
        budget.take(file.content)
        name = distinct(clean_name(file.name) or made_up(number, file.declared), taken)
        found.append(Attachment((*outer.path, name), file.declared, file.content))
    if mail.limited and not over:
        over = "members" if budget.members <= 0 else "unpacked_total"
    if over:
        observations.append(limit_of(outer, over, caps))
    return Opened(tuple(found), tuple(observations))
