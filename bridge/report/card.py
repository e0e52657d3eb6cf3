"""The card that a clerk reads in ten seconds: one of three colours, two sentences, what follows in law.

Green is said only where every signature of the document is valid and nothing stands against it; never of an unsigned
one.  Red is what is not valid or is refused; all else is amber, for a person to look at.
"""

from dataclasses import dataclass
from enum import StrEnum
from typing import assert_never

from bridge.catalogue import says
from bridge.report.consequence import Consequence, consequence_of
from bridge.report.subject import Subject
from bridge.sentences import signature_says
from validation.finding import Severity
from validation.signature import Carrier, Result


class Colour(StrEnum):
    """What the card says before a word of it is read."""

    GREEN = "green"
    AMBER = "amber"
    RED = "red"


#: The same in words, for those who see no colours, and on a black-and-white print.
WORDS = {Colour.GREEN: "ĐẠT", Colour.AMBER: "CẦN XEM XÉT", Colour.RED: "KHÔNG ĐẠT"}


@dataclass(frozen=True, slots=True)
class Card:
    """The card."""

    colour: Colour
    word: str
    found: str  #: the first sentence: what was found
    act: str  #: the second: what to do
    consequence: Consequence


def card_of(subject: Subject) -> Card:
    """The card of one document."""
    colour = _colour(subject)
    return Card(colour, WORDS[colour], _found(subject), _act(subject, colour), consequence_of(subject))


def _colour(subject: Subject) -> Colour:
    own = [one.signature for one in subject.signatures]
    if subject.verdict == "rejected" or any(one.result is Result.INVALID for one in own):
        return Colour.RED
    signed = any(one.carrier is not Carrier.TIMESTAMP for one in own)
    if subject.verdict == "accepted" and signed and all(one.result is Result.VALID for one in own):
        return Colour.GREEN
    return Colour.AMBER


def _found(subject: Subject) -> str:
    own = [one.signature for one in subject.signatures if one.signature.carrier is not Carrier.TIMESTAMP]
    worst = [one.signature for one in subject.signatures if one.signature.result is Result.INVALID]
    worst = worst or [one.signature for one in subject.signatures if one.signature.result is not Result.VALID]
    if worst:
        return signature_says(worst[0])
    if not own:
        return "Văn bản không có chữ ký số."
    names = list(dict.fromkeys(one.signer.name or one.signer.organisation or "không rõ tên" for one in own))
    many = f"{len(own)} chữ ký số hợp lệ" if len(own) > 1 else "chữ ký số hợp lệ"
    return f"Văn bản có {many} của {' và '.join(names)}."


def _act(subject: Subject, colour: Colour) -> str:
    why = _reason(subject)
    match colour:
        case Colour.GREEN:
            return "Có thể tiếp nhận và xử lý."
        case Colour.RED:
            return f"Không tiếp nhận; thông báo cho nơi gửi{why}."
        case Colour.AMBER:
            if subject.verdict == "postponed":
                return "Chưa kết luận; hệ thống sẽ tự kiểm tra lại."
            return f"Văn thư xem xét trước khi tiếp nhận{why}."
        case _:
            assert_never(colour)


def _reason(subject: Subject) -> str:
    """The worst finding, where the first sentence has not said it: that speaks of signatures."""
    told = any(one.signature.result is not Result.VALID for one in subject.signatures) or not subject.signatures
    heavy = [one for one in subject.findings if one.severity > Severity.NOTE]
    new = [one for one in heavy if not (told and one.code.value.startswith("signature."))]
    if not new:
        return ""
    sentence = says(new[0]).rstrip(".")
    return f": {sentence[:1].lower()}{sentence[1:]}"
