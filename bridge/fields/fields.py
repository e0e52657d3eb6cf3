"""Fields: what identifies a document, each value with where it was found and how sure that is.

The keys are the names of Decree 30/2020 Annex VI.  What was not found is absent; an empty value cannot be
made.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from enum import StrEnum


class Key(StrEnum):
    """The fields we know (Annex VI Part II; Place and SignerInfo.Competence as the packet names them)."""

    CODE_NUMBER = "CodeNumber"
    CODE_NOTATION = "CodeNotation"
    ISSUED_DATE = "IssuedDate"  #: yyyy-mm-dd
    PLACE = "Place"
    ORGAN_NAME = "OrganName"
    ORGAN_IN_CHARGE = "OrganizationInCharge"
    ORGAN_ID = "OrganId"
    TYPE_NAME = "TypeName"
    SUBJECT = "Subject"
    LANGUAGE = "Language"
    PAGE_AMOUNT = "PageAmount"
    SIGNER_NAME = "SignerInfo.FullName"
    SIGNER_POSITION = "SignerInfo.Position"
    SIGNER_COMPETENCE = "SignerInfo.Competence"
    PRIORITY = "Priority"  #: 0 to 4
    TO_PLACES = "ToPlaces"  #: one line for each
    DUE_DATE = "DueDate"  #: yyyy-mm-dd
    RESPONSE_FOR = "ResponseFor"  #: one line for each document answered: its code, and its date where that is known
    DOCUMENT_ID = "DocumentId"  #: as the issuer's system calls it


class Source(StrEnum):
    """Where a value was found, in the contract's words."""

    PDF_PAGE_1 = "pdf-page-1"
    PDF_SIGNATURE = "pdf-signature"
    DOCUMENT_TEXT = "document-text"
    MAIL_HEADER = "mail-header"
    MAIL_BODY = "mail-body"
    SIDECAR = "sidecar"
    REGISTER = "register"
    OCR = "ocr"
    CLERK = "clerk"


@dataclass(frozen=True, slots=True)
class Place:
    """Where on a page a value stands: a box in points from the page's lower left corner."""

    page: int  #: the first is 1
    left: float
    bottom: float
    right: float
    top: float

    @property
    def box(self) -> tuple[float, float, float, float]:
        """Left, bottom, right, top."""
        return self.left, self.bottom, self.right, self.top


@dataclass(frozen=True, slots=True)
class Field:
    """One value, never empty, NFC."""

    value: str
    source: Source
    confidence: float  #: 0 to 1; the office sets from where on it is believed
    code_page: str = ""  #: of the old font that it was read from; "" = it was in Unicode
    place: Place | None = None  #: None = it has none: text without pages, a mail, a clerk

    def __post_init__(self) -> None:
        if not self.value or not 0 <= self.confidence <= 1:
            raise ValueError("a field has a value, and a confidence from 0 to 1")


def from_old_font(found: Mapping[Key, Field], code_page: str) -> dict[Key, Field]:
    """Fields of a text whose font's codes were read as Unicode: known as such, and a little less sure."""
    if not code_page:
        return dict(found)
    return {
        key: replace(each, code_page=code_page, confidence=min(each.confidence, 0.9)) for key, each in found.items()
    }


class Fields(Mapping[str, Field]):
    """A frozen mapping from the names of Annex VI to what was found."""

    __slots__ = ("_entries",)

    def __init__(self, entries: Mapping[str, Field] | Mapping[Key, Field] | None = None) -> None:
        found = {Key(key): value for key, value in (entries or {}).items()}
        self._entries: dict[str, Field] = {str(key): found[key] for key in Key if key in found}

    def __getitem__(self, key: str) -> Field:
        return self._entries[key]

    def __iter__(self) -> Iterator[str]:
        return iter(self._entries)

    def __len__(self) -> int:
        return len(self._entries)

    def __hash__(self) -> int:
        return hash(tuple(self._entries.items()))

    def __repr__(self) -> str:
        return f"Fields({', '.join(self._entries)})"  # keys alone: values are document content, and this may be logged

    def value(self, key: str) -> str:
        """The value under `key`; "" when it was not found."""
        field = self._entries.get(key)
        return field.value if field else ""

    @property
    def code_pages(self) -> tuple[str, ...]:
        """The old code pages that values were read from."""
        return tuple(dict.fromkeys(field.code_page for field in self._entries.values() if field.code_page))

    def over(self, others: "Fields") -> "Fields":
        """These fields and those of `others`; where both know a key the surer one stands, these on a tie."""
        merged = dict(others._entries)
        for key, field in self._entries.items():
            if key not in merged or field.confidence >= merged[key].confidence:
                merged[key] = field
        return Fields(merged)
