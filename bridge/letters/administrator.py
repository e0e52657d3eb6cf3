"""Letters to the administrator: a storm of mail is damped, a letter that was sent by hand did not arrive."""

from collections.abc import Mapping
from datetime import datetime
from pathlib import Path

from bridge.letters.texts import in_html, one_line, render
from bridge.settings.sections import Office
from outbound.letter import Letter


def administrator_letter(
    template: str,
    subject: str,
    values: Mapping[str, object],
    office: Office,
    *,
    sender: str,
    message_id: str,
    date: datetime,
    own: Path | None = None,
) -> Letter:
    """The letter that the template makes of `values`; goes to [office] administrator."""
    name = one_line(office.name)
    whole = {**values, "office": name}
    title = f"[{name}] {subject}"
    text = render(template, whole, own)
    return Letter(
        sender=sender,
        sender_name=name,
        recipient=office.administrator,
        subject=title,
        text=text,
        html=in_html(template, text, whole, own, title),
        message_id=message_id,
        date=date,
        auto_submitted=True,
    )
