"""What became different between two judgements of one mail, signature by signature."""

from collections.abc import Iterable, Iterator

from bridge.clerk import Replayed
from bridge.sandbox.outcome import Crashed
from bridge.shown import Shown
from validation.inspected import Inspected
from validation.signature import Signature

_ANSWERS = ("result", "reason", "integrity", "coverage", "trust", "revocation", "authority", "signed_at")
_Place = tuple[tuple[str, ...], str, int]


def signature_changes(found: Replayed) -> list[Shown]:
    """Each signature whose answers differ, with what they were and are; those of one that was not there are "none"."""
    if isinstance(found.after, Crashed):
        return []
    before = dict(_placed(found.before.attachments if found.before else ()))
    after = dict(_placed(found.after.attachments))
    changes = []
    for place in dict.fromkeys((*before, *after)):
        was, now = _answers(before.get(place)), _answers(after.get(place))
        changed = {key: (was[key], now[key]) for key in _ANSWERS if was[key] != now[key]}
        if changed:
            path, where, _ = place
            changes.append({"path": path, "where": where, "changed": changed})
    return changes


def _placed(files: Iterable[Inspected]) -> Iterator[tuple[_Place, Signature]]:
    """Every signature by its file, its place, and its number among those that bear one name."""
    for top in files:
        for file in top.walk():
            for number, one in enumerate(file.signatures):
                yield (file.path, one.where, number), one


def _answers(signature: Signature | None) -> dict[str, str]:
    if signature is None:
        return dict.fromkeys(_ANSWERS, "none")
    return {key: str(getattr(signature, key) or "none") for key in _ANSWERS}
