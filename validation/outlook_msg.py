"""Outlook's .msg ([MS-OXMSG]) under caps: subject, sender, words, and the files it carries.

A mail in it comes out as a .msg of its own, an object of another program as a compound file.  olefile alone touches
the hostile octets; whatever it raises is `Damaged`, and one attachment that it cannot read harms no other.
"""

import io
import struct
from collections.abc import Iterator

import olefile

from validation import mapi
from validation.compound import Storage, compound
from validation.container_ole import FOREIGN
from validation.damaged import Damaged
from validation.mapi import OutlookFile, OutlookMail, Properties

Path = tuple[str, ...]
Entries = dict[Path, set[str]]  #: the names in each folder

_PROPERTIES, _NAMES = "__properties_version1.0", "__nameid_version1.0"
_STREAM = "__substg1.0_"  #: followed by property and type, eight hexadecimal digits: section 2.1.3
_ATTACHMENT = "__attach_version1.0_"
_OBJECT_STREAM = "__substg1.0_3701000D"  #: the folder of an embedded object: section 2.2.2.1
#: Octets in front of the properties, by what they belong to: section 2.4.1.
_TOP_HEAD, _EMBEDDED_HEAD, _ATTACHMENT_HEAD = 32, 24, 8
_SCAN = 1_000_000  #: octets of one properties stream


class _Full(Exception):  # noqa: N818  the word says what is wrong
    """The budget is spent.  It never leaves this module."""


class _File:
    """The open compound file, its directory listed once, and what may still be taken out of it."""

    def __init__(self, ole: "olefile.OleFileIO", octets: int) -> None:
        self.ole, self.octets = ole, octets
        self.folders: Entries = {(): set()}
        for entry in ole.listdir(streams=True, storages=True):
            self.folders.setdefault(tuple(entry[:-1]), set()).add(entry[-1])

    def stream(self, path: Path) -> bytes:
        """A stream's octets.  Raises _Full where the budget ends."""
        size = int(self.ole.get_size(list(path)))
        if size > self.octets:
            raise _Full
        content = bytes(self.ole.openstream(list(path)).read(size))
        self.octets -= len(content)
        return content

    def storage(self, path: Path) -> dict[str, "bytes | Storage"]:
        """A folder with all in it."""
        found: dict[str, bytes | Storage] = {}
        for name in sorted(self.folders.get(path, ())):
            inner = (*path, name)
            found[name] = self.storage(inner) if inner in self.folders or self._is_folder(inner) else self.stream(inner)
        return found

    def _is_folder(self, path: Path) -> bool:
        return bool(self.ole.get_type(list(path)) == olefile.STGTY_STORAGE)

    def properties(self, path: Path, head: int, code_page: int) -> Properties:
        """The properties kept in a folder: short ones in one stream, long ones in a stream each."""
        values: dict[int, tuple[int, bytes]] = {}
        names = self.folders.get(path, set())
        if _PROPERTIES in names:
            listed = self.stream((*path, _PROPERTIES))[:_SCAN]
            for at in range(head, len(listed) - 15, 16):
                kind, number = struct.unpack_from("<HH", listed, at)
                values[number] = (kind, listed[at + 8 : at + 16])
        for name in sorted(names):
            number, kind = _tag(name)
            if kind in {mapi.STRING8, mapi.STRING, mapi.BINARY} and not self._is_folder((*path, name)):
                values[number] = (kind, self.stream((*path, name)))
        found = Properties(values)
        return Properties(values, found.number(mapi.MESSAGE_CODE_PAGE) or code_page)


def _tag(name: str) -> tuple[int, int]:
    """Property and type of `__substg1.0_37010102`; zeros if it is no such name."""
    digits = name.removeprefix(_STREAM)
    try:
        tag = int(digits, 16) if len(digits) == 8 and name.startswith(_STREAM) else 0
    except ValueError:
        tag = 0
    return tag >> 16, tag & 0xFFFF


def _embedded(file: _File, path: Path) -> OutlookFile | None:
    """What the folder of an object holds: a mail becomes a .msg, with the table of names that stood at the top."""
    inner = file.storage(path)
    listed = inner.get(_PROPERTIES)
    if not isinstance(listed, bytes):
        return OutlookFile("", "", compound(inner)) if inner else None
    inner[_PROPERTIES] = listed[:_EMBEDDED_HEAD] + bytes(_TOP_HEAD - _EMBEDDED_HEAD) + listed[_EMBEDDED_HEAD:]
    if _NAMES in file.folders[()] and _NAMES not in inner:
        inner[_NAMES] = file.storage((_NAMES,))
    subject = file.properties(path, _EMBEDDED_HEAD, 0).text(mapi.SUBJECT)
    return OutlookFile(subject, "application/vnd.ms-outlook", compound(inner))


def _file(file: _File, path: Path, code_page: int) -> OutlookFile | None:
    """One attachment; None if it carries nothing (a link to a file elsewhere)."""
    properties = file.properties(path, _ATTACHMENT_HEAD, code_page)
    name = properties.file_name
    if _OBJECT_STREAM in file.folders.get(path, ()) and file._is_folder((*path, _OBJECT_STREAM)):
        embedded = _embedded(file, (*path, _OBJECT_STREAM))
        if embedded is None:
            return None
        mail = embedded.declared != ""
        name = embedded.name.strip() or name
        if mail and not name.lower().endswith(".msg"):
            name = f"{name}.msg" if name else ""
        return OutlookFile(name, embedded.declared, embedded.content)
    kind, content = properties.values.get(mapi.ATTACH_DATA, (0, b""))
    if kind != mapi.BINARY:
        return None
    return OutlookFile(name, properties.text(mapi.ATTACH_MIME_TAG).strip().lower(), content)


def _files(file: _File, members: int, code_page: int, causes: list[str]) -> Iterator[OutlookFile | None]:
    """Every attachment in order; None at the end where there are more than may be taken."""
    taken = 0
    for name in sorted(each for each in file.folders[()] if each.startswith(_ATTACHMENT)):
        if taken >= members:
            yield None
            return
        try:
            found = _file(file, (name,), code_page)
        except _Full:
            yield None
            return
        except FOREIGN as error:
            causes.append(f"msg attachment: {type(error).__name__}")
            continue
        if found is None:
            causes.append("msg attachment: nothing in it")
            continue
        taken += 1
        yield found


def read_msg(raw: bytes, members: int, octets: int, text_cap: int) -> OutlookMail:
    """The mail, with at most `members` files and `octets` taken out of it.  Raises Damaged."""
    causes: list[str] = []
    try:
        with olefile.OleFileIO(io.BytesIO(raw)) as ole:
            file = _File(ole, octets)
            try:
                properties = file.properties((), _TOP_HEAD, 0)
            except _Full:
                return OutlookMail("", "", "", (), (), limited=True)
            found = list(_files(file, members, properties.code_page, causes))
    except FOREIGN as error:
        raise Damaged(f"msg: {type(error).__name__}") from error
    return OutlookMail(
        subject=properties.text(mapi.SUBJECT),
        sender=properties.sender,
        text=properties.words(text_cap),
        files=tuple(each for each in found if each is not None),
        causes=tuple(dict.fromkeys(causes)),
        limited=None in found,
    )
