"""The revisions of one PDF, each compared once with the one before: shared by all signatures of the file."""

from pyhanko.pdf_utils import generic
from pyhanko.pdf_utils.reader import PdfFileReader

from validation.pdf_revision import Effort, Key, Revision, raw, written_in
from validation.pdf_same import Twins
from validation.pdf_step import Kind, Seen, Step, Unexplained
from validation.pdf_step_form import compare_form
from validation.pdf_step_pages import compare_annotations, compare_pages, same_tree
from validation.pdf_step_tags import compare_tags

#: Entries of a trailer that say how the file is written, not what it says (ISO 32000-2 tables 15 and 17).
_TABLE = frozenset({"/Size", "/Prev", "/XRefStm", "/Type", "/W", "/Index", "/Filter", "/DecodeParms", "/Length"})
_WRITING = _TABLE | {"/Root", "/Info", "/ID", "/DocChecksum", "/AuthCode"}
#: Entries of the catalogue with a rule of their own, and those that only name the version of the format.
_RULED = frozenset({"/AcroForm", "/Pages", "/StructTreeRoot", "/DSS", "/Metadata"})
_FORMAT = frozenset({"/Version", "/Extensions", "/MarkInfo"})
_DSS_KEYS = frozenset({"/Type", "/VRI", "/Certs", "/CRLs", "/OCSPs"})


_MOST = 1_500_000  #: values of one file that are looked at, some seconds' worth, before it is called too costly


class History:
    """The steps of one file, made when they are first asked for."""

    def __init__(self, reader: PdfFileReader) -> None:
        self._reader = reader
        self._steps: dict[int, Step] = {}
        self._last: Revision | None = None
        self._newest: dict[Key, int] = {}
        self._effort = Effort(_MOST)

    def after(self, revision: int) -> tuple[Step, ...]:
        """The steps that follow `revision`.  Raises what pyHanko raises."""
        total: int = self._reader.xrefs.total_revisions
        for number in range(revision + 1, total):
            if number not in self._steps:
                old = self._last
                if old is None or old.number != number - 1:
                    old = self._begun(number - 1)
                self._last = old.following()
                self._steps[number] = _step(old, self._last)
        return tuple(self._steps[number] for number in range(revision + 1, total))

    def _begun(self, number: int) -> Revision:
        if not self._newest:
            for revision in range(self._reader.xrefs.total_revisions):
                self._newest.update(dict.fromkeys(written_in(self._reader, revision), revision))
        return Revision(self._reader, number, self._newest, self._effort)


def _step(old: Revision, new: Revision) -> Step:
    seen = Seen()
    try:
        _compare(Twins(old, new), seen)
    except Unexplained as place:
        return Step(frozenset(), unexplained=str(place))
    return Step(frozenset(seen.kinds), frozenset(seen.filled), frozenset(seen.signed), frozenset(seen.shown))


def _compare(twins: Twins, seen: Seen) -> None:
    """Everything, the things with rules of their own first: what leads to them need only lead to the same."""
    old, new = twins.old, twins.new
    if old.root_key is None or old.root_key != new.root_key:
        raise Unexplained("the catalogue was replaced")
    _object_streams(old, new)
    _freed(old, new)
    twins.apart.add(old.root_key)
    pages = same_tree(twins)
    compare_form(twins, seen)
    compare_annotations(twins, seen, pages)
    compare_tags(twins, seen)
    compare_pages(twins, pages)
    if twins.differing(old.root, new.root, _RULED | _FORMAT):
        raise Unexplained("an entry of the catalogue changed")
    _trailer(twins)
    _validation_data(twins, seen)
    _metadata(twins, seen)


def _object_streams(old: Revision, new: Revision) -> None:
    """A container of objects that is written over would change them all without a word in the table."""
    xrefs = new.reader.xrefs
    for number in range(old.number + 1):
        used = xrefs.object_streams_used_in(number)  # type: ignore[no-untyped-call]
        if any((ref.idnum, ref.generation) in new.written for ref in used):
            raise Unexplained("a container of objects was written over")


def _freed(old: Revision, new: Revision) -> None:
    """A number that is freed under a generation that it never had: for some readers it is gone, for others not."""
    section = new.reader.xrefs.get_xref_data(new.number)
    hybrid = {} if section.hybrid is None else section.hybrid.xref_data.freed
    for number, generation in {**hybrid, **section.freed}.items():
        if number and not old.defines((number, generation - 1)) and any(old.defines((number, g)) for g in (0, 1)):
            raise Unexplained("a number was freed in a way that readers take differently")


def _trailer(twins: Twins) -> None:
    for name in twins.differing(twins.old.trailer, twins.new.trailer, _WRITING):
        before = twins.old.entry(twins.old.trailer, name)
        after = twins.new.dictionary(raw(twins.new.trailer, name))
        # An office program's own entry (/AdditionalStreams names the editable copy inside the PDF) pointed in vain,
        # and a dictionary took the number: a dictionary is no such copy, a stream would be.
        lists = isinstance(before, generic.ArrayObject)
        if lists and _only_nothings(twins, name):
            continue
        if not isinstance(before, generic.NullObject) or after is None:
            raise Unexplained("an entry of the trailer changed")


def _only_nothings(twins: Twins, name: str) -> bool:
    old, new = (side.items(raw(side.trailer, name)) for side in (twins.old, twins.new))
    if len(old) != len(new):
        return False
    return all(
        twins.same(was, now)
        or (isinstance(twins.old.value(was), generic.NullObject) and twins.new.dictionary(now) is not None)
        for was, now in zip(old, new, strict=True)
    )


def _validation_data(twins: Twins, seen: Seen) -> None:
    """The document security store is written or written anew: certificates and answers, which no page shows."""
    old, new = raw(twins.old.root, "/DSS"), raw(twins.new.root, "/DSS")
    if new is None:
        if old is not None:
            raise Unexplained("the document security store was removed")
        return
    store = twins.new.dictionary(new)
    if store is None or not set(store) <= _DSS_KEYS:
        raise Unexplained("the document security store holds something else")
    if not twins.same(old, new):
        seen.kinds.add(Kind.VALIDATION_DATA)


def _metadata(twins: Twins, seen: Seen) -> None:
    old, new = raw(twins.old.root, "/Metadata"), raw(twins.new.root, "/Metadata")
    if not twins.same(old, new):
        stream = twins.new.value(new)
        if not isinstance(stream, generic.StreamObject) or twins.new.word(stream, "/Type") != "/Metadata":
            raise Unexplained("the metadata became something else")
        seen.kinds.add(Kind.METADATA)
    if not twins.same(raw(twins.old.trailer, "/Info"), raw(twins.new.trailer, "/Info")):
        seen.kinds.add(Kind.METADATA)
