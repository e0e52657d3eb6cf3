"""Signature wrapping by the dozen: elements moved, doubled, renamed; what is sound reads as it was signed."""

from collections.abc import Sequence

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from lxml import etree

from tests.validation import xml_minting
from tests.validation.cms_minting import NOW, holder
from tests.validation.xml_minting import DSIG, Ref, of_properties, properties, signature, transform
from validation.evidence import Evidence
from validation.signature import Coverage
from validation.xml_signatures import signatures_of

EVIDENCE = Evidence(NOW)
BY = holder("Anna")
ENVELOPED = transform(f"{DSIG}enveloped-signature")
DATA = '<Data Id="d"><So>35</So><Tien>1000</Tien></Data>'
INVOICE = '<DLHDon Id="d"><So>35</So><Tien>1000</Tien></DLHDon>'
READ = etree.XPath("string()")


def _signed(before: str, refs: Sequence[Ref], objects: Sequence[str] = (), after: str = "</Doc>") -> bytes:
    return f"{before}{signature(BY, refs, objects)}{after}".encode()


def _digested(text: str) -> bytes:
    return xml_minting.canonical(text.encode())


def whole() -> bytes:
    """The document around its signature."""
    refs = [Ref("", _digested(f"<Doc>{DATA}</Doc>"), ENVELOPED), of_properties()]
    return _signed(f"<Doc>{DATA}", refs, [properties(BY, "S0")])


def part() -> bytes:
    """A part by its name."""
    return _signed(f"<Doc>{DATA}", [Ref("#d", _digested(DATA)), of_properties()], [properties(BY, "S0")])


def listed() -> bytes:
    """A part that a manifest lists."""
    inner = Ref("#d", _digested(DATA)).written(_digested(DATA))
    return _signed(f"<Doc>{DATA}", [Ref("#m")], [f'<Object><Manifest Id="m">{inner}</Manifest></Object>'])


def invoice() -> bytes:
    """Tax data, signed in their own place."""
    before = f"<HDon>{INVOICE}<MCCQT>M1</MCCQT><DSCKS><NBan>"
    return _signed(before, [Ref("#d", _digested(INVOICE))], after="</NBan></DSCKS></HDon>")


def read(root: etree._Element) -> str:
    """What a program reads: of an invoice every DLHDon at its place, else all words outside of signatures."""
    if root.tag == "HDon":
        return "|".join(str(READ(one)) for one in root.findall("DLHDon"))
    for one in list(root.iter(f"{{{DSIG}}}Signature")):
        for below in list(one):
            one.remove(below)
        one.text = ""
    return str(READ(root))


FALSE = (
    '<Data Id="d"><So>36</So><Tien>9000</Tien></Data>',
    '<DLHDon Id="d"><So>36</So><Tien>9000</Tien></DLHDon>',
    '<DLHDon Id="e"><So>36</So><Tien>9000</Tien></DLHDon>',
    "<Tien>9000</Tien>",
    "<MCCQT>M2</MCCQT>",
    '<DSCKS><DLHDon Id="e">36</DLHDon></DSCKS>',
    f'<Object xmlns="{DSIG}" Id="d">36</Object>',
    f'<Signature xmlns="{DSIG}"><Object>36</Object></Signature>',
    "<TDiep><DLieu/></TDiep>",
)
STEPS = st.lists(
    st.tuples(
        st.sampled_from(["move", "copy", "insert", "wrap", "unwrap", "remove", "text", "rename", "id"]),
        st.integers(0, 60),
        st.integers(0, 60),
        st.sampled_from(FALSE),
    ),
    min_size=1,
    max_size=5,
)


def changed(root: etree._Element, what: str, one: etree._Element, other: etree._Element, false: str) -> None:
    """One step of an attacker."""
    if one is root and what in {"move", "unwrap", "remove", "wrap"}:
        return
    above = one.getparent()
    copied = etree.fromstring(etree.tostring(one, with_tail=False))
    match what:
        case "move" if not any(up is one for up in (other, *other.iterancestors())):
            other.insert(0, one)
        case "copy":
            other.append(copied)
        case "insert":
            other.insert(len(other) // 2, etree.fromstring(false))
        case "wrap" if above is not None:
            above.replace(one, holder_ := etree.fromstring(false))
            holder_.append(one)
        case "unwrap" if above is not None:
            for below in list(one):
                one.addprevious(below)
            above.remove(one)
        case "remove" if above is not None:
            above.remove(one)
        case "text":
            one.text = "9000"
        case "rename":
            one.tag = other.tag
        case "id":
            one.set("Id", other.get("Id") or "d")
        case _:
            pass


@pytest.mark.parametrize("minted", [whole, part, listed, invoice])
@settings(max_examples=60, deadline=None, suppress_health_check=list(HealthCheck))
@given(steps=STEPS)
def test_no_wrapping_is_sound(minted: object, steps: list[tuple[str, int, int, str]]) -> None:
    assert callable(minted)
    octets = minted()
    root = etree.fromstring(octets)
    wanted = read(etree.fromstring(octets))
    for what, first, second, false in steps:
        elements = list(root.iter("*"))
        changed(root, what, elements[first % len(elements)], elements[second % len(elements)], false)
    content = etree.tostring(root)
    told = signatures_of(content, EVIDENCE).signatures
    if told and all(one.sound for one in told) and all(one.coverage is not Coverage.UNKNOWN for one in told):
        assert read(etree.fromstring(content)) in {wanted, ""}
