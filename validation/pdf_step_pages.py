"""The pages between two revisions: all there, in their order, with the same content; annotations by rules of their own.

An annotation lies over the page and can show anything there (the "evil annotation" attack on certified documents), so
only those are explained whose look follows from their kind, and which hide nothing.  Whether the certification
permits annotations at all is asked later.
"""

from pyhanko.pdf_utils import generic

from validation.pdf_revision import Key, Revision, key_of, raw
from validation.pdf_same import Twins
from validation.pdf_step import Kind, Seen, Unexplained, area

#: Entries of a page that show nothing: order of tabs, indices into the structure tree, a date.
_FREE = frozenset({"/Annots", "/Parent", "/StructParents", "/Tabs", "/LastModified"})
#: Annotations that the reader draws itself, see-through or thin (ISO 32000-2 section 12.5.6).
_THIN = frozenset(
    {
        "/Link",
        "/Text",
        "/Popup",
        "/Highlight",
        "/Underline",
        "/Squiggly",
        "/StrikeOut",
        "/Caret",
        "/Circle",
        "/Square",
        "/Ink",
        "/Line",
        "/Polygon",
        "/PolyLine",
    }
)
_THICK = 3  #: points of a border
_ICON = 40.0  #: points, the side of an icon that may have a look of its own
_STAMP = (260.0, 90.0)  #: points, the most that a number and a date need
_SHARE = 0.5  #: of an earlier annotation, or of a page, that a new one may cover
_DEPTH = 32

Rectangle = tuple[float, float, float, float]


def pages_of(revision: Revision) -> list[Key]:
    """The nodes of the page tree, each before its kids.  Raises Unexplained for what is no tree."""
    found: dict[Key, None] = {}
    stack = [(raw(revision.root, "/Pages"), 0)]
    while stack:
        value, depth = stack.pop()
        key = key_of(value)
        if key is None or key in found or depth > _DEPTH:
            raise Unexplained("the pages are no tree")
        found[key] = None
        revision.effort.spend()
        node = revision.dictionary(revision.object(key))
        if node is not None:
            stack.extend((kid, depth + 1) for kid in reversed(revision.items(raw(node, "/Kids"))))
    return list(found)


def same_tree(twins: Twins) -> list[Key]:
    """The nodes of both page trees, which are compared apart from what leads to them.  Raises Unexplained."""
    nodes = pages_of(twins.old)
    if nodes != pages_of(twins.new):
        raise Unexplained("pages were added, removed or moved")
    twins.apart.update(nodes)
    return nodes


def compare_annotations(twins: Twins, seen: Seen, nodes: list[Key]) -> None:
    """Compare the annotations of all pages.  Raises Unexplained."""
    first = True
    for key in nodes:
        old, new = twins.old.dictionary(twins.old.object(key)), twins.new.dictionary(twins.new.object(key))
        if old is None or new is None:
            raise Unexplained("a page is no dictionary")
        leaf = "/Kids" not in old
        if key_of(raw(old, "/Parent")) != key_of(raw(new, "/Parent")):
            raise Unexplained("a page moved")
        _annotations(twins, seen, old, new, first_page=first and leaf)
        first = first and not leaf


def compare_pages(twins: Twins, nodes: list[Key]) -> None:
    """All but the annotations: after these are known, since a page's entries may lead to them.  Raises Unexplained."""
    for key in nodes:
        old, new = twins.old.dictionary(twins.old.object(key)), twins.new.dictionary(twins.new.object(key))
        if old is None or new is None or twins.differing(old, new, _FREE):
            raise Unexplained("a page changed")


def _annotations(
    twins: Twins, seen: Seen, old: generic.DictionaryObject, new: generic.DictionaryObject, *, first_page: bool
) -> None:
    before, after = twins.old.items(raw(old, "/Annots")), twins.new.items(raw(new, "/Annots"))
    were, are = [key_of(value) for value in before], [key_of(value) for value in after]
    if None in were or None in are:
        if not twins.same(raw(old, "/Annots"), raw(new, "/Annots")):
            raise Unexplained("an annotation that is no object of its own changed")
        return
    for key in dict.fromkeys(were):
        if key is not None and key not in are:
            seen.kinds.add(Kind.ANNOTATION)
            seen.moved.add(key)
        elif key is not None:
            _kept(twins, seen, key)
    # Another signature's picture may be covered: who signed is told from the certificate, never from the picture.
    kept = [key for key in were if key is not None and key in are and not _of_signature(twins.new, key)]
    there = [one for one in (_rectangle(twins.new, key) for key in kept) if one is not None]
    for key in dict.fromkeys(are):
        if key is not None and key not in were:
            _added(twins, seen, key, there, _page_area(twins.new, new), first_page=first_page)


def _of_signature(side: Revision, key: Key) -> bool:
    """Is it the widget of a signature field?"""
    holder = side.dictionary(side.object(key))
    for _ in range(_DEPTH):
        if holder is None or "/FT" in holder:
            break
        holder = side.dictionary(raw(holder, "/Parent"))
    return holder is not None and side.word(holder, "/FT") == "/Sig"


def _rectangle(side: Revision, key: Key) -> Rectangle | None:
    holder = side.dictionary(side.object(key))
    return area(side.items(raw(holder, "/Rect"))) if holder is not None else None


def _page_area(side: Revision, page: generic.DictionaryObject) -> Rectangle | None:
    node: generic.DictionaryObject | None = page
    for _ in range(_DEPTH):
        if node is None:
            break
        found = area(side.items(raw(node, "/MediaBox")))
        if found is not None:
            return found
        node = side.dictionary(raw(node, "/Parent"))
    return None


def _kept(twins: Twins, seen: Seen, key: Key) -> None:
    """An annotation that stays: the same, or of the same kind and still harmless."""
    if key in twins.apart:
        return  # the widget of a field, compared with the form
    old, new = twins.old.dictionary(twins.old.object(key)), twins.new.dictionary(twins.new.object(key))
    if old is None or new is None:
        raise Unexplained("an annotation is no dictionary")
    twins.new.effort.spend()
    twins.apart.add(key)
    if twins.untouched(key):
        return
    changed = twins.differing(old, new, frozenset({"/StructParent", "/P", "/Popup", "/IRT"}))
    if changed:
        kind = twins.old.word(old, "/Subtype")
        if kind != twins.new.word(new, "/Subtype") or not _harmless(twins.new, new):
            raise Unexplained("an annotation changed")
        seen.kinds.add(Kind.ANNOTATION)
        seen.moved.add(key)


def _added(
    twins: Twins, seen: Seen, key: Key, there: list[Rectangle], page: Rectangle | None, *, first_page: bool
) -> None:
    added = twins.new.dictionary(twins.new.object(key))
    if added is None:
        raise Unexplained("an annotation is no dictionary")
    shown = area(twins.new.items(raw(added, "/Rect")))
    if key in seen.widgets or key in twins.apart:
        if shown is not None and (page is None or _covers(shown, [page, *there])):
            raise Unexplained("a new signature field covers what was there")
    elif _harmless(twins.new, added):
        seen.kinds.add(Kind.ANNOTATION)
    elif first_page and shown is not None and _is_number_stamp(twins.new, added, shown, page, there):
        seen.kinds.add(Kind.NUMBER_STAMP)
    else:
        raise Unexplained("an annotation that can hide the page was added")
    seen.moved.add(key)


def _covers(shown: Rectangle, others: list[Rectangle]) -> bool:
    """Does it lie over more than a share of any of the others?

    The picture of a body's seal overlaps that of the person's signature by about a third (Decree 30/2020, Annex I).
    """
    return any(_common(shown, other) > _SHARE * (other[2] - other[0]) * (other[3] - other[1]) for other in others)


def _common(one: Rectangle, other: Rectangle) -> float:
    wide = min(one[2], other[2]) - max(one[0], other[0])
    high = min(one[3], other[3]) - max(one[1], other[1])
    return wide * high if wide > 0 and high > 0 else 0.0


def _harmless(side: Revision, annotation: generic.DictionaryObject) -> bool:
    """Does its look follow from its kind, hide nothing, and does it do nothing but lead elsewhere?"""
    if side.word(annotation, "/Subtype") not in _THIN or {"/AA", "/IC", "/BE", "/OC"} & set(annotation):
        return False
    action = side.dictionary(raw(annotation, "/A"))
    if action is not None and (side.word(action, "/S") not in {"/URI", "/GoTo"} or "/Next" in action):
        return False
    if not _is_thin(side, annotation):
        return False
    if "/AP" not in annotation:
        return True
    shown = area(side.items(raw(annotation, "/Rect")))
    return shown is None or (shown[2] - shown[0] <= _ICON and shown[3] - shown[1] <= _ICON)


def _is_thin(side: Revision, annotation: generic.DictionaryObject) -> bool:
    style = side.dictionary(raw(annotation, "/BS"))
    widths = [side.value(value) for value in side.items(raw(annotation, "/Border"))[2:3]]
    if style is not None and "/W" in style:
        widths.append(side.entry(style, "/W"))
    return all(isinstance(w, generic.NumberObject | generic.FloatObject) and float(w) <= _THICK for w in widths)


def _is_number_stamp(
    side: Revision,
    annotation: generic.DictionaryObject,
    shown: Rectangle,
    page: Rectangle | None,
    there: list[Rectangle],
) -> bool:
    """The place of number and date: small, in the upper half of the first page, over no other annotation.

    Decree 30/2020, Annex I: number and notation stand under the issuer's name, the date under the national motto.
    """
    kind = side.word(annotation, "/Subtype")
    if kind not in {"/Stamp", "/FreeText"} or {"/A", "/AA", "/OC"} & set(annotation) or page is None:
        return False
    if shown[2] - shown[0] > _STAMP[0] or shown[3] - shown[1] > _STAMP[1]:
        return False
    upper = shown[1] >= (page[1] + page[3]) / 2
    return upper and not any(_common(shown, other) for other in there)
