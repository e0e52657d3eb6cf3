"""A signed package is read as its own program reads it, or not as one package."""

import io
import warnings
import zipfile

import pytest

from tests.validation import xmlsec
from tests.validation.cms_minting import NOW
from tests.validation.files import encrypted_zip, zipped
from tests.validation.package_minting import asice, inspected, packed, relationships, selected, signing, xades
from tests.validation.xml_minting import digest
from validation.evidence import Evidence
from validation.foreign import Unchecked
from validation.opc import TRANSFORM, Selection, relationships_of, transformed
from validation.package import Package, name_of, opened
from validation.settings import ReadingCaps
from validation.signature import Problem

CAPS = ReadingCaps(members=20, unpacked_total=50_000, ratio_floor=50_000)


def written(*members: tuple[str, bytes]) -> bytes:
    """A zip of members that may share a name."""
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as archive, warnings.catch_warnings():
        warnings.simplefilter("ignore")  # that a name is there already
        for name, content in members:
            archive.writestr(zipfile.ZipInfo(name), content)
    return out.getvalue()


def overlapping() -> bytes:
    """Two members of the directory that are the same octets."""
    content = bytearray(written(("a.txt", b"x" * 40), ("b.txt", b"y" * 40)))
    second = content.rindex(b"PK\x01\x02")
    content[second + 42 : second + 46] = (5).to_bytes(4, "little")
    return bytes(content)


@pytest.mark.parametrize(
    ("content", "doubt"),
    [
        pytest.param(zipped({"a.txt": b"1", "b/": b"", "b/c.txt": b"2"}), "", id="files in folders"),
        pytest.param(packed({"a.txt": b"1"}, comment=b"made by a program"), "", id="a comment at the end"),
        pytest.param(written(("a.txt", b"1"), ("A.txt", b"2")), "", id="names that differ by case, no Office"),
        pytest.param(written(("a.txt", b"1"), ("a.txt", b"2")), "two parts of one name", id="one name twice"),
        pytest.param(
            written(("[Content_Types].xml", b"1"), ("word/a.xml", b"2"), ("Word/A.xml", b"3")),
            "two parts whose names differ by case alone",
            id="names that Office takes for one",
        ),
        pytest.param(
            written(("a.txt", b"1")) + written(("a.txt", b"2")),
            "a part that the directory does not list",
            id="two zips in one file",
        ),
    ],
)
def test_two_readings_of_one_file_are_told(content: bytes, doubt: str) -> None:
    package = opened(content, CAPS)
    assert isinstance(package, Package)
    assert package.doubt == doubt


SIGNED = {"a.txt": b"signed"}
CONTAINER = asice(SIGNED, {"manifest.xml": b"<m/>", "signatures0.xml": xades(signing(), SIGNED)})


@pytest.mark.parametrize(
    "content",
    [
        pytest.param(written(("a.txt", b"shown"), *CONTAINER.items()), id="another file of a signed one's name"),
        pytest.param(written(*CONTAINER.items(), ("META-INF/manifest.xml", b"<n/>")), id="two manifests"),
        pytest.param(written(("a.txt", b"shown")) + written(*CONTAINER.items()), id="another zip in front"),
    ],
)
def test_a_signed_package_of_two_readings_is_unsound(content: bytes) -> None:
    (signature,) = inspected("a.asice", content, Evidence(NOW)).signatures
    assert (signature.sound, signature.problems) == (False, (Problem.SHADOWED,))


@pytest.mark.parametrize(
    ("content", "problem"),
    [
        pytest.param(encrypted_zip(), Problem.ENCRYPTED, id="a password"),
        pytest.param(zipped({"a.txt": b"1"})[:-30], Problem.UNPARSABLE, id="no directory"),
        pytest.param(zipped({str(n): b"" for n in range(30)}), Problem.TOO_COSTLY, id="more parts than are opened"),
        pytest.param(zipped({"a.txt": bytes(60_000)}), Problem.TOO_COSTLY, id="grows too large"),
        pytest.param(overlapping(), Problem.UNPARSABLE, id="members that are not where they should be"),
    ],
)
def test_what_cannot_be_read_to_its_end_is_not_read(content: bytes, problem: Problem) -> None:
    found = opened(content, CAPS)
    assert isinstance(found, Unchecked)
    assert found.problem is problem


@pytest.mark.parametrize(
    ("uri", "folder", "name"),
    [
        pytest.param("content.xml", "", "content.xml", id="a file of the root"),
        pytest.param("/word/a.xml?ContentType=text/xml", "x", "word/a.xml", id="from the root, with a content type"),
        pytest.param("../media/a.png", "word/b", "word/media/a.png", id="beside the folder"),
        pytest.param("./a%20b.xml#x", "", "a b.xml", id="escaped"),
        pytest.param("Qu%E1%BB%91c.txt", "", "Quốc.txt", id="UTF-8, escaped"),
        pytest.param("a+b.txt", "", "a+b.txt", id="a plus is a plus"),
        pytest.param("../a.xml", "", None, id="above the root"),
        pytest.param("http://host.test/a.xml", "", None, id="an address"),
        pytest.param("file:///etc/passwd", "", None, id="a file of the machine"),
        pytest.param("//host.test/a.xml", "", None, id="another host"),
        pytest.param("", "", None, id="nothing"),
    ],
)
def test_a_reference_stays_within_the_package(uri: str, folder: str, name: str | None) -> None:
    assert name_of(uri, folder) == name


ROWS = relationships(("rId2", "t:styles", "s.xml"), ("rId10", "t:image", "m.png"), ("rId1", "t:image", "n.png"))


@pytest.mark.parametrize(
    ("selection", "ids"),
    [
        pytest.param(
            Selection(frozenset({"rId2", "rId10"}), frozenset()), ["rId10", "rId2"], id="by Id, letter by letter"
        ),
        pytest.param(Selection(frozenset(), frozenset({"t:image"})), ["rId1", "rId10"], id="by type"),
        pytest.param(Selection(frozenset(), frozenset()), [], id="none"),
    ],
)
def test_selected_relationships_are_digested_in_one_form(selection: Selection, ids: list[str]) -> None:
    made = transformed(ROWS.replace(b"/><", b"/>\n  <!-- c --><"), selection)
    assert made == selected(ROWS, *ids)
    assert [one.id for one in relationships_of(made)] == ids


def test_xmlsec_digests_the_same_relationships() -> None:
    namespace = "http://schemas.openxmlformats.org/package/2006/digital-signature"
    references = "".join(
        f'<p:RelationshipReference xmlns:p="{namespace}" SourceId="{one}"/>' for one in ("rId2", "rId10")
    )
    steps = (f'<Transform Algorithm="{TRANSFORM}">{references}</Transform>', xmlsec.C14N)
    made = xmlsec.sign(xmlsec.template(xmlsec.reference("a.rels", *steps)), beside=(("a.rels", ROWS),))
    ours = transformed(ROWS, Selection(frozenset({"rId2", "rId10"}), frozenset()))
    assert f"<DigestValue>{digest(ours)}</DigestValue>".encode() in made


def test_two_relationships_of_one_id_are_not_read() -> None:
    with pytest.raises(ValueError, match="one Id"):
        relationships_of(relationships(("rId1", "t", "a"), ("rId1", "t", "b")))
