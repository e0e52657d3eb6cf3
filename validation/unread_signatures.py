"""What claims to be a signature and is not verified yet: OOXML, ODF, ASiC, XML.

Promise: such a claim is never silence.  Each comes out as one Signature whose every answer is "unknown", so that its
object is told as unreadable and a person looks; none is ever called sound, and none unsound.  Looking costs one pass.
"""

import codecs
import re

from validation.container_zip import is_folder, open_zip
from validation.damaged import Damaged
from validation.finding import Observation
from validation.inspected import Attachment
from validation.signature import Carrier, Coverage, Integrity, Problem, Signature
from validation.signature_observations import observations_of

_MOST = 100  # signatures of one file that are told one by one
_TEXTUAL = ("text/", "application/xml", "application/edxml", "application/octet-stream", "image/svg")
_XMLDSIG = b"xmldsig"  # http://www.w3.org/2000/09/xmldsig# and 2009/xmldsig11#
_ELEMENT = re.compile(rb"<(?:[A-Za-z_][\w.-]{0,60}:)?Signature(?=[\s>/])([^>]{0,2000})")
_ID = re.compile(rb"""\s[Ii][Dd]\s{0,10}=\s{0,10}["']([^"']{1,100})["']""")
#: Where packages keep their signatures: ECMA-376 part 2 section 13 as Office places them; ODF 1.2 part 3 section 3.5
#: ("META-INF/ ... contain the term signatures"); ETSI EN 319 162-1 section A.4.
_OOXML_PART = re.compile(r"_xmlsignatures/.*\.xml", re.IGNORECASE)
_META_PART = re.compile(r"META-INF/[^/]*(?:signature|timestamp)[^/]*", re.IGNORECASE)
_BROKEN_ZIP = re.compile(rb"(_xmlsignatures/|META-INF/[^/\x00]{0,60}(?:signature|timestamp))", re.IGNORECASE)


def unread_signatures(attachment: Attachment, media_type: str) -> tuple[Signature, ...]:
    """The signatures that a file of `media_type` claims to have and that no reader of ours verifies yet."""
    content = attachment.content
    if content[:2] == b"PK":
        return _of_package(content, media_type)
    if media_type.startswith(_TEXTUAL) or media_type.endswith("xml"):
        return _of_xml(content)
    return ()


def observed(signatures: tuple[Signature, ...], about: tuple[str, ...]) -> tuple[Observation, ...]:
    """What is to be told of them."""
    seen = observations_of(signatures, ((),) * len(signatures))
    return tuple(Observation(one.code, about, one.evidence) for one in seen)


def _unread(carrier: Carrier, where: str, problem: Problem = Problem.UNSUPPORTED) -> Signature:
    return Signature(carrier, where, None, (problem,), Integrity.UNKNOWN, Coverage.UNKNOWN)


def _of_package(content: bytes, media_type: str) -> tuple[Signature, ...]:
    try:
        with open_zip(content) as archive:
            names = [member.filename for member in archive.infolist() if not is_folder(member)]
    except Damaged:
        named = _BROKEN_ZIP.search(content)
        return (_unread(_carrier(media_type), named.group().decode("latin-1"), Problem.UNPARSABLE),) if named else ()
    found = [_unread(Carrier.OOXML, name) for name in names if _OOXML_PART.fullmatch(name)]
    found += [_unread(_carrier(media_type, name), name) for name in names if _META_PART.fullmatch(name)]
    return tuple(found[:_MOST])


def _carrier(media_type: str, name: str = "") -> Carrier:
    if media_type.startswith("application/vnd.oasis"):
        return Carrier.ODF
    if media_type.startswith(("application/vnd.openxml", "application/vnd.ms-", "application/x-ooxml")):
        return Carrier.OOXML
    return Carrier.TIMESTAMP if name.lower().endswith(".tst") else Carrier.ASIC


def _of_xml(content: bytes) -> tuple[Signature, ...]:
    for mark, encoding in ((codecs.BOM_UTF16_LE, "utf-16"), (codecs.BOM_UTF16_BE, "utf-16")):
        if content.startswith(mark):
            content = content.decode(encoding, "ignore").encode()
    if _XMLDSIG not in content:
        return ()
    found = []
    for number, element in enumerate(_ELEMENT.finditer(content), 1):
        if number > _MOST:
            break
        named = _ID.search(element.group(1))
        where = named.group(1).decode("utf-8", "replace") if named else f"Signature {number}"
        found.append(_unread(Carrier.XML, where))
    return tuple(found)
