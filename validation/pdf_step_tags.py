"""The structure tree between two revisions: elements for new annotations may come, those of removed ones may go.

Tags are read aloud to whoever cannot see the page (ISO 32000-2 section 14.7): the rest must stay as it was.
"""

from pyhanko.pdf_utils import generic

from validation.pdf_revision import Key, Revision, key_of, raw
from validation.pdf_same import Twins
from validation.pdf_step import Seen, Unexplained

_DEPTH = 200
_FREE = frozenset({"/K", "/P", "/ParentTree", "/ParentTreeNextKey"})


def compare_tags(twins: Twins, seen: Seen) -> None:
    """Compare /StructTreeRoot.  `seen.moved` holds the annotations that came, changed or went.  Raises Unexplained."""
    old, new = raw(twins.old.root, "/StructTreeRoot"), raw(twins.new.root, "/StructTreeRoot")
    if old is None and new is None:
        return
    before, after = twins.old.dictionary(old), twins.new.dictionary(new)
    if before is None or after is None:
        raise Unexplained("the structure tree was added or removed")
    twins.apart.update(key for key in (key_of(old),) if key is not None and key == key_of(new))
    _element(twins, seen, before, after, 0)
    _parent_tree(twins, before, after)


def _element(
    twins: Twins, seen: Seen, old: generic.DictionaryObject, new: generic.DictionaryObject, depth: int
) -> None:
    twins.new.effort.spend()
    if depth > _DEPTH:
        raise Unexplained("the structure tree is too deep")
    if twins.differing(old, new, _FREE):
        raise Unexplained("a structure element changed")
    before = [one for one in _kids(twins.old, old) if not _of_moved(twins.old, one, seen.moved, 0)]
    after = [one for one in _kids(twins.new, new) if not _of_moved(twins.new, one, seen.moved, 0)]
    if len(before) != len(after):
        raise Unexplained("structure elements were added or removed")
    for was, now in zip(before, after, strict=True):
        first, second = twins.old.dictionary(was), twins.new.dictionary(now)
        if first is not None and second is not None and "/S" in first:
            key = key_of(was)
            if key != key_of(now):
                raise Unexplained("a structure element was replaced")
            if key is not None:
                if key in twins.apart:
                    raise Unexplained("the structure is no tree")
                twins.apart.add(key)
            _element(twins, seen, first, second, depth + 1)
        elif not twins.same(was, now):
            raise Unexplained("what a structure element is about changed")


def _kids(side: Revision, element: generic.DictionaryObject) -> list[generic.PdfObject]:
    value = raw(element, "/K")
    if value is None:
        return []
    return side.items(value) if isinstance(side.value(value), generic.ArrayObject) else [value]


def _of_moved(side: Revision, value: generic.PdfObject, moved: set[Key], depth: int) -> bool:
    """Is it about annotations alone that came or went?"""
    if not moved or depth > _DEPTH:
        return False
    one = side.dictionary(value)
    if one is None:
        return False
    if "/Obj" in one:
        return key_of(raw(one, "/Obj")) in moved
    kids = _kids(side, one)
    return "/S" in one and bool(kids) and all(_of_moved(side, kid, moved, depth + 1) for kid in kids)


def _parent_tree(twins: Twins, old: generic.DictionaryObject, new: generic.DictionaryObject) -> None:
    """An index from pages and annotations into the tree: what is in both is the same."""
    before, after = _numbers(twins.old, raw(old, "/ParentTree"), 0), _numbers(twins.new, raw(new, "/ParentTree"), 0)
    for number in before.keys() & after.keys():
        was, now = key_of(before[number]), key_of(after[number])
        if was is not None and was == now and was in twins.apart:
            continue
        if not twins.same(before[number], after[number]):
            raise Unexplained("the index of the structure tree changed")


def _numbers(side: Revision, value: generic.PdfObject | None, depth: int) -> dict[int, generic.PdfObject]:
    """A number tree, flat (ISO 32000-2 section 7.9.7)."""
    node = side.dictionary(value)
    if node is None or depth > _DEPTH:
        return {}
    pairs = side.items(raw(node, "/Nums"))
    found = {
        int(number): one
        for number, one in zip(map(side.value, pairs[::2]), pairs[1::2], strict=False)
        if isinstance(number, generic.NumberObject)
    }
    for kid in side.items(raw(node, "/Kids")):
        found |= _numbers(side, kid, depth + 1)
    return found
