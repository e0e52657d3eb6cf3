"""Canonical forms of parts of a document: the examples of the standards, and what holds for every part of any tree."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from lxml import etree

from validation.foreign import CannotCheckError
from validation.xml_canonical import C14N, C14N_11, EXCLUSIVE, Selected, canonical, whole
from validation.xml_tree import parse

COMMENTS = f"{C14N}#WithComments"


@pytest.mark.parametrize(
    ("document", "part", "form", "prefixes", "octets"),
    [
        pytest.param(
            '<a xmlns="urn:u" xmlns:b="urn:v" xml:lang="vi"><b:c z="1" a="2"/></a>',
            "{urn:v}c",
            C14N,
            (),
            '<b:c xmlns="urn:u" xmlns:b="urn:v" a="2" z="1" xml:lang="vi"></b:c>',
            id="1.0: every namespace and xml: attribute of the ancestors",
        ),
        pytest.param(
            '<a xml:id="i" xml:space="preserve" xml:lang="vi"><c/></a>',
            "c",
            C14N_11,
            (),
            '<c xml:lang="vi" xml:space="preserve"></c>',
            id="1.1: language and space, and no Id",
        ),
        pytest.param(
            '<a xmlns="urn:u" xmlns:b="urn:v" xml:lang="vi"><b:c/></a>',
            "{urn:v}c",
            EXCLUSIVE,
            (),
            '<b:c xmlns:b="urn:v"></b:c>',
            id="exclusive: what the part uses itself",
        ),
        pytest.param(
            '<a xmlns="urn:u" xmlns:b="urn:v" xmlns:d="urn:w"><b:c/></a>',
            "{urn:v}c",
            EXCLUSIVE,
            ("d", "#default"),
            '<b:c xmlns="urn:u" xmlns:b="urn:v" xmlns:d="urn:w"></b:c>',
            id="exclusive: and the prefixes that are named",
        ),
        pytest.param(
            '<a xmlns="urn:u"><b xmlns=""><c/></b></a>', "c", C14N, (), "<c></c>", id="a namespace that was left again"
        ),
        pytest.param(
            "<a xml:lang='vi'><b xml:lang='en'><c/></b></a>",
            "c",
            C14N,
            (),
            '<c xml:lang="en"></c>',
            id="the nearest language",
        ),
        pytest.param(
            "<a><c>1 &lt; 2<!-- x --> &#13;<![CDATA[<&]]><?p q?></c></a>",
            "c",
            C14N,
            (),
            "<c>1 &lt; 2 &#xD;&lt;&amp;<?p q?></c>",
            id="text as it is written out, without comments",
        ),
        pytest.param("<a><c><!-- x --></c></a>", "c", COMMENTS, (), "<c><!-- x --></c>", id="with comments"),
    ],
)
def test_a_part_has_the_form_that_it_has_in_its_document(
    document: str, part: str, form: str, prefixes: tuple[str, ...], octets: str
) -> None:
    tree = parse(document.encode())
    (element,) = tree.root.iter(part)
    assert canonical(Selected((element,), comments=True), form, prefixes).decode() == octets


@pytest.mark.parametrize(
    ("document", "left_out", "octets"),
    [
        pytest.param("<a>1<s/>2</a>", "s", "<a>12</a>", id="the text behind what is left out stays"),
        pytest.param("<a>1<b/>2<s>x</s>3</a>", "s", "<a>1<b></b>23</a>", id="behind a sibling, too"),
        pytest.param("<a><b><s/></b>3</a>", "s", "<a><b></b>3</a>", id="deeper down"),
        pytest.param("<?p q?><a><s/></a><?r s?>", "s", "<?p q?>\n<a></a>\n<?r s?>", id="and what is beside the root"),
    ],
)
def test_what_is_left_out_leaves_no_trace(document: str, left_out: str, octets: str) -> None:
    tree = parse(document.encode())
    before = etree.tostring(tree.root)
    selected = whole(tree.root).without(list(tree.root.iter(left_out)))
    assert canonical(selected, C14N).decode() == octets
    assert etree.tostring(tree.root) == before, "the tree itself was changed"


def test_a_base_above_a_part_is_told_as_not_supported_by_1_1() -> None:
    tree = parse(b'<a xml:base="http://a.test/"><c/></a>')
    with pytest.raises(CannotCheckError):
        canonical(Selected((tree.root[0],)), C14N_11)


def _element(made: tuple[str, bool, list[str]]) -> str:
    name, more, inner = made
    attributes = ' xmlns="urn:v" b:x="1" xml:lang="vi"' if more else ""
    return f"<{name}{attributes}>{''.join(inner)}</{name}>"


TREES = st.recursive(
    st.sampled_from(["", "x", " &lt; ", "<!-- y -->", "<?p q?>"]),
    lambda inner: st.builds(
        _element, st.tuples(st.sampled_from(["a", "b:a", "c:b"]), st.booleans(), st.lists(inner, max_size=3))
    ),
    max_leaves=12,
)


@settings(deadline=None)
@given(TREES)
def test_the_canonical_form_of_a_part_is_a_document_of_the_same_form(inner: str) -> None:
    tree = parse(f'<r xmlns:b="urn:b" xmlns:c="urn:c" xml:space="preserve">{inner}</r>'.encode())
    for form in (C14N, C14N_11, EXCLUSIVE):
        for element in tree.root.iter("*"):
            octets = canonical(Selected((element,)), form)
            assert canonical(whole(parse(octets).root), form) == octets
