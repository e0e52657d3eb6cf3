"""A PDF as it was at one revision: every object resolved there, each parsed once for all revisions that share it.

Promise: a reference that no revision defines, or that was freed, is null (ISO 32000-2 section 7.3.10), never an error.
"""

from dataclasses import dataclass

from pyhanko.pdf_utils import generic
from pyhanko.pdf_utils.reader import PdfFileReader

Key = tuple[int, int]  #: number and generation of an object

NULL = generic.NullObject()

_LINKS = 32  #: references to references that are followed


class TooCostly(RecursionError):  # noqa: N818 - what is wrong is the file
    """The file asks for more comparing than it is worth: told as too costly."""


def key_of(value: object) -> Key | None:
    """The object that a reference names; None = the value is no reference."""
    return (value.idnum, value.generation) if isinstance(value, generic.IndirectObject) else None


class Effort:
    """How much one file may still cost: every value that is looked at, for all its revisions together."""

    def __init__(self, most: int) -> None:
        self._left = most

    def spend(self, count: int = 1) -> None:
        """Take `count` away.  Raises TooCostly."""
        self._left -= count
        if self._left < 0:
            raise TooCostly


@dataclass(frozen=True, slots=True)
class Reach:
    """What can be reached from an object, as far as the things that are compared apart."""

    inside: frozenset[Key]
    borders: frozenset[Key]


def written_in(reader: PdfFileReader, revision: int) -> frozenset[Key]:
    """The objects that a revision writes or frees."""
    xrefs = reader.xrefs
    found = xrefs.explicit_refs_in_revision(revision) | xrefs.refs_freed_in_revision(revision)
    return frozenset((reference.idnum, reference.generation) for reference in found)


class Revision:
    """One revision of `reader`'s file."""

    def __init__(self, reader: PdfFileReader, number: int, newest: dict[Key, int], effort: Effort) -> None:
        effort.spend(number + 1)
        self.reader = reader
        self.effort = effort
        self.number = number
        self.trailer: generic.DictionaryObject = reader.trailer.flatten(number)
        self.written = written_in(reader, number)
        self._known: dict[Key, generic.PdfObject] = {}
        self._newest = newest  #: for each object the last revision that wrote or freed it
        self._reaches: dict[Key, Reach] = {}

    def following(self) -> "Revision":
        """The next revision; what it does not write anew is not read anew."""
        later = Revision(self.reader, self.number + 1, self._newest, self.effort)
        self.effort.spend(len(self._known) + len(self._reaches))
        later._known = {key: value for key, value in self._known.items() if key not in later.written}
        later._reaches = {key: reach for key, reach in self._reaches.items() if reach.inside.isdisjoint(later.written)}
        return later

    def reach(self, key: Key, apart: set[Key]) -> Reach:
        """All that hangs below an object; the borders are among `apart`."""
        found = self._reaches.get(key)
        if found is None or not found.borders <= apart:
            found = self._walk(key, apart)
            self._reaches[key] = found
        return found

    def _walk(self, start: Key, apart: set[Key]) -> Reach:
        inside, borders, stack = {start}, set(), [self.object(start)]
        while stack:
            self.effort.spend()
            value = stack.pop()
            key = key_of(value)
            if key is not None:
                if key in inside:
                    continue
                if key in apart:
                    borders.add(key)
                    continue
                inside.add(key)
                value = self.object(key)
            if isinstance(value, generic.DictionaryObject):
                stack.extend(value.raw_get(name) for name in value)
            elif isinstance(value, generic.ArrayObject):
                stack.extend(value.raw_get(index) for index in range(len(value)))
        return Reach(frozenset(inside), frozenset(borders))

    def defines(self, key: Key) -> bool:
        """Is there such an object?"""
        return self._place(key) is not None

    def _place(self, key: Key) -> object:
        reference = generic.Reference(*key, pdf=self.reader)
        return self.reader.xrefs.get_historical_ref(reference, self.number)

    def object(self, key: Key) -> generic.PdfObject:
        """The object itself, decrypted."""
        found = self._known.get(key)
        if found is None:
            found = self._read(key)
            self._known[key] = found
        return found

    def _read(self, key: Key) -> generic.PdfObject:
        if not self.defines(key):
            return NULL
        reference = generic.Reference(*key, pdf=self.reader)
        # The reader keeps the newest version of an object, and reads any other anew.
        revision = None if self._newest.get(key, 0) <= self.number else self.number
        found = self.reader.get_object(reference, revision, transparent_decrypt=False)  # type: ignore[no-untyped-call]
        value: generic.PdfObject = found.decrypted if isinstance(found, generic.DecryptedObjectProxy) else found
        return value

    def value(self, value: generic.PdfObject | None) -> generic.PdfObject:
        """`value`, or what it refers to; null for None."""
        for _ in range(_LINKS):
            key = key_of(value)
            if key is None:
                return NULL if value is None else value
            value = self.object(key)
        raise TooCostly

    def entry(self, holder: generic.DictionaryObject, name: str) -> generic.PdfObject:
        """The value of an entry, null if there is none."""
        return self.value(raw(holder, name))

    def word(self, holder: generic.DictionaryObject, name: str) -> str:
        """An entry that is a name, "" if there is none."""
        found = self.entry(holder, name)
        return str(found) if isinstance(found, generic.NameObject) else ""

    def dictionary(self, value: generic.PdfObject | None) -> generic.DictionaryObject | None:
        """`value` if it is a dictionary and no stream."""
        found = self.value(value)
        if isinstance(found, generic.DictionaryObject) and not isinstance(found, generic.StreamObject):
            return found
        return None

    def items(self, value: generic.PdfObject | None) -> list[generic.PdfObject]:
        """The elements of an array, references unresolved; none if it is no array."""
        found = self.value(value)
        if not isinstance(found, generic.ArrayObject):
            return []
        return [found.raw_get(index) for index in range(len(found))]

    @property
    def root_key(self) -> Key | None:
        """The catalogue's number."""
        return key_of(raw(self.trailer, "/Root"))

    @property
    def root(self) -> generic.DictionaryObject:
        """The catalogue."""
        return self.dictionary(raw(self.trailer, "/Root")) or generic.DictionaryObject()  # type: ignore[no-untyped-call]


def raw(holder: generic.DictionaryObject, name: str) -> generic.PdfObject | None:
    """An entry as written, None if absent."""
    return holder.raw_get(name) if name in holder else None
