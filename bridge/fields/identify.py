"""Identifies a document: its Fields, read from its own pages first, from the mail around it last.

Nothing is guessed: a part that is not there, or that could be read in two ways, is absent, and a clerk is asked.
"""

from dataclasses import replace

from bridge.fields import head, signer, text
from bridge.fields.fields import Field, Fields, Key, Source, from_old_font
from bridge.fields.fold import fold, tidy
from bridge.fields.page import Page, Pdf, opened
from validation.signature import Signature

_VIETNAMESE = frozenset("ăâđêôơưạảấầẩẫậắằẳẵặẹẻẽếềểễệỉịọỏốồổỗộớờởỡợụủứừửữựỳỵỷỹ")
_WORDS_ENOUGH = 20

WORD = "application/vnd.openxmlformats-officedocument.wordprocessingml.document"


def identify(
    main: bytes, media_type: str, signatures: tuple[Signature, ...] = (), subject: str = "", body: str = ""
) -> Fields:
    """The fields of one document from its file, its signatures, and the mail's subject as a last proposal.

    `body` is the mail's text: it is read only for a document that is the letter itself.
    """
    if media_type == "application/pdf":
        found = _of_pdf(main, signatures)
    elif media_type == WORD:
        written, code_page = text.word_text(main)
        found = from_old_font(text.fields_of(written, Source.DOCUMENT_TEXT), code_page)
    elif not main:
        found = text.fields_of(body, Source.MAIL_BODY)
    else:
        found = {}
    named = _mail_subject(subject)
    if named and Key.SUBJECT not in found:
        found[Key.SUBJECT] = Field(named, Source.MAIL_HEADER, 0.4)
    return Fields(found)


def _of_pdf(main: bytes, signatures: tuple[Signature, ...]) -> dict[Key, Field]:
    with opened(main) as pdf:
        if not pdf.pages:
            return {}
        first = pdf.page(0)
        printed = head.fields_of(first)
        found = {**printed, **signer.fields_of(pdf, signatures, first)}
        found = {**_stamped(pdf, first, printed), **from_old_font(found, str(first.code_page or ""))}
        found[Key.PAGE_AMOUNT] = Field(str(pdf.pages), Source.DOCUMENT_TEXT, 1.0)
        words = [word.text for word in first.words]
        if is_vietnamese(words):
            found[Key.LANGUAGE] = Field("Tiếng Việt", Source.DOCUMENT_TEXT, 0.95)
    return _named_as_certified(found, signatures)


def _stamped(pdf: Pdf, first: Page, printed: dict[Key, Field]) -> dict[Key, Field]:
    """Number and date that a clerk stamped on the head: they are given after the signing (Decree 30/2020 Art. 15.3).

    Only these are looked for: a signature's appearance is an annotation too, and its words are no part of the head.
    """
    if {Key.CODE_NUMBER, Key.ISSUED_DATE} <= printed.keys() or not head.head_of(first).known or not pdf.stamp(0):
        return {}
    again = head.fields_of(pdf.page(0))
    return {
        key: replace(again[key], confidence=min(again[key].confidence, 0.9))
        for key in (Key.CODE_NUMBER, Key.CODE_NOTATION, Key.ISSUED_DATE, Key.PLACE)
        if key in again
    }


def is_vietnamese(words: list[str]) -> bool:
    """Do the words carry the letters that only Vietnamese has, as Vietnamese text does?"""
    marked = sum(1 for word in words if _VIETNAMESE & set(word.lower()))
    return len(words) >= _WORDS_ENOUGH and marked >= len(words) * 0.25


def _named_as_certified(found: dict[Key, Field], signatures: tuple[Signature, ...]) -> dict[Key, Field]:
    """The issuer's name in the certificate's spelling where it is the printed one: print has it in capitals."""
    printed = found.get(Key.ORGAN_NAME)
    if printed is None:
        return found
    for signature in signatures:
        for name in (signature.signer.organisation, signature.signer.name) if signature.sound else ():
            if name and fold(name) == fold(printed.value) and not name.isupper():
                return {**found, Key.ORGAN_NAME: Field(tidy(name), Source.PDF_SIGNATURE, 0.99)}
    return found


def _mail_subject(subject: str) -> str:
    """The mail's subject on one line, without what mail programs put before it."""
    words = " ".join(tidy(subject).split())
    while words[:3].lower() in {"re:", "fw:", "tr:"} or words[:4].lower() == "fwd:":
        words = words.split(":", maxsplit=1)[1].strip()
    return words
