"""A PDF as it was at one revision: every object resolved there, each parsed once for all revisions that share it.

Promise: a reference that no revision defines, or that was freed, is null (ISO 32000-2 section 7.3.10), never an error.
"""

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


class Revision:
    """One revision of `reader`'s file."""

    def __init__(self, reader: PdfFileReader, number: int, known: dict[Key, generic.PdfObject]) -> None:
        self.reader = reader
        self.number = number
        self.trailer: generic.DictionaryObject = reader.trailer.flatten(number)
        self.written: frozenset[Key] = frozenset(
            (ref.idnum, ref.generation) for ref in reader.xrefs.explicit_refs_in_revision(number)
        ) | frozenset((ref.idnum, ref.generation) for ref in reader.xrefs.refs_freed_in_revision(number))
        self._known = known

    def following(self) -> "Revision":
        """The next revision; what it does not write anew is not read anew."""
        later = Revision(self.reader, self.number + 1, {})
        later._known = {key: value for key, value in self._known.items() if key not in later.written}
        return later

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
        xrefs = self.reader.xrefs
        # The reader keeps the newest version of an object, and reads any other anew.
        newest = xrefs.get_last_change(reference) <= self.number
        revision = None if newest else self.number
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
