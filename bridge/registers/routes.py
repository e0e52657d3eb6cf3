"""Routing rules as people give them, and as JSON lines for keeping them elsewhere and bringing them back."""

import dataclasses
import json
from collections.abc import Collection, Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

from pydantic import TypeAdapter, ValidationError

from bridge.registers import values
from bridge.registers.sheet import BadSheetError
from store.registry import RoutingRule

_KEYS = tuple(field.name for field in dataclasses.fields(RoutingRule))
_ADAPTER = TypeAdapter(RoutingRule)


def checked(rule: RoutingRule, axes: Collection[str]) -> RoutingRule:
    """The rule with every value in its form; `axes` are the names that a rule may use.

    Raises:
        UnfitValueError: a value is not of its form, or the rule fits nothing or leads nowhere.
    """
    found = replace(
        rule,
        id=values.identity(rule.id),
        recipient=values.pattern(rule.recipient),
        sender=values.pattern(rule.sender),
        organs=tuple(dict.fromkeys(values.organ_id(organ.strip()) for organ in rule.organs)),
        sender_class=values.sender_class(rule.sender_class) if rule.sender_class else "",
    )
    if not (found.recipient or found.sender or found.subject):
        raise values.UnfitValueError("a recipient, a sender or a subject is wanted; * fits every address")
    if not found.organs:
        raise values.UnfitValueError("an organ is wanted: where else should the mail go?")
    if found.axis and found.axis not in axes:
        known = f"known are {', '.join(axes)}" if axes else "the settings name none"
        raise values.UnfitValueError(f'no axis is called "{found.axis}"; {known}')
    return found


def fresh_id(rules: Collection[RoutingRule]) -> str:
    """The first of r1, r2... that no rule has."""
    taken = {rule.id for rule in rules}
    return next(id_ for number in range(1, len(taken) + 2) if (id_ := f"r{number}") not in taken)


def shown(rule: RoutingRule) -> dict[str, Any]:
    """The rule as JSON shows it, and `of_lines` reads it."""
    return dataclasses.asdict(rule)


def of_lines(file: Path, axes: Collection[str]) -> tuple[RoutingRule, ...]:
    """The rules of a file of JSON lines, as `routes export` writes them.

    Raises:
        BadSheetError: it cannot be read, or a line holds no rule.
    """
    try:
        text = file.read_text(encoding="utf-8-sig")
    except OSError as error:
        raise BadSheetError(error.strerror or "cannot be read") from error
    except UnicodeDecodeError as error:
        raise BadSheetError("not UTF-8") from error
    rules = tuple(_rules(text, axes))
    ids = [rule.id for rule in rules]
    if twice := sorted({id_ for id_ in ids if ids.count(id_) > 1}):
        raise BadSheetError(f"{', '.join(twice)} stands in it twice")
    return rules


def _rules(text: str, axes: Collection[str]) -> Iterator[RoutingRule]:
    for number, line in enumerate(text.splitlines(), 1):
        if not line.strip():
            continue
        try:
            data = json.loads(line)
            if not isinstance(data, dict):
                raise BadSheetError(f"line {number}: no JSON object")
            if unknown := sorted(set(data) - set(_KEYS)):
                raise BadSheetError(f"line {number}: unknown key {', '.join(unknown)}; known are {', '.join(_KEYS)}")
            yield checked(_ADAPTER.validate_json(line), axes)
        except ValidationError as error:
            first = error.errors()[0]
            raise BadSheetError(f"line {number}: {'.'.join(map(str, first['loc']))}: {first['msg']}") from error
        except (values.UnfitValueError, ValueError, RecursionError) as error:
            raise BadSheetError(f"line {number}: {error}") from error
