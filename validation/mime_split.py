"""The MIME tree of a mail as spans of its raw bytes: a splitter that copies nothing and never raises.

Spans, not parsed copies, because an S/MIME signature covers the exact octets of a part, and because looking for a
boundary with `bytes.find` is some forty times faster than reading a mail line by line.
"""

import re
from dataclasses import dataclass, field, replace

from validation.headers import Headers, split_block
from validation.mime_parameters import NOTHING, Parameterised, is_media_type, parse
from validation.settings import ReadingCaps

_GUESS = re.compile(rb"(?:^|(?<=[\r\n]))--([^\s-][^\r\n]{3,199}?)[ \t]*(?=[\r\n])")
_TAIL = re.compile(rb"(--)?[ \t]*(\r*\n|\r)?")
_CONTENT = re.compile(rb"[\r\n]*content-", re.IGNORECASE)
_TRIES = 100_000  # lines of one multipart that begin like its delimiter


@dataclass(frozen=True, slots=True)
class Leaf:
    """One leaf of the tree, as spans of the raw mail."""

    number: str  #: as IMAP counts parts: "1", "2.1"
    headers: Headers
    content_type: str  #: lower case; text/plain where none or a senseless one is declared (RFC 2045 section 5.2)
    type_parameters: Parameterised
    disposition: Parameterised
    encoding: str  #: transfer encoding, lower case
    span: tuple[int, int]  #: the whole part, header included
    body: tuple[int, int]
    container: str  #: subtype of the multipart around it; "" at the top


@dataclass(slots=True)
class Tree:
    """What the splitter has found so far."""

    leaves: list[Leaf] = field(default_factory=list)
    multiparts: list[Leaf] = field(default_factory=list)  #: the inner nodes, parents first
    defects: dict[str, None] = field(default_factory=dict)  #: in order of appearance
    limits: dict[str, int] = field(default_factory=dict)  #: cap: octets behind it that were not read

    def stop_at(self, limit: str, unread: int) -> None:
        """A cap was reached."""
        self.limits[limit] = self.limits.get(limit, 0) + unread


def line_end_of(raw: bytes) -> bytes:
    r"""What ends a line here: "\n" (with or without CR before it), or "\r" in a mail that knows no LF."""
    return b"\r" if raw.find(b"\n", 0, 65536) < 0 and raw.find(b"\r", 0, 65536) >= 0 else b"\n"


@dataclass(frozen=True, slots=True)
class _Found:
    """What the delimiter lines of one boundary enclose."""

    parts: list[tuple[int, int]]
    closed: bool = False  #: a closing line stands behind the last part
    reopened: bool = False  #: parts go on behind a closing line
    unread: int | None = None  #: octets behind the cap; None = it was not reached


_NONE = _Found([])


def _enclosed(raw: bytes, start: int, end: int, boundary: bytes, cap: int) -> _Found:
    """The parts that `boundary` encloses, at most `cap`."""
    dash = b"--" + boundary
    parts: list[tuple[int, int]] = []
    begin: int | None = None  # of the part that is open
    closed = reopened = False
    position, tries = start, 0
    while (at := raw.find(dash, position, end)) >= 0:
        position = at + len(dash)
        tries += 1
        if tries > _TRIES:
            break
        if at > start and raw[at - 1] not in b"\r\n":
            continue
        tail = _TAIL.match(raw, position, min(end, position + 1000))
        if tail is None or (tail.end() < end and not tail.group(2)):
            continue
        after, before = tail.end(), at
        if before > start and raw[before - 1 : before] == b"\n":
            before -= 1
        if before > start and raw[before - 1 : before] == b"\r":
            before -= 1  # the line end before a delimiter belongs to it (RFC 2046 section 5.1.1)
        if begin is not None:
            parts.append((begin, max(before, begin)))
            begin = None
        if tail.group(1):
            closed = True
            continue
        if closed and not _CONTENT.match(raw, after):
            continue  # the epilogue may quote what it likes
        if len(parts) >= cap:
            return _Found(parts, closed, reopened, end - after)
        reopened = reopened or closed
        begin, closed, position = after, False, after
    if begin is not None:
        parts.append((begin, end))
    return _Found(parts, closed, reopened, end - position if tries > _TRIES else None)


def _guessed(raw: bytes, start: int, end: int) -> bytes:
    """The boundary that a body seems to use, where the declared one is absent or wrong; b"" if none shows."""
    for found in list(_GUESS.finditer(raw, start, min(end, start + 65536)))[:20]:
        candidate = found.group(1)
        following = raw[found.end() : found.end() + 400].lstrip(b"\r\n")
        if following[:8].lower() == b"content-" and raw.count(b"--" + candidate, start, end) > 1:
            return candidate
    return b""


def split(raw: bytes, start: int, end: int, caps: ReadingCaps, eol: bytes) -> tuple[Tree, Headers]:
    """The tree of `raw[start:end]`, leaves in order, and the header block at its top."""
    tree = Tree()
    return tree, _split(raw, (start, end), "", ("", 0), caps, eol, tree)


def _split(
    raw: bytes,
    span: tuple[int, int],
    number: str,
    around: tuple[str, int],
    caps: ReadingCaps,
    eol: bytes,
    tree: Tree,
) -> Headers:
    """One node and all below it go into `tree`; its header block comes back."""
    container, depth = around
    headers, body_start = split_block(raw, span[0], span[1], eol, caps)
    tree.defects.update(dict.fromkeys(headers.defects))
    for limit, unread in headers.limits:
        tree.stop_at(limit, unread)
    raw_type, raw_disposition, raw_encoding = headers.of_content()
    declared = NOTHING if raw_type is None else parse(raw_type, caps.parameters)
    disposition = NOTHING if raw_disposition is None else parse(raw_disposition, caps.parameters)
    if declared.capped or disposition.capped:
        tree.stop_at("parameters", 0)
    content_type = declared.value.split(" ")[0]
    if not is_media_type(content_type):
        if content_type == "text":  # RFC 1049 mail
            content_type = "text/plain"
        elif content_type:
            tree.defects["content-type-invalid"] = None
        content_type = "message/rfc822" if container == "digest" and not content_type else "text/plain"
    encoding = raw_encoding.decode("latin-1").lower()
    if not encoding.isalnum():
        encoding = encoding.partition(";")[0].partition("(")[0].strip().strip("\"'")
    body = (body_start, span[1])
    leaf = Leaf(number or "1", headers, content_type, declared, disposition, encoding, span, body, container)
    if not content_type.startswith("multipart/"):
        tree.leaves.append(leaf)
        return headers
    boundary = declared.get("boundary").encode("utf-8", "replace").rstrip(b" \t")
    if len(boundary) > caps.boundary:
        tree.stop_at("boundary", 0)
        boundary = b""
    room = max(caps.parts - len(tree.leaves), 0)
    found = _enclosed(raw, *body, boundary, room) if boundary else _NONE
    if not found.parts and (guess := _guessed(raw, *body)):
        tree.defects["boundary-wrong" if boundary else "boundary-missing"] = None
        found = _enclosed(raw, *body, guess, room)
    if not found.parts:
        # A multipart without a single part is text, as every reader shows it; if encoded, what hides in it is a file.
        tree.defects["boundary-not-found"] = None
        tree.leaves.append(
            leaf if encoding in {"base64", "quoted-printable"} else replace(leaf, content_type="text/plain")
        )
        return headers
    if found.unread is not None:
        tree.stop_at("parts", found.unread)
    elif not found.closed:
        tree.defects["close-delimiter-missing"] = None
    if found.reopened:
        tree.defects["parts-after-close"] = None
    if depth >= caps.depth:
        tree.stop_at("depth", span[1] - body_start)
        tree.leaves.append(leaf)
        return headers
    tree.multiparts.append(leaf)
    subtype = content_type.partition("/")[2]
    for index, (begin, stop) in enumerate(found.parts, 1):
        if len(tree.leaves) >= caps.parts:
            tree.stop_at("parts", span[1] - begin)
            return headers
        inner = f"{number}.{index}" if number else str(index)
        _split(raw, (begin, stop), inner, (subtype, depth + 1), caps, eol, tree)
    return headers
