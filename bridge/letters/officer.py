"""The letter to the named officer: the id of a mail that may be a state secret, and nothing of what is in it."""

from collections.abc import Mapping
from datetime import datetime
from pathlib import Path

from bridge.letters.texts import in_html, one_line, render, shown_time
from bridge.settings.sections import Office
from outbound.letter import Letter


def officer_letter(
    mail_id: str,
    received_at: datetime,
    office: Office,
    *,
    officer: str,
    sender: str,
    message_id: str,
    date: datetime,
    outgoing: bool = False,
    refused: bool = False,
    kept: bool = True,
    own: Path | None = None,
) -> Letter:
    """`outgoing`: a packet of the axis that was to go out; `refused`: it was, and nobody can let it go.

    Where it is not `kept` the id is a digest.
    """
    name = one_line(office.name)
    values: Mapping[str, object] = {
        "office": name,
        "mail_id": mail_id,
        "received": shown_time(received_at, office.time_zone),
        "outgoing": outgoing,
        "refused": refused,
        "kept": kept,
    }
    subject = f"[{name}] Nghi có dấu chỉ độ mật - mã thư {mail_id}"
    text = render("officer.txt", values, own)
    return Letter(
        sender=sender,
        sender_name=name,
        recipient=officer,
        subject=subject,
        text=text,
        html=in_html("officer.txt", text, values, own, subject),
        message_id=message_id,
        date=date,
        auto_submitted=True,
    )
