"""The card as a page: HTML by a template that ships with the bridge, or by the office's own of the same name.

The page stands alone: pictures are inside it, it runs no script and asks nobody for anything.  Everything that a
stranger wrote is escaped by the template engine.
"""

import base64
from collections.abc import Iterator, Mapping
from datetime import datetime
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

from bridge.catalogue import mend, says
from bridge.letters.texts import render
from bridge.report.card import Card, Colour
from bridge.report.checks import Answer, checks_of, kind_says, source_says
from bridge.report.evidence_list import relied_on
from bridge.report.places import Picture, Pictures, png
from bridge.report.settings import Report
from bridge.report.subject import Placed, Subject
from bridge.sentences import signature_says
from validation.finding import Severity
from validation.signature import Result

TEMPLATE = "report_card.html"
_COLOUR_OF = {Result.VALID: Colour.GREEN, Result.INVALID: Colour.RED, Result.INDETERMINATE: Colour.AMBER}
_ANSWERS = {
    Answer.PASSED: ("Đạt", "green"),
    Answer.FAILED: ("Không đạt", "red"),
    Answer.INDETERMINATE: ("Chưa kết luận", "amber"),
    Answer.NOTE: ("Ghi nhận", "note"),
}
_SEVERITIES = {
    Severity.FAULT: ("Lỗi", "red"),
    Severity.DOUBT: ("Cần xem", "amber"),
    Severity.UNKNOWN: ("Chờ", "amber"),
    Severity.NOTE: ("Ghi nhận", "note"),
}


def page(
    subject: Subject, card: Card, pictures: Pictures, report: Report, time_zone: str, own: Path | None = None
) -> str:
    """The page of one document; `own` = where the office's templates lie."""
    return render(TEMPLATE, _values(subject, card, pictures, report, ZoneInfo(time_zone)), own)


def _values(subject: Subject, card: Card, pictures: Pictures, report: Report, zone: ZoneInfo) -> Mapping[str, object]:
    numbered = {(one.path, one.signature.where): number for number, one in enumerate(subject.signatures, 1)}
    by_sha = {file.path: file.sha256 for file in subject.files}

    def moment(value: datetime | None) -> str:
        return f"{value.astimezone(zone):%d/%m/%Y %H:%M:%S} ({value.astimezone(zone):%z})" if value else "không rõ"

    def signature(number: int, one: Placed) -> dict[str, Any]:
        checks = checks_of(one, subject.evidence, by_sha.get(one.path, ""), moment)
        return {
            "number": number,
            "file": one.path[-1],
            "where": one.signature.where,
            "colour": _COLOUR_OF[one.signature.result],
            "result": one.signature.result,
            "reason": one.signature.reason,
            "says": signature_says(one.signature),
            "signer": one.signature.signer,
            "checks": [
                {"check": check, "answer": _ANSWERS[check.answer][0], "colour": _ANSWERS[check.answer][1]}
                for check in checks
            ],
        }

    return {
        "subject": subject,
        "card": card,
        "law": {Colour.GREEN: report.law_green, Colour.AMBER: report.law_amber, Colour.RED: report.law_red}[
            card.colour
        ],
        "title": _title(subject),
        "signatures": [signature(number, one) for number, one in enumerate(subject.signatures, 1)],
        "of_mail": [signature(number, one) for number, one in enumerate(subject.of_mail, 1)],
        "pictures": [_shown(one, subject, numbered) for one in pictures.pictures if one.is_fit],
        "pages": pictures.pages,
        "findings": [
            {
                "finding": one,
                "says": says(one),
                "mend": mend(one),
                "word": _SEVERITIES[one.severity][0],
                "colour": _SEVERITIES[one.severity][1],
            }
            for one in subject.findings
        ],
        "evidence": [
            {
                "kind": kind_says(one),
                "one": one,
                "source": source_says(one),
                "span": (moment(one.since), moment(one.until)),
            }
            for one in relied_on(subject)
        ],
        "judged_at": moment(subject.evidence.moment),
        "arrived_at": moment(subject.evidence.arrived) if subject.evidence.arrived else "",
        "moment": moment,
    }


def _title(subject: Subject) -> str:
    """35/QĐ-SM: its subject; where it is not on record the name of the file."""
    values = {key: field.value for key, field in subject.fields.items()}
    number = "/".join(filter(None, (values.get("CodeNumber"), values.get("CodeNotation"))))
    return ": ".join(filter(None, (number, values.get("Subject")))) or subject.name


def _shown(picture: Picture, subject: Subject, numbered: Mapping[tuple[tuple[str, ...], str], int]) -> dict[str, Any]:
    return {
        "page": picture.page,
        "data": f"data:image/png;base64,{base64.b64encode(png(picture)).decode()}",
        "width": picture.width,
        "height": picture.height,
        "boxes": list(_boxes(picture, subject, numbered)),
    }


def _boxes(
    picture: Picture, subject: Subject, numbered: Mapping[tuple[tuple[str, ...], str], int]
) -> Iterator[dict[str, Any]]:
    by_name = {one.signature.where: one for one in subject.signatures if one.path == subject.main.path}
    for place in picture.places:
        one = by_name.get(place.where)
        edges = (place.left, place.top, place.width, place.height)
        if one is None or not all(0 <= edge <= 1 for edge in edges):
            continue
        yield {
            "number": numbered[one.path, one.signature.where],
            "colour": _COLOUR_OF[one.signature.result],
            "left": f"{100 * place.left:.2f}",
            "top": f"{100 * place.top:.2f}",
            "width": f"{100 * place.width:.2f}",
            "height": f"{100 * place.height:.2f}",
            "signer": one.signature.signer.name,
        }
