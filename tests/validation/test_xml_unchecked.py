"""XML signatures that cannot be checked: never sound, never unsound, nothing fetched, nothing of the sender's run."""

import re
from collections.abc import Callable

import pytest

from tests.validation import xml_minting
from tests.validation.cms_minting import NOW
from tests.validation.xml_minting import Ref
from tests.validation.xmlsec import DSIG, ENVELOPED, FILTER_2, XPATH, reference, seller, sign, template
from validation.evidence import Evidence
from validation.signature import Problem
from validation.xml_signatures import signatures_of

EVIDENCE = Evidence(NOW)
FILTERED = f'<Transform Algorithm="{XPATH}"><XPath xmlns:d="{DSIG}">%s</XPath></Transform>'
FILTERED_2 = f'<Transform Algorithm="{FILTER_2}"><XPath xmlns="{FILTER_2}" Filter="%s">%s</XPath></Transform>'


def signed() -> bytes:
    """A document with its signature."""
    return sign(f"<Doc>35{template(reference('', ENVELOPED))}</Doc>")


XSLT = (
    '<Transform Algorithm="http://www.w3.org/TR/1999/REC-xslt-19991116"><xsl:stylesheet version="1.0" '
    'xmlns:xsl="http://www.w3.org/1999/XSL/Transform"><xsl:template match="/">x</xsl:template></xsl:stylesheet>'
    "</Transform>"
)


def _with(old: str, new: str) -> bytes:
    """The signed document, with something put otherwise that is not signed itself."""
    assert old.encode() in signed()
    return signed().replace(old.encode(), new.encode())


def _of(uri: str, transforms: str = "") -> bytes:
    """A properly signed reference to what is not to be had, or not to be run."""
    return f"<Doc>35{xml_minting.signature(seller(), [Ref(uri, b'x', transforms)], [])}</Doc>".encode()


@pytest.mark.parametrize(
    ("content", "problem"),
    [
        pytest.param(lambda: _of("http://127.0.0.1:9/a.pdf"), Problem.CONTENT_MISSING, id="a file on the network"),
        pytest.param(lambda: _of("file:///etc/passwd"), Problem.CONTENT_MISSING, id="a file of ours"),
        pytest.param(lambda: _of("#nobody"), Problem.CONTENT_MISSING, id="an Id that nobody bears"),
        pytest.param(lambda: _of("#xpointer(//Ten)"), Problem.UNSUPPORTED, id="an XPointer that computes"),
        pytest.param(lambda: _of("", XSLT), Problem.UNSUPPORTED, id="a stylesheet as a transform"),
        pytest.param(
            lambda: _of("", xml_minting.transform("urn:mine")), Problem.UNSUPPORTED, id="an unknown transform"
        ),
        pytest.param(
            lambda: _of("", FILTERED % "starts-with(string(.), 'a')"), Problem.UNSUPPORTED, id="an XPath that computes"
        ),
        pytest.param(
            lambda: _of("", FILTERED_2 % ("union", "//Ten")), Problem.UNSUPPORTED, id="a filter that adds to it"
        ),
        pytest.param(
            lambda: _with("2001/04/xmldsig-more#rsa-sha256", "2000/09/xmldsig#hmac-sha1"),
            Problem.UNSUPPORTED,
            id="a shared secret instead of a key",
        ),
        pytest.param(
            lambda: _with("<Doc>", '<!DOCTYPE Doc [<!ENTITY e "36">]><Doc>'),
            Problem.UNSUPPORTED,
            id="a document type declaration",
        ),
        pytest.param(
            lambda: re.sub(rb"<KeyInfo>.*</KeyInfo>", b"", signed(), flags=re.DOTALL),
            Problem.UNSUPPORTED,
            id="no certificate and no key",
        ),
        pytest.param(lambda: _with("<SignedInfo>", "<SignedInfo><!-- -->"), Problem.UNPARSABLE, id="a comment in it"),
        pytest.param(lambda: _with("</Doc>", ""), Problem.UNPARSABLE, id="a file that ends too early"),
        pytest.param(
            lambda: _with(f'{DSIG}" Id', 'urn:like-xmldsig" Id'),
            Problem.UNPARSABLE,
            id="the shape of a signature in a namespace of its own",
        ),
    ],
)
def test_what_cannot_be_checked_is_unreadable(content: Callable[[], bytes], problem: Problem) -> None:
    (one,) = signatures_of(content(), EVIDENCE).signatures
    assert (one.sound, one.problems[0]) == (None, problem)


@pytest.mark.parametrize(
    ("content", "detail"),
    [
        pytest.param(
            lambda: _with("<Doc>", "<Doc " + " ".join(f'a{one}="1"' for one in range(501)) + ">"),
            "attributes",
            id="attributes by the hundred",
        ),
        pytest.param(
            lambda: _with("<Doc>", "".join(f'<a xmlns:n{one}="urn:{one}">' for one in range(61)) + "<Doc>").replace(
                b"</Doc>", b"</Doc>" + b"</a>" * 61
            ),
            "namespaces",
            id="namespaces in each other",
        ),
        pytest.param(lambda: _with("</Doc>", "<a/>" * 1_000_000 + "</Doc>"), "larger", id="a million elements"),
        pytest.param(
            lambda: _with("</Signature>", "<Object>" + "<Manifest/>" * 21 + "</Object></Signature>"),
            "manifests",
            id="manifests by the dozen",
        ),
    ],
)
def test_a_file_made_to_cost_much_is_told_as_too_costly(content: Callable[[], bytes], detail: str) -> None:
    (one,) = signatures_of(content(), EVIDENCE).signatures
    assert (one.sound, one.problems[0]) == (None, Problem.TOO_COSTLY)
    assert detail in one.detail


def test_a_file_that_refers_to_itself_a_thousand_times_is_told_as_too_costly() -> None:
    digested = xml_minting.canonical(f"<Doc>{'<a/>' * 2_000}</Doc>".encode())
    many = [Ref("", digested, xml_minting.transform(ENVELOPED))] * 1_900
    content = f"<Doc>{'<a/>' * 2_000}{xml_minting.signature(seller(), many, [])}</Doc>"
    (one,) = signatures_of(content.encode(), EVIDENCE).signatures
    assert (one.sound, one.problems[0]) == (None, Problem.TOO_COSTLY)
