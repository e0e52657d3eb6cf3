"""File names that may be handed on: deployed receivers write them to a disk exactly as they are.

No path part, no control or direction character, no two alike, none that a file system refuses.
"""

import re
import unicodedata
from collections.abc import Iterable

_RESERVED = re.compile(r"(?:con|prn|aux|nul|com[0-9]|lpt[0-9])(?:\..*)?", re.IGNORECASE)  # Windows device names
_PLAIN = re.compile(r"[A-Za-z0-9_-]{1,150}\.[a-z0-9]{1,10}", re.ASCII)  # most names; nothing of them changes
_UNWANTED = frozenset('<>:"|?*')  # no file name on Windows may carry these
_LONGEST = 200  #: octets; most file systems stop at 255, and receivers put a prefix before the name


def safe_name(name: str) -> str:
    """`name` without anything that could leave its folder or deceive its reader; "tep" when nothing is left."""
    if _PLAIN.fullmatch(name) and not _RESERVED.fullmatch(name):
        return name
    base = re.split(r"[/\\]", unicodedata.normalize("NFC", name))[-1]
    kept = "".join(
        "_" if char in _UNWANTED else " " if unicodedata.category(char)[0] == "Z" else char
        for char in base
        if unicodedata.category(char)[0] != "C"
    )
    kept = " ".join(kept.split()).strip(" .")
    if not kept:
        return "tep"
    if _RESERVED.fullmatch(kept):
        kept = f"_{kept}"
    stem, extension = _split(kept)
    # VNPT's reader unzips `.ZIP` but leaves `.zip` as it is
    extension = extension.lower() if extension.lower() == ".zip" else extension
    return _shortened(stem, extension)


def safe_names(names: Iterable[str]) -> tuple[str, ...]:
    """Each name made safe, and told apart from all the others on file systems that ignore case."""
    taken: set[str] = set()
    result: list[str] = []
    for name in names:
        safe = safe_name(name)
        stem, extension = _split(safe)
        count = 1
        while safe.casefold() in taken:
            count += 1
            safe = _shortened(stem, f" ({count}){extension}")
        taken.add(safe.casefold())
        result.append(safe)
    return tuple(result)


def extension_of(name: str) -> str:
    """The extension in lower case without its dot; "" for none."""
    return _split(name)[1][1:].lower()


def _split(name: str) -> tuple[str, str]:
    stem, dot, extension = name.rpartition(".")
    if not stem or not extension or len(extension) > 10 or " " in extension:
        return name, ""
    return stem, dot + extension


def _shortened(stem: str, tail: str) -> str:
    room = _LONGEST - len(tail.encode())
    return (
        stem.encode()[:room].decode(errors="ignore").rstrip(" .") + tail if len(stem.encode()) > room else stem + tail
    )
