"""XML signatures: every one of a file, over what stands in the file, and no wrapping shown as sound."""

import re
from collections.abc import Callable
from datetime import datetime, timedelta, timezone

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bridge.sentences import signature_says
from tests.validation import xml_minting
from tests.validation.cms_minting import NOW
from tests.validation.xml_minting import Ref
from tests.validation.xmlsec import (
    C14N,
    C14N_11,
    DSIG,
    ENVELOPED,
    EXCLUSIVE,
    FILTER_2,
    XPATH,
    invoice,
    of_properties,
    properties,
    reference,
    seller,
    sign,
    template,
)
from validation.codes import Code
from validation.evidence import Evidence
from validation.inspect import inspect, inspect_all
from validation.inspected import Attachment
from validation.signature import Carrier, Coverage, Integrity, Problem, Signature
from validation.signatures import is_of_other_files
from validation.xml_signatures import signatures_of

EVIDENCE = Evidence(NOW)
PDF = b"%PDF-1.4 Quyet dinh"
FILTERED = f'<Transform Algorithm="{XPATH}"><XPath xmlns:d="{DSIG}">%s</XPath></Transform>'
FILTERED_2 = (
    f'<Transform Algorithm="{FILTER_2}"><XPath xmlns="{FILTER_2}" xmlns:d="{DSIG}" Filter="%s">%s</XPath></Transform>'
)
WORDS = "<So>35</So> <Ten xml:space='preserve'>Quyết  định</Ten><!-- ghi chú -->"


def signatures(content: bytes) -> list[Signature]:
    """Those of an XML file."""
    return list(signatures_of(content, EVIDENCE).signatures)


def only(content: bytes) -> Signature:
    """The one signature of an XML file."""
    (one,) = signatures(content)
    return one


def enveloped(*references: str, form: str = C14N, objects: str = "", namespace: str = "") -> bytes:
    """A document with its signature at the end."""
    return sign(f"<Doc{namespace}>{WORDS}{template(*references, form=form, objects=objects)}</Doc>")


def enveloping(*references: str, objects: str) -> bytes:
    """A signature that holds what it signs."""
    return sign(template(*references, objects=objects))


def beside(*references: str, data: str = f'<Data Id="d" loai="QĐ">{WORDS}</Data>', root: str = "Doc") -> bytes:
    """A part that is signed by name, and its signature next to it."""
    return sign(f"<{root}>{data}{template(*references)}</{root.split(maxsplit=1)[0]}>")


@pytest.mark.parametrize(
    "content",
    [
        pytest.param(lambda: enveloped(reference("", ENVELOPED)), id="the document around it, as it stands"),
        pytest.param(lambda: enveloped(reference("", ENVELOPED, C14N)), id="the document, canonical 1.0"),
        pytest.param(lambda: enveloped(reference("", ENVELOPED, C14N_11), form=C14N_11), id="canonical 1.1"),
        pytest.param(lambda: enveloped(reference("", ENVELOPED, EXCLUSIVE), form=EXCLUSIVE), id="exclusive"),
        pytest.param(
            lambda: enveloped(
                reference(
                    "",
                    ENVELOPED,
                    f'<Transform Algorithm="{EXCLUSIVE}"><InclusiveNamespaces xmlns="{EXCLUSIVE}" '
                    'PrefixList="a #default"/></Transform>',
                ),
                namespace=' xmlns="urn:d" xmlns:a="urn:a" xmlns:b="urn:b"',
            ),
            id="exclusive, with prefixes that it shall keep",
        ),
        pytest.param(
            lambda: enveloped(reference("", ENVELOPED)).replace(" ghi chú ".encode(), b"doi"),
            id="comments are not signed",
        ),
        pytest.param(
            lambda: enveloped(reference("#xpointer(/)", ENVELOPED, f"{C14N}#WithComments")), id="with its comments"
        ),
        pytest.param(
            lambda: enveloped(reference("", FILTERED % "not(ancestor-or-self::d:Signature)")),
            id="by XPath, less signatures",
        ),
        pytest.param(
            lambda: enveloped(reference("", FILTERED_2 % ("subtract", "/descendant::d:Signature"))),
            id="by XPath Filter 2.0, less signatures",
        ),
        pytest.param(
            lambda: enveloped(reference("", FILTERED_2 % ("subtract", "here()/ancestor::d:Signature[1]"))),
            id="by XPath Filter 2.0, less this signature",
        ),
        pytest.param(
            lambda: enveloping(reference("#o"), objects='<Object Id="o"><a xmlns="">35</a></Object>'),
            id="an object within it",
        ),
        pytest.param(
            lambda: enveloping(reference("#o", f"{DSIG}base64"), objects='<Object Id="o">MzUtUUQ=</Object>'),
            id="a file within it, in base64",
        ),
        pytest.param(
            lambda: enveloping(
                reference("#m", kind=f"{DSIG}Manifest"),
                objects=f'<Object><Manifest Id="m">{reference("#o")}</Manifest></Object><Object Id="o">35</Object>',
            ),
            id="an object that a manifest in it lists",
        ),
        pytest.param(lambda: beside(reference("#d")), id="a part beside it"),
        pytest.param(lambda: beside(reference("#d", EXCLUSIVE)), id="a part beside it, exclusive"),
        pytest.param(
            lambda: beside(reference("#d", C14N), root='Doc xml:lang="vi" xmlns:b="urn:b" xml:base="x"'),
            id="a part that inherits names and language",
        ),
        pytest.param(
            lambda: beside(reference("#d", C14N_11), root='Doc xml:lang="vi" xml:id="i" xmlns:b="urn:b"'),
            id="a part that inherits a language, and no Id, by 1.1",
        ),
        pytest.param(
            lambda: beside(reference("#d"), data='<Data xmlns="" Id="d"><a/></Data>', root='Doc xmlns="urn:d"'),
            id="a part that leaves the namespace around it",
        ),
        pytest.param(
            lambda: enveloped(reference("", ENVELOPED), of_properties(), objects=properties(seller())), id="with XAdES"
        ),
    ],
)
def test_what_xmlsec_signs_is_sound(content: Callable[[], bytes]) -> None:
    one = only(content())
    assert (one.sound, one.integrity, one.coverage, one.signer.name) == (
        True,
        Integrity.INTACT,
        Coverage.WHOLE,
        "Công ty TNHH Ví Dụ",
    )
    assert (one.carrier, one.algorithm, one.where) == (Carrier.XML, "rsa-2048/sha256", "sig-1")


def test_an_invoice_is_signed_by_its_data_and_that_is_said() -> None:
    one = only(invoice())
    assert (one.where, one.sound, one.coverage, one.covers) == ("NBan", True, Coverage.PARTIAL, ("DLHDon",))
    assert one.left_out == ("DLQRCode", "MCCQT")
    assert one.signed_at == datetime(2026, 11, 22, 8, 30, tzinfo=timezone(timedelta(hours=7)))
    assert one.signed_at_source == "claimed"
    assert "trên DLHDon" in signature_says(one)
    assert not is_of_other_files(one)


def test_every_party_of_an_invoice_is_told() -> None:
    told = inspect(Attachment(("mail.eml", "hoa-don.xml"), "text/xml", invoice(of_tax_office=True)), EVIDENCE).file
    assert [(one.where, one.sound, one.covers, one.signer.name) for one in told.signatures] == [
        ("NBan", True, ("DLHDon",), "Công ty TNHH Ví Dụ"),
        ("CQT", True, ("DLHDon", "MCCQT"), "Cơ quan thuế thử nghiệm"),
    ]
    assert told.signature_state == "sound"
    partial = [seen for seen in told.observations if seen.code is Code.SIGNATURE_PARTIAL]
    assert [seen.evidence["parts"] for seen in partial] == ["DLHDon", "DLHDon, MCCQT"]


def test_an_invoice_in_its_message_to_the_tax_office_is_told_as_alone() -> None:
    inner = invoice().split(b"?>", 1)[1].strip().decode()
    message = f"<TDiep><TTChung><MLTDiep>200</MLTDiep></TTChung><DLieu>{inner}</DLieu></TDiep>"
    assert (only(message.encode()).sound, only(message.encode()).covers) == (True, ("DLHDon",))


def test_a_tax_declaration_is_signed_in_its_dossier() -> None:
    """As the declaration software writes it: `id` in small letters, the signature in a place beside."""
    data = '<HSoKhaiThue id="ID_1"><TTinChung><mst>0300000003</mst></TTinChung></HSoKhaiThue>'
    refs = [Ref("#ID_1", xml_minting.canonical(data.encode()), xml_minting.transform(ENVELOPED))]
    own = xml_minting.signature(seller(), refs, [])
    one = only(f"<HSoThueDTu>{data}<CKyDTu>{own}</CKyDTu></HSoThueDTu>".encode())
    assert (one.sound, one.coverage) == (True, Coverage.WHOLE)


def test_a_stylesheet_that_nobody_signed_is_named() -> None:
    """A browser would show the file by it; a signature of the whole document covers it."""
    style = b'<?xml-stylesheet type="text/xsl" href="a.xsl"?>'
    one = only(beside(reference("#d")).replace(b"<Doc>", style + b"<Doc>"))
    assert (one.sound, one.coverage, one.covers, one.left_out) == (
        True,
        Coverage.PARTIAL,
        ("Data",),
        ("xml-stylesheet",),
    )
    around = enveloped(reference("", ENVELOPED)).replace(b"<Doc>", style + b"<Doc>")
    assert only(around).problems[0] is Problem.DIGEST_MISMATCH


def _apart(content: bytes) -> bytes:
    """Another invoice in the place of the signed one, which is kept where nobody looks."""
    data = re.search(rb"<DLHDon.*</DLHDon>", content, re.DOTALL)
    assert data is not None
    false = data.group().replace(b"1000000", b"9000000").replace(b"hd-1", b"hd-2")
    return content.replace(data.group(), false).replace(b"<NMua/>", b"<NMua/><Kept>" + data.group() + b"</Kept>")


FALSE = b'<DLHDon Id="hd-2"><TToan><TgTTTBSo>9000000</TgTTTBSo></TToan></DLHDon>'
NOTE = '<Object Id="o"><a xmlns="">35</a></Object>'


@pytest.mark.parametrize(
    ("content", "problem"),
    [
        pytest.param(lambda: invoice().replace(b"1000000", b"9000000"), Problem.DIGEST_MISMATCH, id="another sum"),
        pytest.param(lambda: _apart(invoice()), Problem.PARTIAL_COVERAGE, id="the signed data moved aside"),
        pytest.param(
            lambda: invoice().replace(b"<DLHDon", FALSE + b"<DLHDon", 1),
            Problem.PARTIAL_COVERAGE,
            id="false data before the signed ones",
        ),
        pytest.param(
            lambda: invoice().replace(b"<DLHDon", FALSE.replace(b"hd-2", b"hd-1") + b"<DLHDon", 1),
            Problem.WRAPPED,
            id="false data of the same Id",
        ),
        pytest.param(
            lambda: invoice().replace(b"<DLHDon", FALSE.replace(b'Id="hd-2"', b'ID="hd-1"') + b"<DLHDon", 1),
            Problem.WRAPPED,
            id="false data of the same Id, spelt otherwise",
        ),
        pytest.param(
            lambda: invoice().replace(b"<MCCQT", b"<TToan>9000000</TToan><MCCQT"),
            Problem.PARTIAL_COVERAGE,
            id="more beside the data than belongs there",
        ),
        pytest.param(
            lambda: invoice().replace(b"<HDon>", b'<HDon loai="01GTKT">'),
            Problem.PARTIAL_COVERAGE,
            id="an attribute around the data",
        ),
        pytest.param(
            lambda: beside(reference("#d")).replace(b"<Doc>", b"<Doc><Data>36</Data>"),
            Problem.PARTIAL_COVERAGE,
            id="an unsigned part beside the signed one",
        ),
        pytest.param(
            lambda: beside(reference("#d")).replace(b"<Doc>", b"<Doc>36"),
            Problem.PARTIAL_COVERAGE,
            id="unsigned text beside the signed part",
        ),
        pytest.param(
            lambda: beside(reference("#d"), data='<Data Id="d">35</Data><b>36</b>'),
            Problem.PARTIAL_COVERAGE,
            id="a part was never signed",
        ),
        pytest.param(
            lambda: enveloping(reference("#o"), objects=NOTE).replace(
                b"</Signature>", b"<Object><a>36</a></Object></Signature>"
            ),
            Problem.PARTIAL_COVERAGE,
            id="a false object beside the signed one",
        ),
        pytest.param(
            lambda: enveloping(reference("#o"), objects=NOTE).replace(
                b"</Signature>", b"<a xmlns=''>36</a></Signature>"
            ),
            Problem.PARTIAL_COVERAGE,
            id="an element in the signature that belongs to none",
        ),
        pytest.param(
            lambda: enveloping(reference("#o", f"{DSIG}base64"), objects='<Object Id="o">MzUtUUQ=</Object>').replace(
                b">MzUt", b"><a>Mz</a>Ut"
            ),
            Problem.PARTIAL_COVERAGE,
            id="tags put into what is signed as base64",
        ),
        pytest.param(
            lambda: enveloping(
                reference("#m", kind=f"{DSIG}Manifest"),
                objects=f'<Object><Manifest Id="m">{reference("#o")}</Manifest></Object>{NOTE}',
            ).replace(b">35<", b">36<"),
            Problem.DIGEST_MISMATCH,
            id="what a manifest lists was changed",
        ),
        pytest.param(
            lambda: enveloped(reference("", ENVELOPED), of_properties(), objects=properties(seller())).replace(
                b"</Signature>", properties(seller()).replace("-signed", "-false").encode() + b"</Signature>"
            ),
            Problem.WRAPPED,
            id="false signed properties beside the true ones",
        ),
        pytest.param(
            lambda: enveloped(
                reference("", FILTERED % "not(ancestor-or-self::So) and not(ancestor-or-self::d:Signature)")
            ),
            Problem.PARTIAL_COVERAGE,
            id="a filter leaves out the number",
        ),
        pytest.param(
            lambda: enveloped(reference("", FILTERED_2 % ("intersect", "//Ten"))),
            Problem.PARTIAL_COVERAGE,
            id="a filter takes the name alone",
        ),
        pytest.param(
            lambda: re.sub(rb"(<SignatureValue[^>]*>)....", rb"\1AAAA", enveloped(reference("", ENVELOPED))),
            Problem.VALUE_MISMATCH,
            id="another value",
        ),
        pytest.param(
            lambda: enveloped(reference("#o"), objects='<Object Id="o"><SignatureProperties/></Object>'),
            Problem.PARTIAL_COVERAGE,
            id="it signs nothing but itself",
        ),
    ],
)
def test_what_was_changed_or_wrapped_is_unsound(content: Callable[[], bytes], problem: Problem) -> None:
    one = only(content())
    assert (one.sound, one.problems[0]) == (False, problem)


def test_a_bare_key_verifies_and_is_trusted_by_nobody(evidence: Evidence) -> None:
    content = sign(f"<Doc>35{template(reference('', ENVELOPED), keys='<KeyValue/>')}</Doc>")
    (one,) = signatures_of(content, evidence).signatures
    assert (one.sound, one.trust, one.signer.name, one.algorithm) == (True, "untrusted", "", "rsa-2048/sha256")
    broken = only(content.replace(b">35<", b">36<"))
    assert (broken.sound, broken.problems[0]) == (False, Problem.DIGEST_MISMATCH)


@pytest.mark.parametrize(
    ("name", "uri", "signed", "state"),
    [
        pytest.param("35-QĐ.pdf", "35-Q%C4%90.pdf", PDF, "sound", id="by its name"),
        pytest.param("vanban.pdf", "http://a.test/1", PDF, "sound", id="by its digest, whatever its address"),
        pytest.param("35-QĐ.docx", "35-Q%C4%90.pdf", b"another", "unreadable", id="there is no such file"),
        pytest.param("35-QĐ.pdf", "35-Q%C4%90.pdf", b"another", "unsound", id="of that name, and other content"),
    ],
)
def test_a_signature_finds_the_file_that_came_with_it(name: str, uri: str, signed: bytes, state: str) -> None:
    content = f'<?xml version="1.0"?>{xml_minting.signature(seller(), [Ref(uri, signed)], [])}'.encode()
    together = [Attachment(("m.eml", name), "", PDF), Attachment(("m.eml", "chu-ky.xml"), "text/xml", content)]
    told = inspect_all(together, EVIDENCE)[1].file
    assert told.signature_state == state
    assert [is_of_other_files(one) for one in told.signatures] == [state == "sound"]
    assert state != "sound" or told.signatures[0].covers == (uri,)


@settings(deadline=None)
@given(st.integers(0, 10_000), st.sampled_from(b"0189aZ<>&'/ \n"))
def test_no_octet_of_an_invoice_can_be_changed(place: int, octet: int) -> None:
    content = invoice()
    start, end = content.index(b"<DLHDon"), content.index(b"</DLHDon>")
    at = start + 1 + place % (end - start - 1)
    changed = content[:at] + bytes((octet,)) + content[at + 1 :]
    if re.sub(rb"\s+", b" ", changed) != re.sub(rb"\s+", b" ", content):
        assert [one.sound for one in signatures(changed)] != [True]
