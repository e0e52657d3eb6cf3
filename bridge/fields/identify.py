"""Identifies a document: its Fields, read from its own pages first, from the mail around it last.

Nothing is guessed: a part that is not there, or that could be read in two ways, is absent, and a clerk is asked.
"""

import hashlib
import re
from collections.abc import Iterable
from dataclasses import dataclass, replace

from bridge.fields import body as running
from bridge.fields import head, signer, text
from bridge.fields.fields import Field, Fields, Key, Source, from_old_font
from bridge.fields.fold import fold, tidy
from bridge.fields.laid_out import laid_out
from bridge.fields.language import language_of
from bridge.fields.page import Page, Pdf, opened
from bridge.fields.patterns import AUTHORITY
from bridge.fields.written import WORD, Written, written
from validation.signature import Signature

__all__ = ["WORD", "Identified", "identified", "identify", "with_subject"]

_AUTHORITY_LINE = re.compile(rf"^\s*{AUTHORITY.pattern}", re.MULTILINE)
_MOST_PAGES = 40  # looked through for the foot, and for what tells two texts apart
_WORDS_ENOUGH = 30  # for a text to be known again by


@dataclass(frozen=True, slots=True)
class Identified:
    """What one file says of itself."""

    fields: Fields
    digest: str = ""  #: of its words but for number and date; "" = too few to know it again by
    pictured: bool = False  #: are there pages, and not one word on them?


def identify(
    main: bytes, media_type: str, signatures: tuple[Signature, ...] = (), subject: str = "", body: str = ""
) -> Fields:
    """The fields of one document from its file, its signatures, and the mail's subject as a last proposal.

    `body` is the mail's text: it is read only for a document that is the letter itself.
    """
    if not main:
        return with_subject(Fields(text.fields_of(body, Source.MAIL_BODY)), subject)
    return with_subject(identified(main, media_type, signatures).fields, subject)


def identified(content: bytes, media_type: str, signatures: tuple[Signature, ...] = ()) -> Identified:
    """What a file says of itself, on its pages and in its signatures."""
    if media_type == "application/pdf":
        with opened(content) as pdf:
            return _of_pdf(pdf, signatures)
    office = written(content, media_type)
    return _of_text(office, signatures) if office else Identified(Fields())


def with_subject(fields: Fields, subject: str) -> Fields:
    """`fields`, with the mail's subject as a proposal where the document's own was not found."""
    named = text.mail_subject(subject)
    if not named or Key.SUBJECT in fields:
        return fields
    return fields.over(Fields({Key.SUBJECT: Field(named, Source.MAIL_HEADER, 0.4)}))


def _of_pdf(pdf: Pdf, signatures: tuple[Signature, ...]) -> Identified:
    if not pdf.pages:
        return Identified(Fields())
    first = pdf.page(0)
    texts = [pdf.text(number) for number in range(1, min(pdf.pages, _MOST_PAGES))]
    # Words with their places cost a hundred times the bare text: only pages that may tell something are read so.
    telling = [first, *(pdf.page(number) for number, text_ in enumerate(texts, start=1) if _tells(text_))]
    parts = head.head_of(first)
    printed = head.fields_of(first, parts)
    found = {**printed, **signer.fields_of(telling, signatures)}
    found |= running.fields_of(telling, found)
    found = {**_stamped(pdf, parts, printed), **from_old_font(found, str(first.code_page or ""))}
    found[Key.PAGE_AMOUNT] = Field(str(pdf.pages), Source.DOCUMENT_TEXT, 1.0)
    found |= _language(first)
    pictured = first.pictured and not any(map(str.strip, texts))
    return Identified(Fields(_named_as_certified(found, signatures)), _digest((first,), parts, texts, found), pictured)


def _tells(text_: str) -> bool:
    """May the page with that text be the foot, or set a time limit?"""
    return (
        "noi nhan" in fold(text_) or _AUTHORITY_LINE.search(text_) is not None or running.DUE.search(text_) is not None
    )


def _of_text(office: Written, signatures: tuple[Signature, ...]) -> Identified:
    pages = laid_out(office.rows)
    first = pages[0]
    parts = head.head_of(first)
    found = Fields(head.fields_of(first, parts)).over(Fields(text.fields_of(office.text, Source.DOCUMENT_TEXT)))
    named = {Key(key): field for key, field in found.items()} | signer.fields_of(pages, signatures)
    named |= running.fields_of(pages, named)
    named = from_old_font(named, office.code_page)
    if office.pages:
        named[Key.PAGE_AMOUNT] = Field(str(office.pages), Source.DOCUMENT_TEXT, 0.7)
    named |= _language(first)
    return Identified(Fields(_named_as_certified(named, signatures)), _digest(pages, parts, (), named))


def _language(first: Page) -> dict[Key, Field]:
    language = language_of([word.text for word in first.words])
    return {Key.LANGUAGE: Field(language, Source.DOCUMENT_TEXT, 0.95)} if language else {}


def _digest(pages: Iterable[Page], top: head.Head, more: Iterable[str], found: dict[Key, Field]) -> str:
    """Of the folded words of all pages: another number and date make no other text of it."""
    number, notation = found.get(Key.CODE_NUMBER), found.get(Key.CODE_NOTATION)
    own = fold(f"{number.value}/{notation.value}") if number and notation else ""
    texts = []
    for page in pages:
        own_words = {word for line in head.own_lines(top) for word in line.words} if page.number == 1 else set()
        texts.append(fold(" ".join(w.text for line in page.whole_lines for w in line.words if w not in own_words)))
    words = " ".join(filter(None, (*texts, *map(fold, more))))
    if own:
        words = words.replace(own, "")
    words = " ".join(words.split())
    if words.count(" ") < _WORDS_ENOUGH:
        return ""
    return hashlib.sha256(words.encode()).hexdigest()


def _stamped(pdf: Pdf, parts: head.Head, printed: dict[Key, Field]) -> dict[Key, Field]:
    """Number and date that a clerk stamped on the head: they are given after the signing (Decree 30/2020 Art. 15.3).

    Only these are looked for: a signature's appearance is an annotation too, and its words are no part of the head.
    """
    if (
        {Key.CODE_NUMBER, Key.ISSUED_DATE} <= printed.keys()
        or parts.columns is head.Columns.GUESSED
        or not pdf.stamp(0)
    ):
        return {}
    again = head.fields_of(pdf.page(0))
    return {
        key: replace(again[key], confidence=min(again[key].confidence, 0.9))
        for key in (Key.CODE_NUMBER, Key.CODE_NOTATION, Key.ISSUED_DATE, Key.PLACE)
        if key in again
    }


def _named_as_certified(found: dict[Key, Field], signatures: tuple[Signature, ...]) -> dict[Key, Field]:
    """The issuer's name in the certificate's spelling where it is the printed one: print has it in capitals."""
    printed = found.get(Key.ORGAN_NAME)
    if printed is None:
        return found
    for signature in signatures:
        for name in (signature.signer.organisation, signature.signer.name) if signature.sound else ():
            if name and fold(name) == fold(printed.value) and not name.isupper():
                certified = Field(tidy(name), Source.PDF_SIGNATURE, 0.99, place=printed.place)
                return {**found, Key.ORGAN_NAME: certified}
    return found
