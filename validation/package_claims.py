"""Does a zip say that it is signed?  One look at its list of names, before anything heavy is loaded.

Promise: a package that claims to be signed is never taken for unsigned, whether or not it can be read.
"""

import re

from validation.container_zip import is_folder, open_zip, unpack
from validation.damaged import Damaged

#: Where packages keep their signatures: ECMA-376 part 2 section 13 as Office places them; ODF 1.3 part 2 section 3.5
#: ("META-INF/ ... contain the term signatures"); ETSI EN 319 162-1 section A.4.
_CLAIM = re.compile(r"_xmlsignatures/.*\.xml|META-INF/[^/]*(?:signature|timestamp)[^/]*", re.IGNORECASE)
_BROKEN = re.compile(rb"(_xmlsignatures/|META-INF/[^/\x00]{0,60}(?:signature|timestamp))", re.IGNORECASE)
_STATED = re.compile(rb"digital-signature|d\x00i\x00g\x00i\x00t\x00a\x00l\x00-\x00s", re.IGNORECASE)
#: Parts that may say so of others.
STATING = frozenset({"[content_types].xml", "_rels/.rels"})
_MOST_STATED = 1_000_000


def claim_in(content: bytes) -> str:
    """The first part that says that the package is signed; "" = none does."""
    try:
        with open_zip(content) as archive:
            members = [member for member in archive.infolist() if not is_folder(member)]
            named = next((member.filename for member in members if _CLAIM.fullmatch(member.filename)), "")
            if named:
                return named
            stating = [member for member in members if member.filename.casefold() in STATING]
            stated = (member for member in stating if _STATED.search(unpack(archive, member, _MOST_STATED)))
            return next((member.filename for member in stated), "")
    except Damaged:
        found = _BROKEN.search(content)
        return found.group().decode("latin-1") if found else ""
