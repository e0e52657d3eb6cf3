"""A packet's XML as a small tree, its attachments decoded on the way: memory does not grow with them.

Hardened: a document type declaration ends the reading (so no entity is ever defined), nothing is fetched,
and text, elements, depth and files have caps of our own in the place of libxml2's.
"""

import binascii
from collections.abc import Iterator
from dataclasses import dataclass, field
from enum import StrEnum
from io import BytesIO
from pathlib import Path
from typing import Any, BinaryIO, Protocol, cast

import pybase64
from lxml import etree


class Reason(StrEnum):
    """Why something is not a packet that we can read; `says` is the clerk's sentence."""

    MALFORMED = "malformed"
    DOCTYPE = "doctype"
    PRE_2016 = "pre-2016"
    OTHER_XML = "other-xml"
    INCOMPLETE = "incomplete"
    STATUS_UNKNOWN = "status-unknown"
    ATTACHMENT_DAMAGED = "attachment-damaged"
    TOO_LARGE = "too-large"

    @property
    def says(self) -> str:
        """One Vietnamese sentence."""
        return _SENTENCES[self]


_SENTENCES: dict[Reason, str] = {
    Reason.MALFORMED: "Tệp không phải là XML đúng cú pháp.",
    Reason.DOCTYPE: "Gói tin chứa khai báo DOCTYPE, không được phép vì lý do an toàn.",
    Reason.PRE_2016: "Gói tin theo định dạng cũ (trước QCVN 102:2016/BTTTT), không còn được hỗ trợ.",
    Reason.OTHER_XML: "Tệp XML không phải là gói tin edXML theo QCVN 102:2016/BTTTT.",
    Reason.INCOMPLETE: "Gói tin thiếu phần thông tin bắt buộc (MessageHeader, From).",
    Reason.STATUS_UNKNOWN: "Mã trạng thái trong gói tin không thuộc danh mục.",
    Reason.ATTACHMENT_DAMAGED: "Tệp đính kèm trong gói tin bị hỏng (Base64 không hợp lệ).",
    Reason.TOO_LARGE: "Gói tin vượt quá giới hạn về dung lượng hoặc số lượng thành phần.",
}


class NotEdxml(Exception):  # noqa: N818  the word says what the bytes are
    """The bytes are no packet that we can read.  `detail` is for the log and holds no content of the packet."""

    def __init__(self, reason: Reason, detail: str = "") -> None:
        super().__init__(f"{reason}: {detail}" if detail else str(reason))
        self.reason = reason
        self.detail = detail


@dataclass(frozen=True, slots=True)
class ReadCaps:
    """What a packet may at most be."""

    text: int = 16 << 20  #: characters of all elements together, attachments excepted
    elements: int = 500_000
    depth: int = 64
    files: int = 1000
    file: int = 300 << 20  #: octets of one attachment, packed or unpacked


@dataclass(slots=True)
class Node:
    """One element: its local name, text and children; attachments carry decoded `content` in the place of text."""

    name: str
    children: "list[Node]" = field(default_factory=list)
    text: str = ""
    content: bytes | Path | None = None

    def child(self, name: str) -> "Node":
        """The first child of that name; an empty node when there is none."""
        return next((node for node in self.children if node.name == name), Node(name))

    def all(self, name: str) -> "list[Node]":
        """All children of that name."""
        return [node for node in self.children if node.name == name]

    def value(self, *path: str) -> str:
        """The text at the end of a path of names; "" when it leads nowhere."""
        node = self
        for name in path:
            node = node.child(name)
        return node.text.strip()

    def descendants(self, name: str) -> "Iterator[Node]":
        """Every node of that name below this one, in document order."""
        for node in self.children:
            if node.name == name:
                yield node
            yield from node.descendants(name)

    @property
    def empty(self) -> bool:
        """Neither text nor children with any."""
        return not self.text.strip() and all(node.empty for node in self.children)


NAMESPACE = "http://www.mic.gov.vn/TBT/QCVN_102_2016"
_PRE_2016 = "http://www.e-doc.vn/Schema/"
_SOAP = ("http://schemas.xmlsoap.org/soap/envelope/", "http://www.w3.org/2003/05/soap-envelope")
_SKIPPED = frozenset({"Signature", "DigitalSignature"})
_PIECE = 1 << 20


def tree_of(source: BinaryIO, folder: Path | None, caps: ReadCaps) -> Node:
    """The root element of a packet.  Attachments go to numbered files in `folder`, or into memory when it is None.

    Raises:
        NotEdxml: not XML, not edXML, older than 2016, or beyond the caps.
    """
    target = _Target(folder, caps)
    parser = etree.XMLParser(
        target=cast(Any, target),  # the stubs want bytes where lxml only ever hands out str
        resolve_entities=False,
        no_network=True,
        load_dtd=False,
        huge_tree=True,
        recover=False,
    )
    feeding = cast(_Feeding, parser)
    try:
        piece = source.read(_PIECE).lstrip(b" \t\r\n")
        while piece:
            feeding.feed(piece)
            piece = source.read(_PIECE)
        feeding.close()
    except (etree.XMLSyntaxError, UnicodeDecodeError, LookupError) as error:
        raise NotEdxml(Reason.MALFORMED, f"line {getattr(error, 'lineno', None)}") from error
    finally:
        target.abandon()
    if target.root is None:
        raise NotEdxml(Reason.MALFORMED, "no element")
    return target.root


class _Feeding(Protocol):
    """The push interface of lxml's parsers, which its stubs leave out."""

    def feed(self, data: bytes) -> None: ...

    def close(self) -> object: ...


class _Target:
    """What lxml tells of, as it reads."""

    def __init__(self, folder: Path | None, caps: ReadCaps) -> None:
        self.root: Node | None = None
        self._folder = folder
        self._caps = caps
        self._open: list[Node] = []
        self._words: list[str] = []
        self._text = 0
        self._elements = 0
        self._files = 0
        self._skipping = 0
        self._decoder: _Decoder | None = None

    def doctype(self, name: str, public: str | None, system: str | None) -> None:
        raise NotEdxml(Reason.DOCTYPE)

    def start(self, tag: str, attributes: object) -> None:
        namespace, _, name = tag.rpartition("}")
        self._elements += 1
        if self._elements > self._caps.elements or len(self._open) + self._skipping >= self._caps.depth:
            raise NotEdxml(Reason.TOO_LARGE, "elements or depth")
        if not self._open:
            _check_root(namespace.lstrip("{"), name)
        if self._skipping or name in _SKIPPED:
            self._skipping += 1
            return
        self._keep_text()
        node = Node(name)
        if self._open:
            self._open[-1].children.append(node)
        else:
            self.root = node
        self._open.append(node)
        if name == "ContentTransferEncoded":
            self._files += 1
            if self._files > self._caps.files or self._decoder is not None:
                raise NotEdxml(Reason.TOO_LARGE, "files")
            path = self._folder / f"{self._files}.in" if self._folder else None
            self._decoder = _Decoder(path, self._caps.file)

    def data(self, data: str) -> None:
        if self._skipping or not self._open:
            return
        if self._decoder is not None:
            self._decoder.take(data)
            return
        self._text += len(data)
        if self._text > self._caps.text:
            raise NotEdxml(Reason.TOO_LARGE, "text")
        self._words.append(data)

    def end(self, tag: str) -> None:
        if self._skipping:
            self._skipping -= 1
            return
        self._keep_text()
        node = self._open.pop()
        if self._decoder is not None and node.name == "ContentTransferEncoded":
            node.content = self._decoder.finish()
            self._decoder = None

    def close(self) -> None:
        """The end of the document."""

    def abandon(self) -> None:
        """Let go of a file that the reading left open."""
        if self._decoder is not None:
            self._decoder.out.close()

    def _keep_text(self) -> None:
        if self._words:
            self._open[-1].text += "".join(self._words)
            self._words.clear()


def _check_root(namespace: str, name: str) -> None:
    if namespace == _PRE_2016 or namespace in _SOAP:
        raise NotEdxml(Reason.PRE_2016, "namespace")
    if name != "edXML" or namespace not in {NAMESPACE, ""}:
        raise NotEdxml(Reason.OTHER_XML, "root element")


class _Decoder:
    """Base64 text in pieces of any size, as bytes in a file or in memory."""

    def __init__(self, path: Path | None, largest: int) -> None:
        self._path = path
        self._largest = largest
        self._memory = BytesIO()
        self.out: BinaryIO = path.open("wb") if path else self._memory
        self._pending: list[str] = []
        self._held = 0
        self._size = 0

    def take(self, data: str) -> None:
        self._pending.append(data)
        self._held += len(data)
        if self._held >= _PIECE:
            self._decode(last=False)

    def finish(self) -> bytes | Path:
        self._decode(last=True)
        if self._path is None:
            return self._memory.getvalue()
        self.out.close()
        return self._path

    def _decode(self, *, last: bool) -> None:
        text = "".join("".join(self._pending).split())
        whole = len(text) if last else len(text) - len(text) % 4
        self._pending = [text[whole:]]
        self._held = len(text) - whole
        try:
            decoded = pybase64.b64decode(text[:whole], validate=True)
        except (binascii.Error, ValueError) as error:
            raise NotEdxml(Reason.ATTACHMENT_DAMAGED, "base64") from error
        self._size += len(decoded)
        if self._size > self._largest:
            raise NotEdxml(Reason.TOO_LARGE, "attachment")
        self.out.write(decoded)
