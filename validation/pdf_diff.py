"""Which differences between two revisions may follow a signature: pyHanko's rules, and four harmless ones more.

pyHanko's policy allows a change only if a rule explains every object that a revision writes. It calls
genuine files changed for what no reader of the document can see; each rule here explains one such case and
nothing beside it.
"""

from collections.abc import Iterable

from pyhanko.pdf_utils import generic
from pyhanko.pdf_utils.reader import HistoricalResolver, RawPdfPath
from pyhanko.sign.diff_analysis import (
    DEFAULT_DIFF_POLICY,
    CatalogModificationRule,
    DocInfoRule,
    MetadataUpdateRule,
    ModificationLevel,
    ObjectStreamRule,
    StandardDiffPolicy,
    SuspiciousModification,
    XrefStreamRule,
)
from pyhanko.sign.diff_analysis.rules_api import Context, ReferenceUpdate, WhitelistRule

_DSS = ("/Root", "/DSS")
_DSS_KEYS = frozenset({"/Type", "/VRI", "/Certs", "/CRLs", "/OCSPs"})


def _usages(old: HistoricalResolver, reference: generic.Reference) -> list[RawPdfPath]:
    old._load_reverse_xref_cache()  # type: ignore[no-untyped-call]  # as the policy itself does
    return list(old._get_usages_of_ref(reference))


class FreedNothing(WhitelistRule):
    """A number is freed that held nothing before: writers free the numbers that they skipped."""

    def apply(self, old: HistoricalResolver, new: HistoricalResolver) -> Iterable[ReferenceUpdate]:
        """Explain those references alone."""
        for reference in new.refs_freed_in_revision():  # type: ignore[no-untyped-call]
            if old.reader.xrefs.get_historical_ref(reference, old.revision) is None:
                yield ReferenceUpdate(reference)


class ForeignTrailerEntry(WhitelistRule):
    """A dictionary takes a number to which an office program's own trailer entry pointed in vain.

    /AdditionalStreams names the editable copy inside the PDF; a dictionary is no such copy, a stream would be.
    """

    def apply(self, old: HistoricalResolver, new: HistoricalResolver) -> Iterable[ReferenceUpdate]:
        """Explain that one path alone."""
        for reference in new.explicit_refs_in_revision():  # type: ignore[no-untyped-call]
            if old.reader.xrefs.get_historical_ref(reference, old.revision) is not None:
                continue
            value = new(reference)
            if not isinstance(value, generic.DictionaryObject) or isinstance(value, generic.StreamObject):
                continue
            for path in _usages(old, reference):
                if _begins(path, ("/AdditionalStreams",)):
                    yield ReferenceUpdate(reference, context_checked=Context.from_absolute(old, path))


class ValidationData(WhitelistRule):
    """The document security store is written anew: certificates, lists and answers, which no page shows.

    An object that is also used anywhere outside the store stays unexplained.
    """

    def apply(self, old: HistoricalResolver, new: HistoricalResolver) -> Iterable[ReferenceUpdate]:
        """Explain what hangs below /Root/DSS, in that place alone."""
        if "/DSS" not in new.root:
            if "/DSS" in old.root:
                raise SuspiciousModification("the document security store was removed")
            return
        store = new.root["/DSS"]
        if not isinstance(store, generic.DictionaryObject) or not set(store) <= _DSS_KEYS:
            raise SuspiciousModification("the document security store holds something else")
        rewritten = [new.root.raw_get("/DSS"), store]
        for reference in new.explicit_refs_in_revision():  # type: ignore[no-untyped-call]
            for path in _usages(old, reference):
                if _begins(path, _DSS):
                    rewritten.append(new(reference))
                    yield ReferenceUpdate(reference, context_checked=Context.from_absolute(old, path))
        whole = Context.from_absolute(old, RawPdfPath(*_DSS))
        # The collector stops at objects that existed before: begin at each that was written anew.
        for value in rewritten:
            for reference in new.collect_dependencies(value, since_revision=old.revision + 1):
                yield ReferenceUpdate(reference, context_checked=whole)


def _begins(path: RawPdfPath, start: tuple[str, ...]) -> bool:
    return tuple(path)[: len(start)] == start


POLICY = StandardDiffPolicy(
    global_rules=[
        CatalogModificationRule(),  # type: ignore[no-untyped-call]
        *(
            rule.as_qualified(ModificationLevel.LTA_UPDATES)
            for rule in (
                DocInfoRule(),
                XrefStreamRule(),
                ObjectStreamRule(),
                MetadataUpdateRule(),  # type: ignore[no-untyped-call]
                ValidationData(),
                FreedNothing(),
                ForeignTrailerEntry(),
            )
        ),
    ],
    form_rule=DEFAULT_DIFF_POLICY.form_rule,
    # A freed object must be explained like any other change; `FreedNothing` is the only rule that does.
    reject_object_freeing=False,
)
