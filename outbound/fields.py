"""The header fields of a finished message of ours: told apart, read, never changed."""

from collections.abc import Callable, Iterator
from email.utils import parseaddr


def each(head: bytes) -> Iterator[tuple[bytes, bytes]]:
    """Lower-case name and the whole field, folded lines and line end included."""
    field = b""
    for line in head.splitlines(keepends=True):
        if line[:1] in (b" ", b"\t"):
            field += line
            continue
        if field:
            yield _name(field), field
        field = line
    if field:
        yield _name(field), field


def split(head: bytes, inner: Callable[[bytes], bool]) -> tuple[bytes, bytes]:
    """The fields that are not `inner` by their name, and those that are, each in their order."""
    kept: tuple[list[bytes], list[bytes]] = ([], [])
    for name, field in each(head):
        kept[inner(name)].append(field)
    return b"".join(kept[0]), b"".join(kept[1])


def value(head: bytes, name: str) -> str:
    """The first field of that name, unfolded; "" = there is none."""
    wanted = name.lower().encode("ascii")
    field = next((field for found, field in each(head) if found == wanted), b"")
    return field.partition(b":")[2].replace(b"\r\n", b"").decode("utf-8", "replace").strip()


def sender(head: bytes) -> str:
    """The address in From."""
    return parseaddr(value(head, "From"))[1]


def _name(field: bytes) -> bytes:
    return field.partition(b":")[0].strip().lower()
