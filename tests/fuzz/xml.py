"""XML with signatures as a target: judged whatever the octets are, and none is sound over words that nobody signed."""

from datetime import UTC, datetime

from lxml import etree

from tests.fuzz.mutation import mutations
from tests.fuzz.target import Target, alone
from tests.validation import xml_minting
from tests.validation.cms_minting import holder
from tests.validation.xml_minting import DSIG, Ref, of_properties, properties, signature, transform
from validation.evidence import Evidence
from validation.signature import Coverage
from validation.xml_signatures import signatures_of

_EVIDENCE = Evidence(datetime(2026, 11, 22, 3, tzinfo=UTC))
_ENVELOPED, _BASE64 = transform(f"{DSIG}enveloped-signature"), transform(f"{DSIG}base64")
_SIGNER = holder("Anna")
_DATA = '<Data Id="d"><So>35</So><Ten a="1">Quyết định</Ten></Data>'
_FILTER = (
    '<Transform Algorithm="http://www.w3.org/TR/1999/REC-xpath-19991116"><XPath '
    f'xmlns:d="{DSIG}">not(ancestor-or-self::d:Signature)</XPath></Transform>'
)


def _documents() -> list[bytes]:
    whole = xml_minting.canonical(f"<Doc>{_DATA}</Doc>".encode())
    part = xml_minting.canonical(_DATA.encode())
    data = _DATA.replace("Data", "DLHDon")
    tax = Ref("#d", xml_minting.canonical(data.encode()))
    manifest = f'<Object><Manifest Id="m">{Ref("#d", part).written(part)}</Manifest></Object>'
    made = [
        (f"<Doc>{_DATA}", [Ref("", whole, _ENVELOPED), of_properties()], [properties(_SIGNER, "S0")], "</Doc>"),
        (f"<Doc>{_DATA}", [Ref("", whole, _FILTER)], [], "</Doc>"),
        (f"<Doc>{_DATA}", [Ref("#d", part)], [], "</Doc>"),
        (f"<Doc>{_DATA}", [Ref("#m")], [manifest], "</Doc>"),
        ("", [Ref("#o", b"35-QD", _BASE64)], ['<Object Id="o">MzUtUUQ=</Object>'], ""),
        (f"<HDon>{data}<MCCQT>1</MCCQT><DSCKS><NBan>", [tax], [], "</NBan></DSCKS></HDon>"),
    ]
    return [f"{before}{signature(_SIGNER, refs, objects)}{after}".encode() for before, refs, objects, after in made]


def _words(content: bytes) -> str:
    """What a reader of the file reads, signatures and white space aside."""
    root = etree.fromstring(content)
    for one in list(root.iter(f"{{{DSIG}}}Signature")):
        for below in list(one):
            one.remove(below)
        one.text = ""
    return "".join(str(etree.XPath("string()")(root)).split())


_KNOWN = {"35Quyếtđịnh", "35Quyếtđịnh1", ""}


def _judge(content: bytes) -> None:
    signatures = signatures_of(content, _EVIDENCE).signatures
    if signatures and all(one.sound and one.coverage is Coverage.WHOLE for one in signatures):
        assert _words(content) in _KNOWN, "sound over other words"


XML = Target(
    "xml", "XML is judged, and sound over no other words than the signed ones", _documents, alone(_judge), mutations
)
