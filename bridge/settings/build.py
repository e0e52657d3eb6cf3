"""Builds frozen settings from plain data: every key known, every value of its declared type, every error with its key.

A section is a frozen dataclass whose fields are `Annotated[type, "explanation"] = default`; that one declaration also
writes `docs/settings.md` and `docbridge.toml` (`describe.py`).  Where a table may be of several kinds, its key `kind`
says which; without it, it is of the first.
"""

import dataclasses
import difflib
import types
import typing
from collections.abc import Iterable, Mapping
from datetime import timedelta
from pathlib import Path
from typing import Annotated, Any, TypeVar, get_args, get_origin, get_type_hints

from bridge.settings import units

Section = TypeVar("Section")


class BadSetting(Exception):  # noqa: N818  it names the setting, not the program, as bad
    """One setting is wrong: its path ("smtp_in", "max_size") and why, for a person."""

    def __init__(self, path: tuple[str, ...], why: str) -> None:
        super().__init__(f"{'.'.join(path)}: {why}")
        self.path = path
        self.why = why


def plain(annotation: Any) -> Any:  # noqa: ANN401  annotations have no common type
    """The type below Annotated."""
    return get_args(annotation)[0] if get_origin(annotation) is Annotated else annotation


def hints(section: type) -> dict[str, Any]:
    """Field name -> annotation, Annotated kept."""
    return get_type_hints(section, include_extras=True)


def key_of(field_name: str) -> str:
    """The key in the file for a field of the dataclass: the same, without a trailing underscore."""
    return field_name.rstrip("_")


def build(section: type[Section], data: Mapping[str, Any], base: Path, path: tuple[str, ...] = ()) -> Section:
    """The section from plain data (as tomllib gives it); relative paths are relative to `base`.

    Raises:
        BadSetting: an unknown or missing key, or a value that is not of its type.
    """
    known = {key_of(field.name): field for field in dataclasses.fields(typing.cast(Any, section)) if field.init}
    for key in data:
        if key not in known:
            near = _nearest(key, known)
            hint = f'; did you mean "{near}"?' if near else f"; known are {', '.join(sorted(known))}"
            raise BadSetting((*path, key), f"unknown key{hint}")
    annotations = hints(section)
    values: dict[str, Any] = {}
    for key, field in known.items():
        if key in data:
            values[field.name] = _value(plain(annotations[field.name]), data[key], base, (*path, key))
        elif field.default is dataclasses.MISSING and field.default_factory is dataclasses.MISSING:
            if dataclasses.is_dataclass(inner := plain(annotations[field.name])):
                values[field.name] = build(typing.cast(type, inner), {}, base, (*path, key))
            else:
                raise BadSetting((*path, key), "is required and missing")
    try:
        return section(**values)
    except ValueError as error:
        raise BadSetting(path, str(error)) from error


def _nearest(key: str, known: Iterable[str]) -> str:
    """The known key that was probably meant: the beginning of one, or one spelt like it; "" = none is near."""
    names = sorted(known)
    begun = [name for name in names if len(key) >= 3 and (name.startswith(key) or key.startswith(name))]
    return next(iter(begun or difflib.get_close_matches(key, names, n=1, cutoff=0.5)), "")


def _value(wanted: Any, value: Any, base: Path, path: tuple[str, ...]) -> Any:  # noqa: ANN401  data of a file has no type yet
    origin = get_origin(wanted)
    if dataclasses.is_dataclass(wanted):
        if not isinstance(value, Mapping):
            raise BadSetting(path, "must be a table")
        return build(typing.cast(type, wanted), value, base, path)
    if origin is tuple:
        if not isinstance(value, list):
            raise BadSetting(path, "must be a list")
        inner = get_args(wanted)[0]
        return tuple(_value(inner, item, base, (*path, str(number))) for number, item in enumerate(value))
    if origin is not None and isinstance(origin, type) and issubclass(origin, Mapping):
        if not isinstance(value, Mapping):
            raise BadSetting(path, "must be a table")
        inner = get_args(wanted)[1]
        return {key: _value(inner, item, base, (*path, key)) for key, item in value.items()}
    if origin is typing.Literal:
        if value not in get_args(wanted):
            raise BadSetting(path, f"must be one of {', '.join(map(str, get_args(wanted)))}")
        return value
    if origin is types.UnionType and all(map(dataclasses.is_dataclass, get_args(wanted))):
        if not isinstance(value, Mapping):
            raise BadSetting(path, "must be a table")
        return build(_of_kind(get_args(wanted), value, path), value, base, path)
    if origin is types.UnionType:
        inner = next(member for member in get_args(wanted) if member is not type(None))
        return _value(inner, value, base, path)
    return _scalar(wanted, value, base, path)


def kinds(members: Iterable[type]) -> dict[str, type]:
    """What `kind` may say, and the section that it stands for."""
    return {get_args(plain(hints(member)["kind"]))[0]: member for member in members}


def _of_kind(members: tuple[type, ...], value: Mapping[str, Any], path: tuple[str, ...]) -> type:
    known = kinds(members)
    kind = value.get("kind", next(iter(known)))
    if kind not in known:
        raise BadSetting((*path, "kind"), f"must be one of {', '.join(known)}")
    return known[kind]


def _scalar(wanted: Any, value: Any, base: Path, path: tuple[str, ...]) -> Any:  # noqa: ANN401  as above
    try:
        if wanted is timedelta and isinstance(value, str):
            return units.duration(value)
        if wanted is int and isinstance(value, str):
            return int(value) if value.isdecimal() else units.octets(value)
        if wanted is float and isinstance(value, str):
            return float(value)
    except ValueError as error:
        raise BadSetting(path, str(error)) from error
    if wanted is bool and isinstance(value, str) and value.lower() in ("true", "false"):
        return value.lower() == "true"
    if wanted is Path and isinstance(value, str):
        return base / value
    if wanted is float and isinstance(value, int) and not isinstance(value, bool):
        return float(value)
    if isinstance(value, wanted) and not (wanted is int and isinstance(value, bool)):
        return value
    names = {
        str: "text",
        int: "a whole number",
        bool: "true or false",
        float: "a number",
        timedelta: 'a duration such as "7 d"',
        Path: "a path",
    }
    raise BadSetting(path, f"must be {names.get(wanted, str(wanted))}")
