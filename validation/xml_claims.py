"""Could there be an XML signature in this text?  Asked of every text, so it costs one pass and no library."""

import codecs
import re

_TYPES = ("text/", "application/xml", "application/edxml", "application/octet-stream", "image/svg")
_NAMED = b"xmldsig"  # http://www.w3.org/2000/09/xmldsig# and 2009/xmldsig11#
_ELEMENT = re.compile(rb"<(?:[A-Za-z_][\w.-]{0,60}:)?Signature(?=[\s>/])")


def may_be_xml(media_type: str) -> bool:
    """Is this a type under which XML comes?"""
    return media_type.startswith(_TYPES) or media_type.endswith("xml")


def claims_signature(content: bytes) -> bool:
    """Does an element say of itself that it is a signature?"""
    for mark, encoding in ((codecs.BOM_UTF16_LE, "utf-16"), (codecs.BOM_UTF16_BE, "utf-16")):
        if content.startswith(mark):
            content = content.decode(encoding, "ignore").encode()
    return _NAMED in content and _ELEMENT.search(content) is not None
