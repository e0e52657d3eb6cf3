"""Writes the settings down from their one declaration: as a commented docbridge.toml, and as the page of the docs."""

import dataclasses
import types
import typing
from collections.abc import Iterator, Mapping
from datetime import timedelta
from pathlib import Path
from typing import Annotated, Any, get_args, get_origin

from bridge.settings import Settings
from bridge.settings.build import hints, key_of, kinds, plain
from bridge.settings.units import written, written_octets


@dataclasses.dataclass(frozen=True, slots=True)
class Described:
    """One key of the settings."""

    section: str  #: smtp_in, axis (an array), imap_poll.account
    array: bool
    key: str
    kind: str  #: text, whole number, duration...
    default: str  #: as TOML; "" = required
    explanation: str


def described() -> Iterator[Described]:
    """Every key, section by section, in the order of declaration."""
    for name, annotation in hints(Settings).items():
        yield from _section(name, plain(annotation))


def _section(name: str, annotation: Any) -> Iterator[Described]:  # noqa: ANN401  annotations have no common type
    array = get_origin(annotation) is tuple
    section = get_args(annotation)[0] if array else annotation
    if get_origin(section) is types.UnionType:
        yield from _of_kinds(name, kinds(get_args(section)))
        return
    for field in dataclasses.fields(section):
        inner = plain(hints(section)[field.name])
        element = get_args(inner)[0] if get_origin(inner) is tuple else inner
        if dataclasses.is_dataclass(element):
            yield from _section(f"{name}.{key_of(field.name)}", inner)
            continue
        yield Described(
            name, array, key_of(field.name), _kind(inner), _default(field, inner), _explained(section, field.name)
        )


def _of_kinds(name: str, sections: Mapping[str, type]) -> Iterator[Described]:
    """A table of several kinds: each key once, with the kind that has it unless all have."""
    told: set[str] = set()
    every = [{one.key: one for one in _section(name, tuple[section, ...])} for section in sections.values()]  # type: ignore[valid-type]
    for kind, described_ in zip(sections, every, strict=True):
        for key, one in described_.items():
            if key in told:
                continue
            told.add(key)
            if key == "kind":
                yield dataclasses.replace(one, kind=" | ".join(f'"{word}"' for word in sections))
            elif all(key in other for other in every):
                yield one
            else:
                yield dataclasses.replace(one, explanation=f"{kind}: {one.explanation}")


def _explained(section: type, name: str) -> str:
    annotation = hints(section)[name]
    text = get_args(annotation)[1] if get_origin(annotation) is Annotated else ""
    return str(text).rstrip(".")


_KINDS: dict[Any, str] = {
    str: "text",
    int: "whole number",
    float: "number",
    bool: "true or false",
    timedelta: "duration",
    Path: "path",
}


def _kind(annotation: Any) -> str:  # noqa: ANN401  as above
    origin = get_origin(annotation)
    if origin is tuple:
        return f"list of {_kind(get_args(annotation)[0])}"
    if origin is typing.Literal:
        return " | ".join(f'"{value}"' for value in get_args(annotation))
    if origin is types.UnionType:
        return _kind(next(member for member in get_args(annotation) if member is not type(None)))
    if origin is not None:
        return "table"
    return _KINDS.get(annotation, "text")


def _default(field: "dataclasses.Field[Any]", annotation: Any) -> str:  # noqa: ANN401  as above
    if field.default is not dataclasses.MISSING:
        return toml(field.default, annotation)
    if field.default_factory is not dataclasses.MISSING:
        return toml(field.default_factory(), annotation)
    return ""


def toml(value: Any, annotation: Any = None) -> str:  # noqa: ANN401  any value of the settings
    """The value as TOML."""
    if value is None:
        return '""'
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, timedelta):
        return f'"{written(value)}"'
    if isinstance(value, int):
        text = written_octets(value) if value >= 100_000 else str(value)
        return text if text.isdecimal() else f'"{text}"'
    if isinstance(value, float):
        return str(value)
    if isinstance(value, Mapping):
        return "{ " + ", ".join(f"{key} = {toml(item)}" for key, item in value.items()) + " }" if value else "{}"
    if isinstance(value, tuple | list):
        return "[" + ", ".join(toml(item) for item in value) + "]"
    text = str(value).replace("\\", "\\\\").replace('"', '\\"')
    return f'"{text}"'


def page() -> str:
    """`docs/settings.md`."""
    lines = [
        "# Settings",
        "",
        "Written from the declarations in the code by `docbridge settings describe --markdown`; a test holds the two",
        "together.  Every key can be given as `DOCBRIDGE_SECTION__KEY`, keys of arrays by name as",
        "`DOCBRIDGE_AXIS__<NAME>__KEY`; durations are written `7 d`, `10 min`, sizes `50 MB`.",
    ]
    section = ""
    for one in described():
        if one.section != section:
            section = one.section
            title = f"[[{section}]]" if one.array else f"[{section}]"
            lines += ["", f"## `{title}`", "", "| key | kind | default | what it does |", "| --- | --- | --- | --- |"]
        default = f"`{one.default}`" if one.default else "*required*"
        kind = one.kind.replace("|", "\\|")
        if len(default) > 200:
            default = f"{default[:190]}…`"
        lines.append(f"| `{one.key}` | {kind} | {default} | {one.explanation} |")
    return "\n".join(lines) + "\n"
