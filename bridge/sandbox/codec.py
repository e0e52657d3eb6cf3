"""Values across the wall: frozen dataclasses to bytes and back, read as strictly as a stranger's word deserves.

`encode` asks nothing but the value; `decode` is told the type and takes nothing else: no missing or further field, no
conversion, no class that the type does not name.  Every dataclass carries its name, so that the members of a union are
told apart by what they are and not by which happens to fit first (which is why this is not left to pydantic: its unions
take one class for another as soon as the fields agree).  Octets travel behind the JSON, not inside it.
"""

import dataclasses
import functools
import json
import struct
import types
import typing
from collections.abc import Callable, Mapping
from collections.abc import Set as AbstractSet
from datetime import date, datetime, timedelta
from enum import Enum
from pathlib import Path, PurePath
from typing import Annotated, Any, Literal, NamedTuple, NewType, TypeAlias, TypeVar, Union

T = TypeVar("T")

Tree: TypeAlias = Any  #: what json.loads gives
Shape: TypeAlias = Any  #: a type as annotations write it; Python has no name for that yet

_LENGTH = struct.Struct("!Q")
_TAG = "!"  #: the key that names what a JSON object stands for
_BYTES, _MAP, _TIMEDELTA = "bytes", "map", "timedelta"  #: lower case: no class of ours is called so
TREE_LIMIT = 32_000_000  #: the JSON alone; a parsed tree takes some twenty times its text


class CodecError(ValueError):
    """These bytes are not a value of that type."""


class _Reader(NamedTuple):
    """How a value of one type is read."""

    kinds: tuple[str, ...]  #: what its JSON looks like: null, bool, int, float, str, list, or the tag of an object
    read: Callable[[Any, memoryview], Any]


def encode(value: object) -> bytes:
    """`value` as bytes.

    Raises:
        TypeError: a part of it is of a type that does not cross the wall.  Our bug.
    """
    octets: list[bytes] = []
    tree = json.dumps(_tree(value, octets, [0]), separators=(",", ":"), allow_nan=False).encode("ascii")
    return b"".join((_LENGTH.pack(len(tree)), tree, *octets))


def decode(kind: type[T], data: bytes | bytearray | memoryview) -> T:
    """The value of type `kind` that `data` stands for.

    Raises:
        CodecError: it stands for none.
        TypeError: `kind` cannot be read strictly.  Our bug.
    """
    reader = reader_of(typing.cast(Shape, kind))
    view = memoryview(data)
    try:
        (length,) = _LENGTH.unpack_from(view)
        if length > min(len(view) - _LENGTH.size, TREE_LIMIT):
            raise CodecError("length")
        behind = _LENGTH.size + length
        tree = json.loads(bytes(view[_LENGTH.size : behind]))
        return typing.cast(T, _checked(reader, tree, view[behind:]))
    except (struct.error, ValueError, OverflowError, RecursionError) as wrong:
        raise CodecError(f"not a {getattr(kind, '__name__', kind)}: {type(wrong).__name__}") from wrong


def _tree(value: Tree, octets: list[bytes], end: list[int]) -> Tree:
    if value is None or isinstance(value, bool | int | float) or type(value) is str:
        return value.value if isinstance(value, Enum) else value
    if isinstance(value, Enum):
        return value.value
    if isinstance(value, bytes | bytearray | memoryview):
        at = end[0]
        octets.append(bytes(value))
        end[0] += len(octets[-1])
        return {_TAG: _BYTES, "at": at, "length": len(octets[-1])}
    if isinstance(value, tuple | list):
        return [_tree(item, octets, end) for item in value]
    if isinstance(value, AbstractSet):
        return [_tree(item, octets, end) for item in sorted(value)]
    if isinstance(value, Mapping):
        return {
            _TAG: _MAP,
            "items": [[_tree(k, octets, end), _tree(v, octets, end)] for k, v in value.items()],
        }
    if isinstance(value, datetime | date):
        return value.isoformat()
    if isinstance(value, PurePath):
        return str(value)
    if isinstance(value, timedelta):
        return {_TAG: _TIMEDELTA, "of": [value.days, value.seconds, value.microseconds]}
    if dataclasses.is_dataclass(value) and not isinstance(value, type):
        tree = {name: _tree(getattr(value, name), octets, end) for name in _field_names(type(value))}
        tree[_TAG] = type(value).__name__
        return tree
    raise TypeError(f"{type(value).__name__} does not cross the wall")


@functools.cache
def _field_names(cls: type[Any]) -> tuple[str, ...]:
    return tuple(field.name for field in dataclasses.fields(cls) if field.init)


def _kind(tree: Tree) -> str:
    match tree:
        case None:
            return "null"
        case dict():
            return str(tree.get(_TAG))
        case _:
            return type(tree).__name__


def _checked(reader: _Reader, tree: Tree, octets: memoryview) -> Tree:
    if _kind(tree) not in reader.kinds:
        raise CodecError("kind")
    return reader.read(tree, octets)


@functools.cache
def reader_of(kind: Shape) -> _Reader:
    """How a value of type `kind` is read.  Cached; asked for beforehand, it shows our bugs early."""
    if isinstance(kind, NewType):
        return reader_of(kind.__supertype__)
    origin: Shape = typing.get_origin(kind)
    arguments = typing.get_args(kind)
    if origin is Annotated:
        return reader_of(arguments[0])
    if origin in {Union, types.UnionType}:
        return _union(arguments)
    if origin is Literal:
        return _literal(arguments)
    if origin in {tuple, frozenset} or (origin is not None and issubclass(origin, AbstractSet)):
        return _sequence(origin, arguments)
    if origin is not None and issubclass(origin, Mapping):
        return _mapping(arguments)
    if kind in {None, types.NoneType}:
        return _Reader(("null",), lambda tree, _: None)
    if kind in {bool, int, str}:
        return _Reader((kind.__name__,), lambda tree, _: tree)
    if kind is float:
        return _Reader(("float", "int"), lambda tree, _: float(tree))
    if kind is bytes:
        return _Reader((_BYTES,), _read_bytes)
    if kind is Path:
        return _Reader(("str",), lambda tree, _: Path(tree))
    if kind is datetime:
        return _Reader(("str",), _read_moment)
    if kind is date:
        return _Reader(("str",), lambda tree, _: date.fromisoformat(tree))
    if kind is timedelta:
        return _Reader((_TIMEDELTA,), _read_timedelta)
    if isinstance(kind, type) and issubclass(kind, Enum):
        return _Reader(tuple({_kind(member.value) for member in kind}), lambda tree, _: kind(tree))
    if isinstance(kind, type) and dataclasses.is_dataclass(kind):
        return _Reader((kind.__name__,), functools.partial(_read_fields, kind))
    raise TypeError(f"{kind} cannot be read strictly")


@functools.cache
def prepare(kind: Shape) -> None:
    """See that values of this type, and all within it, can be read.

    Raises:
        TypeError: they cannot.  Our bug, better seen at the start than with the first value of a rare kind.
    """
    seen: set[Shape] = set()
    due: list[Shape] = [kind]
    while due:
        shape = due.pop()
        if shape in seen or shape is ...:
            continue
        seen.add(shape)
        if isinstance(shape, type) and dataclasses.is_dataclass(shape):
            _fields(shape)
            due += typing.get_type_hints(shape).values()
        origin: Shape = typing.get_origin(shape)
        due += [] if origin is Literal else typing.get_args(shape)
    reader_of(kind)


def _union(members: tuple[Any, ...]) -> _Reader:
    by_kind: dict[str, _Reader] = {}
    for member in members:
        reader = reader_of(member)
        for word in reader.kinds:
            if by_kind.setdefault(word, reader) is not reader:
                raise TypeError(f"the members of {members} cannot be told apart")
    return _Reader(tuple(by_kind), lambda tree, octets: by_kind[_kind(tree)].read(tree, octets))


def _literal(values: tuple[Any, ...]) -> _Reader:
    def read(tree: Tree, _: memoryview) -> Tree:
        if tree not in values:
            raise CodecError("literal")
        return tree

    return _Reader(tuple({_kind(value) for value in values}), read)


def _sequence(origin: type[Any], arguments: tuple[Any, ...]) -> _Reader:
    if origin is tuple and arguments[-1:] != (...,):
        members = [reader_of(argument) for argument in arguments]

        def read_fixed(tree: Tree, octets: memoryview) -> Tree:
            return tuple(_checked(member, item, octets) for member, item in zip(members, tree, strict=True))

        return _Reader(("list",), read_fixed)
    every = reader_of(arguments[0])
    make: Callable[[Any], Any] = tuple if origin is tuple else frozenset
    return _Reader(("list",), lambda tree, octets: make(_checked(every, item, octets) for item in tree))


def _mapping(arguments: tuple[Any, ...]) -> _Reader:
    key, value = (reader_of(argument) for argument in arguments)

    def read(tree: Tree, octets: memoryview) -> Tree:
        items = tree.get("items")
        if len(tree) != 2 or not isinstance(items, list) or not all(isinstance(i, list) and len(i) == 2 for i in items):
            raise CodecError("mapping")
        return {_checked(key, k, octets): _checked(value, v, octets) for k, v in items}

    return _Reader((_MAP,), read)


def _read_bytes(tree: Tree, octets: memoryview) -> bytes:
    at, length = tree.get("at"), tree.get("length")
    if len(tree) != 3 or type(at) is not int or type(length) is not int:
        raise CodecError("octets")
    if at < 0 or length < 0 or at + length > len(octets):
        raise CodecError("octets")
    return bytes(octets[at : at + length])


def _read_moment(tree: Tree, _: memoryview) -> datetime:
    moment = datetime.fromisoformat(tree)
    if moment.tzinfo is None:
        raise CodecError("a time without a zone")
    return moment


def _read_timedelta(tree: Tree, _: memoryview) -> timedelta:
    of = tree.get("of")
    if len(tree) != 2 or not isinstance(of, list) or len(of) != 3 or not all(type(part) is int for part in of):
        raise CodecError("timedelta")
    return timedelta(*of)


@functools.cache
def _fields(cls: Shape) -> dict[str, _Reader]:
    # Late, at the first value: a type may contain itself.
    hints = typing.get_type_hints(cls, include_extras=True)
    return {name: reader_of(hints[name]) for name in _field_names(cls)}


def _read_fields(cls: Shape, tree: Tree, octets: memoryview) -> Tree:
    readers = _fields(cls)
    if tree.keys() - {_TAG} != readers.keys():
        raise CodecError("fields")
    return cls(**{name: _checked(reader, tree[name], octets) for name, reader in readers.items()})
