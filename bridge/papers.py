"""Tells which of a mail's files are documents and which go with them.

A mail holds none, one or several numbered papers.  Every file whose first page names a number and a notation is a
Document of its own, one number in several forms is one Document, and files without a number are annexes of the
Document before them.  Where no file names a number, the
first file that can be a document is the main one: signed before unsigned, PDF before other text.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass

from bridge.fields.fields import Fields
from bridge.fields.fold import fold
from validation.inspected import Inspected
from validation.signatures import is_of_other_files

_TEXT = (
    "application/pdf",
    "application/msword",
    "application/vnd.openxmlformats-officedocument.wordprocessingml.document",
    "application/vnd.oasis.opendocument.text",
    "application/rtf",
    "text/rtf",
)
_CONTAINERS = ("application/zip", "message/rfc822", "application/ms-tnef", "application/vnd.ms-outlook")


@dataclass(frozen=True, slots=True)
class Paper:
    """A Document before it is judged: its files and what they say of themselves."""

    main: Inspected
    annexes: tuple[Inspected, ...]
    fields: Fields

    @property
    def files(self) -> tuple[Inspected, ...]:
        """All its files, the main one first."""
        return (self.main, *self.annexes)


def leaves(files: tuple[Inspected, ...]) -> tuple[Inspected, ...]:
    """The files that hold content: containers that were opened are replaced by what is in them."""
    return tuple(
        file for top in files for file in top.walk() if not (file.attachments and file.format.media_type in _CONTAINERS)
    )


def is_text(file: Inspected) -> bool:
    """Can this file be the main file of a document?"""
    return file.format.media_type in _TEXT


def is_picture(file: Inspected) -> bool:
    """Is this a photo or a picture?"""
    return file.format.media_type.startswith("image/")


def signs_others(files: tuple[Inspected, ...]) -> bool:
    """Is there one among `files` whose signature may be that of another, as a detached .p7s is?"""
    return any(is_of_other_files(signature) for file in files for signature in file.signatures)


def papers(files: tuple[Inspected, ...], identify: Callable[[Inspected], Fields]) -> tuple[Paper, ...]:
    """The documents among `files` (leaves, in the mail's order); `identify` reads one file's Fields."""
    texts = [file for file in files if is_text(file)]
    if not texts:
        return ()
    known = {file.path: identify(file) for file in texts}
    numbered = _numbered(texts, known)
    mains = [file for file in texts if any(file is main for main in numbered.values())]
    if not mains:
        mains = [min(texts, key=_fitness)]
    owner = mains[0]
    annexes: dict[tuple[str, ...], list[Inspected]] = {main.path: [] for main in mains}
    for file in files:
        if file.path in annexes:
            owner = file
            continue
        same = numbered.get(_number(known.get(file.path)))
        annexes[(same or owner).path].append(file)
    return tuple(Paper(main, tuple(annexes[main.path]), known[main.path]) for main in mains)


_Number = tuple[str, str]


def _number(fields: Fields | None) -> _Number:
    """Number and notation in one spelling; ("", "") unless both are known."""
    number, notation = (fields.value(key) if fields else "" for key in ("CodeNumber", "CodeNotation"))
    return (number.lstrip("0"), fold(notation)) if number and notation else ("", "")


def _numbered(texts: list[Inspected], known: Mapping[tuple[str, ...], Fields]) -> dict[_Number, Inspected]:
    """The numbered papers; of one number in several forms (a signed PDF and the Word file it was made from) one."""
    chosen: dict[_Number, Inspected] = {}
    for file in texts:
        number = _number(known[file.path])
        if any(number):
            chosen[number] = min(chosen.get(number, file), file, key=_fitness)
    return chosen


def _fitness(file: Inspected) -> tuple[bool, bool]:
    return not file.signatures, file.format.media_type != _TEXT[0]
