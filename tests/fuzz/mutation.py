"""Hostile input made of good input: seeds are cut, doubled, joined and salted.

Promise: what hypothesis draws is all that decides, so that a finding shrinks to few and simple changes.
"""

from collections.abc import Sequence

from hypothesis import strategies as st
from hypothesis.strategies import SearchStrategy

#: What parsers of mail, IMAP, XML, PDF and zip stumble over; also the dictionary of the coverage-guided engine.
SALT = (
    *(
        b"\r\n",
        b"\n",
        b"\r",
        b"\0",
        b"\xff",
        b"\r\n\r\n",
        b"\r\n.\r\n",
        b"--",
        b"--x\r\n",
        b"--x--",
        b"=?utf-8?B?",
        b"?=",
    ),
    *(
        b'"',
        b"\\",
        b";",
        b"=",
        b"(" * 40,
        b"<" * 40,
        b"%00",
        b"*0*=",
        b"charset=utf-7",
        b"boundary=x",
        b"message/rfc822",
    ),
    *(b"Content-Transfer-Encoding: base64\r\n", b"Content-Type: multipart/mixed; boundary=x\r\n", b"begin 644 a\n"),
    *(b"<!DOCTYPE a [<!ENTITY b 'c'>]>", b"&#0;", b"]]>", b"<![CDATA[", b"xmlns:a=''", b"AAAA" * 15),
    *(b"startxref\n0", b"%%EOF", b"/Prev 0", b"/ByteRange [0 1 2 3]", b"obj", b"PK\x03\x04", b"PK\x05\x06"),
    *(
        b"\xd0\xcf\x11\xe0",
        b"\x30\x80",
        b"\x00\x00",
        b"\xff\xff\xff\xff",
        b"\x06\x09\x2a\x86\x48\x86\xf7\x0d\x01\x07\x02",
    ),
    *(b"999999999999999999999", b"-1", b"0", "Nguyễn".encode(), b"\xef\xbb\xbf", b"\xed\xa0\x80"),
)
#: One change: what it is, where as a share of the length, how much, and with what.
Change = tuple[str, float, int, bytes]

_CHANGES = st.lists(
    st.tuples(
        st.sampled_from(["replace", "insert", "cut", "double", "end"]),
        st.floats(0, 1, exclude_max=True),
        st.sampled_from([1, 4, 16, 64, 1024]),
        st.sampled_from(SALT) | st.binary(max_size=16),
    ),
    min_size=1,
    max_size=8,
)


def changed(content: bytes, changes: Sequence[Change]) -> bytes:
    """`content` after the changes."""
    for kind, share, length, salt in changes:
        at = int(share * (len(content) + 1))
        match kind:
            case "replace":
                content = content[:at] + salt + content[at + length :]
            case "insert":
                content = content[:at] + salt * (1 + length // 64) + content[at:]
            case "cut":
                content = content[:at] + content[at + length :]
            case "double":
                content = content[:at] + content[at : at + length] * 3 + content[at + length :]
            case _:
                content = content[: max(at, len(content) - 40 * length)]
    return content


def mutations(seeds: Sequence[bytes]) -> SearchStrategy[bytes]:
    """A seed, changed in one to eight places."""
    return st.builds(changed, st.sampled_from(list(seeds)), _CHANGES)
