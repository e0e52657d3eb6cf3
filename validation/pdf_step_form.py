"""The form between two revisions: signature fields may be added and signed, other fields filled; nothing may go.

ISO 32000-2 section 12.7.  Who may fill is asked of the certification later; here it is only told.
"""

from pyhanko.pdf_utils import generic

from validation.pdf_revision import Key, key_of, raw
from validation.pdf_same import Twins
from validation.pdf_step import Kind, Seen, Unexplained, area

#: Entries of the form that show nothing of themselves: what they are for is drawn by each field's own appearance.
_FREE = frozenset({"/Fields", "/DR", "/DA", "/Q", "/NeedAppearances", "/SigFlags"})
_LOOK = frozenset({"/AP", "/AS", "/F", "/DA", "/Q", "/V", "/MK"})
_TREE = frozenset({"/Kids", "/Parent", "/P", "/StructParent", "/Ff", "/Type"})
_DEPTH = 32
_HIDDEN = 0x02 | 0x20  #: annotation flags Hidden and NoView (ISO 32000-2 table 167)

Fields = list[generic.PdfObject]


def compare_form(twins: Twins, seen: Seen) -> None:
    """Compare /AcroForm.  Raises Unexplained."""
    old, new = (side.dictionary(raw(side.root, "/AcroForm")) for side in (twins.old, twins.new))
    if new is None:
        if old is not None:
            raise Unexplained("the form was removed")
        return
    if old is None:
        old = generic.DictionaryObject()  # type: ignore[no-untyped-call]
    if twins.differing(old, new, _FREE):
        raise Unexplained("an entry of the form changed")
    if _truth(twins.new.entry(new, "/NeedAppearances")) and not _truth(twins.old.entry(old, "/NeedAppearances")):
        raise Unexplained("the form asks the reader to draw it anew")
    _fields(twins, seen, (twins.old.items(raw(old, "/Fields")), twins.new.items(raw(new, "/Fields"))), "", "", 0)


def _truth(value: generic.PdfObject) -> bool:
    return isinstance(value, generic.BooleanObject) and bool(value.value)


def _fields(twins: Twins, seen: Seen, lists: tuple[Fields, Fields], parent: str, kind: str, depth: int) -> None:
    if depth > _DEPTH:
        raise Unexplained("the form is too deep")
    old, new = ([key_of(value) for value in values] for values in lists)
    if None in old or None in new or len(set(new)) != len(new):
        raise Unexplained("a form field is no object of its own")
    if not set(old) <= set(new):
        raise Unexplained("a form field was removed")
    for key in new:
        if key is None:
            continue
        if key in old:
            _field(twins, seen, key, parent, kind, depth)
        else:
            _new_field(twins, seen, key, parent)


def _name(twins: Twins, field: generic.DictionaryObject, parent: str) -> str:
    own = twins.new.entry(field, "/T")
    part = str(own) if isinstance(own, generic.TextStringObject) else ""
    return f"{parent}.{part}" if parent and part else parent or part


def _field(twins: Twins, seen: Seen, key: Key, parent: str, kind: str, depth: int) -> None:
    """A field that was there before."""
    old, new = twins.old.dictionary(twins.old.object(key)), twins.new.dictionary(twins.new.object(key))
    if old is None or new is None:
        raise Unexplained("a form field is no dictionary")
    twins.new.effort.spend()
    twins.apart.add(key)
    if twins.untouched(key):
        return
    name = _name(twins, new, parent)
    kind = twins.new.word(new, "/FT") or kind
    if twins.differing(old, new, _LOOK | _TREE):
        raise Unexplained("an entry of a form field changed")
    _not_moved(twins, old, new)
    looks = twins.differing(old, new, frozenset(map(str, (*old, *new))) - _LOOK)
    if kind == "/Sig":
        _signature(twins, seen, key, name, looks)
    elif looks - {"/F"} or (looks and _is_hidden(twins, old, new)):
        seen.kinds.add(Kind.FORM_FILL)
        seen.filled.add(name)
        if not looks & {"/V", "/AS"} and name not in seen.signed and not _parents_value(twins, old, new):
            # Shadow replacement: the value stays, and what is shown instead of it is another.
            raise Unexplained("the look of a form field changed and its value did not")
    _kids(twins, seen, (old, new), name, kind, depth)


def _not_moved(twins: Twins, old: generic.DictionaryObject, new: generic.DictionaryObject) -> None:
    for entry in ("/Parent", "/P"):
        before, after = key_of(raw(old, entry)), key_of(raw(new, entry))
        if before != after and before is not None:
            raise Unexplained("a form field moved")
    if "/Type" in new and twins.new.word(new, "/Type") != "/Annot":
        raise Unexplained("a form field became something else")


def _is_hidden(twins: Twins, old: generic.DictionaryObject, new: generic.DictionaryObject) -> bool:
    """Did the field appear or disappear?"""
    flags = [side.entry(one, "/F") for side, one in ((twins.old, old), (twins.new, new))]
    before, after = (int(flag) & _HIDDEN if isinstance(flag, generic.NumberObject) else 0 for flag in flags)
    return before != after


def _parents_value(twins: Twins, old: generic.DictionaryObject, new: generic.DictionaryObject) -> bool:
    """Does the value stand in the parent, and has it changed there?"""
    if "/T" in new:
        return False
    before, after = twins.old.dictionary(raw(old, "/Parent")), twins.new.dictionary(raw(new, "/Parent"))
    return before is not None and after is not None and bool(twins.differing(before, after) & {"/V"})


def _kids(
    twins: Twins,
    seen: Seen,
    field: tuple[generic.DictionaryObject, generic.DictionaryObject],
    name: str,
    kind: str,
    depth: int,
) -> None:
    old, new = twins.old.items(raw(field[0], "/Kids")), twins.new.items(raw(field[1], "/Kids"))
    if old or new:
        _fields(twins, seen, (old, new), name, kind, depth + 1)


def _signature(twins: Twins, seen: Seen, key: Key, name: str, looks: set[str]) -> None:
    """A signature field that was there before: it may be signed, once."""
    old, new = twins.old.dictionary(twins.old.object(key)), twins.new.dictionary(twins.new.object(key))
    if old is None or new is None or not looks:
        return
    if "/V" in old or ("/V" not in new and "/T" in new):
        raise Unexplained("a signature field changed")
    if "/V" in new:
        shown = area(twins.new.items(raw(new, "/Rect"))) is not None
        seen.kinds.add(_signed_as(twins, new))
        if shown or seen.kinds & {Kind.FURTHER_SIGNATURE}:
            seen.signed.add(name)
    elif name not in seen.signed:  # the widget of a field that is signed in its parent
        raise Unexplained("the look of a signature field changed")


def _new_field(twins: Twins, seen: Seen, key: Key, parent: str) -> None:
    """A field that was not there: a signature's, or none."""
    field = twins.new.dictionary(twins.new.object(key))
    if field is None or twins.new.word(field, "/FT") != "/Sig" or "/T" not in field:
        raise Unexplained("a form field was added")
    widgets = [key] + [kid for kid in map(key_of, twins.new.items(raw(field, "/Kids"))) if kid is not None]
    for widget in widgets:
        holder = twins.new.dictionary(twins.new.object(widget))
        if holder is None or "/A" in holder or "/AA" in holder or (widget != key and "/T" in holder):
            raise Unexplained("a new signature field is more than that")
        if area(twins.new.items(raw(holder, "/Rect"))) is not None:
            seen.shown.add(_name(twins, field, parent))
    seen.widgets.update(widgets)
    seen.kinds.add(_signed_as(twins, field) if "/V" in field else Kind.FURTHER_SIGNATURE)


def _signed_as(twins: Twins, field: generic.DictionaryObject) -> Kind:
    """The kind of signature that the field now holds."""
    key = key_of(raw(field, "/V"))
    held = twins.new.dictionary(raw(field, "/V"))
    if key is None or held is None or "/ByteRange" not in held:
        raise Unexplained("a signature field holds no signature")
    if twins.old.defines(key):
        raise Unexplained("a signature stands where something else stood")
    stamps = twins.new.word(held, "/SubFilter") == "/ETSI.RFC3161"
    shown = area(twins.new.items(raw(field, "/Rect"))) is not None
    return Kind.TIMESTAMP if stamps and not shown else Kind.FURTHER_SIGNATURE
