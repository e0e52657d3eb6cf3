"""How values of ours lie in a column: moments, plain text, and shaped JSON.  The same on SQLite and PostgreSQL."""

import json
from datetime import UTC, datetime
from typing import Any

from pydantic import TypeAdapter
from pydantic_core import PydanticSerializationError
from sqlalchemy import DateTime, Dialect, Text
from sqlalchemy.types import TypeDecorator, TypeEngine


def plain(text: str) -> str:
    """`text` as every database can keep it: no NUL (PostgreSQL has none), no lone surrogates (not Unicode)."""
    if text.isascii() and "\0" not in text:
        return text
    return text.replace("\0", "\N{REPLACEMENT CHARACTER}").encode("utf-8", "replace").decode("utf-8")


class Plain(TypeDecorator[str]):
    """Text that came from a peer."""

    impl = Text
    cache_ok = True

    def process_bind_param(self, value: str | None, dialect: Dialect) -> str | None:
        """Make it storable."""
        return None if value is None else plain(value)

    def process_result_value(self, value: str | None, dialect: Dialect) -> str | None:
        """As it is."""
        return value


class Moment(TypeDecorator[datetime]):
    """An aware moment in UTC, to the microsecond; on SQLite text of fixed width, which sorts as time does."""

    impl = Text
    cache_ok = True

    def load_dialect_impl(self, dialect: Dialect) -> TypeEngine[Any]:
        """`timestamp with time zone` where there is one."""
        if dialect.name == "postgresql":
            return dialect.type_descriptor(DateTime(timezone=True))
        return dialect.type_descriptor(Text())

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> datetime | str | None:
        """To UTC; a naive moment is our bug."""
        if value is None:
            return None
        if value.tzinfo is None:
            raise ValueError("a moment without a time zone")
        utc = value.astimezone(UTC)
        return utc if dialect.name == "postgresql" else utc.isoformat(timespec="microseconds")

    def process_result_value(self, value: datetime | str | None, dialect: Dialect) -> datetime | None:
        """In UTC."""
        if value is None:
            return None
        return (datetime.fromisoformat(value) if isinstance(value, str) else value).astimezone(UTC)


class Shaped(TypeDecorator[Any]):
    """A value of a type of ours as JSON text, checked strictly both ways."""

    impl = Text
    cache_ok = True  # two columns of one shape compile alike; the shape is hashable and part of the key

    def __init__(self, shape: Any) -> None:  # noqa: ANN401  any type that pydantic knows
        super().__init__()
        self.shape = shape
        self.adapter: TypeAdapter[Any] = TypeAdapter(shape)

    def process_bind_param(self, value: Any, dialect: Dialect) -> str | None:  # noqa: ANN401
        """The value as JSON."""
        return None if value is None else dumped(self.adapter, value)

    def process_result_value(self, value: str | None, dialect: Dialect) -> Any:  # noqa: ANN401
        """The JSON as a value."""
        return None if value is None else self.adapter.validate_json(value, strict=True)


def dumped(adapter: TypeAdapter[Any], value: Any) -> str:  # noqa: ANN401
    """`value` as JSON text; a lone surrogate that a peer smuggled into a name becomes "?"."""
    try:
        return adapter.dump_json(value).decode()
    except PydanticSerializationError:
        return (
            json.dumps(adapter.dump_python(value, mode="json"), ensure_ascii=False).encode("utf-8", "replace").decode()
        )
