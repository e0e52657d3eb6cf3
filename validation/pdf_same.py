"""Are two values of two revisions the same to a reader of the document, whatever the numbers of their objects?

Promise: everything that can be reached from the one is found in its place from the other, with the same octets.  The
exceptions are the things that have a comparison of their own (pages, annotations, fields), which need only be the
same thing.
"""

from pyhanko.pdf_utils import generic

from validation.pdf_revision import Key, Revision, key_of

Spot = Key | int  #: a reference, or the identity of a direct value


class Twins:
    """Two revisions side by side."""

    def __init__(self, old: Revision, new: Revision) -> None:
        self.old = old
        self.new = new
        #: Things compared elsewhere: they need only be the same object.
        self.apart: set[Key] = set()
        self._proved: set[tuple[Spot, Spot]] = set()

    def same(self, old: generic.PdfObject | None, new: generic.PdfObject | None) -> bool:
        """Are they the same?  None = there is none."""
        assumed: set[tuple[Spot, Spot]] = set()
        stack = [(old, new)]
        while stack:
            self.new.effort.spend()
            before, after = stack.pop()
            first, second = key_of(before), key_of(after)
            if first is not None or second is not None:
                if first == second and first in self.apart:
                    continue
                spots = (first or id(before), second or id(after))
                if spots in assumed or spots in self._proved:
                    continue
                if first is not None and first == second and self.untouched(first):
                    continue
                assumed.add(spots)
            parts = _parts(self.old.value(before), self.new.value(after))
            if parts is None:
                return False
            stack.extend(parts)
        self._proved |= assumed
        return True

    def untouched(self, key: Key) -> bool:
        """Has the newer revision written nothing that hangs below the object?  Then it is the same."""
        if key in self.new.written:
            return False
        return self.old.reach(key, self.apart).inside.isdisjoint(self.new.written)

    def differing(
        self, old: generic.DictionaryObject, new: generic.DictionaryObject, but: frozenset[str] = frozenset()
    ) -> set[str]:
        """The names of the entries that are not the same."""
        names = {str(name) for name in (*old, *new)} - but
        return {
            name
            for name in names
            if not self.same(
                old.raw_get(name) if name in old else None,
                new.raw_get(name) if name in new else None,
            )
        }


Pair = tuple[generic.PdfObject | None, generic.PdfObject | None]


def _parts(old: generic.PdfObject, new: generic.PdfObject) -> list[Pair] | None:
    """What is left to compare once the two values themselves agree; None = they do not."""
    if isinstance(old, generic.DictionaryObject):
        return _entries(old, new)
    if isinstance(old, generic.ArrayObject):
        if not isinstance(new, generic.ArrayObject) or len(old) != len(new):
            return None
        return [(old.raw_get(index), new.raw_get(index)) for index in range(len(old))]
    return [] if _primitive(old, new) else None


def _entries(old: generic.DictionaryObject, new: generic.PdfObject) -> list[Pair] | None:
    if not isinstance(new, generic.DictionaryObject):
        return None
    if old is new:
        return [(old.raw_get(name), old.raw_get(name)) for name in old]
    if isinstance(old, generic.StreamObject) != isinstance(new, generic.StreamObject) or old.keys() != new.keys():
        return None
    if _octets(old) != _octets(new):
        return None
    return [(old.raw_get(name), new.raw_get(name)) for name in old]


def _octets(value: generic.DictionaryObject) -> bytes:
    return bytes(value.encoded_data) if isinstance(value, generic.StreamObject) else b""


def _primitive(old: generic.PdfObject, new: generic.PdfObject) -> bool:
    if isinstance(old, generic.TextStringObject | generic.ByteStringObject):
        if not isinstance(new, generic.TextStringObject | generic.ByteStringObject):
            return False
        return bool(old.original_bytes == new.original_bytes)
    if isinstance(old, generic.NullObject):
        return isinstance(new, generic.NullObject)
    if isinstance(old, generic.BooleanObject):
        return isinstance(new, generic.BooleanObject) and old.value == new.value
    if isinstance(old, generic.NumberObject | generic.FloatObject):
        return isinstance(new, generic.NumberObject | generic.FloatObject) and old == new
    return type(old) is type(new) and old == new
