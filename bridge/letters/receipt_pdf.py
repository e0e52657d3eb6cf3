"""The receipt as a sealed PDF: the words of the letter on A4, under the seal of the office."""

from datetime import datetime
from pathlib import Path

import structlog

from bridge.letters.texts import one_line, paragraphs_of, render, shown_time
from bridge.settings.sections import Office, Receipts
from outbound.letter import LetterFile

_log = structlog.get_logger("docbridge.notifier")
_TYPE = "application/pdf"


def receipt_pdf(
    text: str, title: str, mail_id: str, office: Office, receipts: Receipts, now: datetime
) -> tuple[LetterFile, ...]:
    """The file that goes with a receipt; none where the office has no seal, or none that may sign now."""
    if receipts.seal_certificate is None or receipts.seal_key is None:
        return ()
    # Loaded where there is a seal alone: what signs and draws takes a second, and most offices have none.
    from bridge.letters.seal import UnfitSealError, seal_of, sealed
    from bridge.report.pdf import NoPdf, pdf

    try:
        seal = seal_of(receipts.seal_certificate, receipts.seal_key, now)
        page = pdf(_page(text, title, office, now, receipts.templates))
    except UnfitSealError as unfit:
        _log.error("receipt_unsealed", mail=mail_id, cause=str(unfit))
        return ()
    except NoPdf as lacking:
        _log.error("receipt_without_pdf", mail=mail_id, cause=str(lacking))
        return ()
    return (LetterFile(f"bien-nhan-{mail_id}.pdf", _TYPE, sealed(page, seal, "Giấy biên nhận điện tử")),)


def _page(text: str, title: str, office: Office, now: datetime, own: Path | None) -> str:
    values = {
        "title": f"Giấy biên nhận điện tử - {title}",
        "heading": title,
        "office": one_line(office.name),
        "paragraphs": paragraphs_of(text),
        "made": shown_time(now, office.time_zone),
    }
    return render("receipt_pdf.html", values, own)
