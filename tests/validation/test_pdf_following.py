"""What may follow a certified signature, rule by rule, and what takes its shape.

Every file is made here: a certified document, one more revision, and the word that is said of it.
"""

import io
from collections.abc import Callable

import pytest
from pyhanko.pdf_utils import generic
from pyhanko.pdf_utils.generic import pdf_name
from pyhanko.pdf_utils.incremental_writer import IncrementalPdfFileWriter
from pyhanko.sign.fields import MDPPerm

from bridge.demo.pki import Pki
from bridge.demo.signing import SEAL_STAMP, Stamp, sign_pdf
from tests.validation import forging
from validation.codes import Code
from validation.evidence import Evidence
from validation.pdf_signatures import signatures_of
from validation.signature import Signature
from validation.signature_observations import SignatureReading

Change = Callable[[IncrementalPdfFileWriter], None]
ANNOTATE, FORMS, NOTHING = MDPPerm.ANNOTATE, MDPPerm.FILL_FORMS, MDPPerm.NO_CHANGES


def page_of(writer: IncrementalPdfFileWriter) -> generic.DictionaryObject:
    """The first page."""
    page = writer.root["/Pages"]["/Kids"][0].get_object()
    assert isinstance(page, generic.DictionaryObject)
    return page


def number_of(value: int) -> generic.NumberObject:
    """A number as the library writes it."""
    return generic.NumberObject(value)  # type: ignore[no-untyped-call]


def annotation(kind: str, box: tuple[int, int, int, int], **entries: generic.PdfObject) -> generic.DictionaryObject:
    """An annotation; `entries` are given without their slash."""
    found = generic.DictionaryObject({pdf_name("/Type"): pdf_name("/Annot"), pdf_name("/Subtype"): pdf_name(kind)})  # type: ignore[no-untyped-call]
    found[pdf_name("/Rect")] = generic.ArrayObject(map(number_of, box))
    found[pdf_name("/Contents")] = generic.pdf_string("ghi chú")
    for name, value in entries.items():
        found[pdf_name(f"/{name}")] = value
    return found


def adds(kind: str, box: tuple[int, int, int, int] = (60, 700, 90, 730), **entries: generic.PdfObject) -> Change:
    """A revision with one annotation more."""

    def change(writer: IncrementalPdfFileWriter) -> None:
        page = page_of(writer)
        listed = list(page.raw_get("/Annots")) if "/Annots" in page else []
        listed.append(writer.add_object(annotation(kind, box, **entries)))
        page[pdf_name("/Annots")] = generic.ArrayObject(listed)
        writer.update_container(page)

    return change


def dictionary(**entries: generic.PdfObject) -> generic.DictionaryObject:
    """A direct dictionary; names without their slash."""
    return generic.DictionaryObject({pdf_name(f"/{name}"): value for name, value in entries.items()})  # type: ignore[no-untyped-call]


def drops_annotations(writer: IncrementalPdfFileWriter) -> None:
    """No annotation is left on the page; the fields stay in the form."""
    page = page_of(writer)
    del page[pdf_name("/Annots")]
    writer.update_container(page)


def fills_emptily(writer: IncrementalPdfFileWriter) -> None:
    """Another look for the same value: shadow replacement."""
    fields = writer.root["/AcroForm"]["/Fields"]
    field = next(one.get_object() for one in fields if one.get_object()["/T"] == "so_tien")
    look = generic.StreamObject(stream_data=b"BT /F1 12 Tf (999999) Tj ET")
    field[pdf_name("/AP")] = dictionary(N=writer.add_object(look))
    writer.update_container(field)


def removes_field(writer: IncrementalPdfFileWriter) -> None:
    """The form without its amount."""
    form = writer.root["/AcroForm"]
    kept = [one for one in form["/Fields"] if one.get_object()["/T"] != "so_tien"]
    form[pdf_name("/Fields")] = generic.ArrayObject(kept)
    writer.update_container(form)


def opens_script(writer: IncrementalPdfFileWriter) -> None:
    """A script that runs when the document is opened."""
    writer.root[pdf_name("/OpenAction")] = dictionary(S=pdf_name("/JavaScript"), JS=generic.pdf_string("app.alert(1)"))
    writer.update_root()  # type: ignore[no-untyped-call]


def rewrites_content(writer: IncrementalPdfFileWriter) -> None:
    """The page's content stream under a new number, with other octets."""
    page = page_of(writer)
    page[pdf_name("/Contents")] = writer.add_object(generic.StreamObject(stream_data=b"BT ET"))
    writer.update_container(page)


def copies_resources(writer: IncrementalPdfFileWriter) -> None:
    """The page's resources under a new number, equal."""
    page = page_of(writer)
    old = page["/Resources"]
    page[pdf_name("/Resources")] = writer.add_object(generic.DictionaryObject({k: old.raw_get(k) for k in old}))  # type: ignore[no-untyped-call]
    writer.update_container(page)


def read(pdf: bytes, evidence: Evidence, *, number_stamp: bool = False) -> tuple[Signature, SignatureReading]:
    """The first signature, and all that is told."""
    reading = signatures_of(pdf, evidence, number_stamp=number_stamp)
    return reading.signatures[0], reading


RED_BORDER = dictionary(W=number_of(40))
URI = dictionary(S=pdf_name("/URI"), URI=generic.pdf_string("https://so.test/"))
SCRIPT = dictionary(S=pdf_name("/JavaScript"), JS=generic.pdf_string("app.alert(1)"))

PERMITTED: dict[str, tuple[MDPPerm | None, Change, str]] = {
    "a comment where the certification permits annotations": (ANNOTATE, adds("/Text"), "annotation"),
    "a link there": (ANNOTATE, adds("/Link", (60, 60, 400, 90), A=URI), "annotation"),
    "an underline there": (ANNOTATE, adds("/Underline", (60, 60, 400, 90)), "annotation"),
    "annotations taken away there": (ANNOTATE, drops_annotations, "annotation"),
    "an equal copy of the resources": (None, copies_resources, "metadata"),
    "the same under a certification that permits nothing": (NOTHING, copies_resources, "metadata"),
}
FORBIDDEN: dict[str, tuple[MDPPerm | None, Change]] = {
    "a comment that nobody permits": (None, adds("/Text")),
    "a comment where only forms are permitted": (FORMS, adds("/Text")),
    "annotations taken away where only forms are permitted": (FORMS, drops_annotations),
    "free text over the page": (ANNOTATE, adds("/FreeText", (60, 300, 500, 500))),
    "a stamp over the page": (ANNOTATE, adds("/Stamp", (60, 300, 500, 500))),
    "a redaction": (ANNOTATE, adds("/Redact", (60, 300, 500, 330))),
    "a filled square": (ANNOTATE, adds("/Square", (60, 300, 500, 330), IC=generic.ArrayObject())),
    "a line as thick as a paragraph": (ANNOTATE, adds("/Line", (60, 300, 500, 330), BS=RED_BORDER)),
    "a highlight with a look of its own": (ANNOTATE, adds("/Highlight", (60, 300, 500, 330), AP=dictionary())),
    "a link that runs a script": (ANNOTATE, adds("/Link", (60, 60, 400, 90), A=SCRIPT)),
    "a widget of no field": (ANNOTATE, adds("/Widget", (60, 300, 500, 330))),
    "other content on the page": (ANNOTATE, rewrites_content),
    "a script at opening": (ANNOTATE, opens_script),
}


@pytest.mark.parametrize(
    ("certify", "change", "word"), [pytest.param(*given, id=name) for name, given in PERMITTED.items()]
)
def test_a_permitted_change_is_named(
    certify: MDPPerm | None, change: Change, word: str, pki: Pki, plain: bytes, evidence: Evidence
) -> None:
    """Sound; and what a reader sees is told as something to look at."""
    signed = sign_pdf(plain, pki.agency, "Sig1", certify=certify, stamp=SEAL_STAMP)
    signature, reading = read(forging.appended(signed, change), evidence)
    assert (signature.sound, signature.detail) == (True, "")
    told = {one.code: one.evidence.get("change") for one in reading.observations}
    code = Code.SIGNATURE_CHANGED_VISIBLY if word == "annotation" else Code.SIGNATURE_CHANGED_PERMITTED
    assert told[code] == word


@pytest.mark.parametrize(("certify", "change"), [pytest.param(*given, id=name) for name, given in FORBIDDEN.items()])
def test_any_other_change_is_not_permitted(
    certify: MDPPerm | None, change: Change, pki: Pki, plain: bytes, evidence: Evidence
) -> None:
    """The bytes are intact, and the word is never another than changed after signing."""
    signed = sign_pdf(plain, pki.agency, "Sig1", certify=certify, stamp=SEAL_STAMP)
    signature, _ = read(forging.appended(signed, change), evidence)
    assert (signature.sound, signature.reason, signature.integrity) == (False, "changed-after-signing", "intact")


FILLS: dict[str, tuple[MDPPerm | None, Change, bool]] = {
    "a form that its certification lets fill": (FORMS, forging.fill_amount, True),
    "a form that permits more": (ANNOTATE, forging.fill_amount, True),
    "a form that permits nothing": (NOTHING, forging.fill_amount, False),
    "a form that nobody certified": (None, forging.fill_amount, False),
    "a look that belongs to no value": (FORMS, fills_emptily, False),
    "a field taken away": (ANNOTATE, removes_field, False),
}


@pytest.mark.parametrize(
    ("certify", "change", "sound"), [pytest.param(*given, id=name) for name, given in FILLS.items()]
)
def test_forms_are_filled_where_somebody_certified_that(
    certify: MDPPerm | None, change: Change, sound: bool, pki: Pki, evidence: Evidence
) -> None:
    """And then it is told as something to look at."""
    signed = sign_pdf(forging.form(), pki.business, "Sig1", certify=certify)
    signature, reading = read(forging.appended(signed, change), evidence)
    assert signature.sound is sound
    assert (Code.SIGNATURE_CHANGED_VISIBLY in {one.code for one in reading.observations}) is sound


@pytest.mark.parametrize(
    ("certify", "stamp", "sound"),
    [
        pytest.param(None, SEAL_STAMP, True, id="a seal after an approval"),
        pytest.param(ANNOTATE, SEAL_STAMP, True, id="a seal where annotations are permitted"),
        pytest.param(FORMS, None, True, id="a signature without a picture where forms are permitted"),
        pytest.param(FORMS, SEAL_STAMP, False, id="a seal where only forms are permitted"),
        pytest.param(None, Stamp((0, 100, 590, 800), b"1 g 0 0 590 700 re f"), False, id="a seal over all the page"),
    ],
)
def test_a_further_signature_may_not_hide_the_page(
    certify: MDPPerm | None, stamp: Stamp | None, sound: bool, pki: Pki, plain: bytes, evidence: Evidence
) -> None:
    """The "sneaky signature" attack on certified documents is a signature field over the page."""
    signed = sign_pdf(plain, pki.official, "Sig1", certify=certify)
    signature, _ = read(sign_pdf(signed, pki.agency, "Sig2", stamp=stamp), evidence)
    assert signature.sound is sound


STAMP = adds("/Stamp", (90, 760, 250, 800))


@pytest.mark.parametrize(
    ("allowed", "change", "signs", "sound"),
    [
        pytest.param(True, STAMP, True, True, id="number and date at the head, then the body's signature"),
        pytest.param(False, STAMP, True, False, id="the office has not allowed it"),
        pytest.param(True, STAMP, False, False, id="nobody signed after it"),
        pytest.param(True, adds("/Stamp", (90, 100, 250, 140)), True, False, id="at the foot of the page"),
        pytest.param(True, adds("/Stamp", (20, 430, 580, 830)), True, False, id="too large"),
        pytest.param(True, adds("/Stamp", (90, 760, 250, 800), A=SCRIPT), True, False, id="with a script"),
    ],
)
def test_the_clerk_puts_number_and_date_between_two_signatures(
    allowed: bool, change: Change, signs: bool, sound: bool, pki: Pki, plain: bytes, evidence: Evidence
) -> None:
    """The person signs, the clerk numbers, the body signs: by setting alone, and always to be looked at."""
    pdf = forging.appended(sign_pdf(plain, pki.official, "Sig1"), change)
    signature, reading = read(sign_pdf(pdf, pki.agency, "Sig2") if signs else pdf, evidence, number_stamp=allowed)
    assert signature.sound is sound
    told = [one.evidence["change"] for one in reading.observations if one.code is Code.SIGNATURE_CHANGED_VISIBLY]
    assert told == (["further-signature, number-stamp"] if sound else [])


@pytest.mark.parametrize("generation", [0, 7])
def test_a_number_freed_under_a_generation_it_never_had_is_a_change(
    generation: int, once: bytes, evidence: Evidence
) -> None:
    """Some readers take the object for gone, others do not."""
    content = page_of(IncrementalPdfFileWriter(io.BytesIO(once))).raw_get("/Contents")
    prev = once[once.rindex(b"startxref") + 9 :].split()[0]
    root = b"%d 0 R" % IncrementalPdfFileWriter(io.BytesIO(once)).root_ref.idnum
    size = int(once[once.rindex(b"/Size") + 5 :].split()[0])
    table = b"xref\n0 1\n0000000000 65535 f \n%d 1\n0000000000 %05d f \n" % (content.idnum, generation)
    trailer = b"trailer\n<< /Size %d /Root %s /Prev %s >>\nstartxref\n%d\n%%%%EOF\n" % (size, root, prev, len(once))
    signature, _ = read(once + table + trailer, evidence)
    assert signature.sound is not True


def test_ten_signatures_are_judged_in_proportion(pki: Pki, plain: bytes, evidence: Evidence) -> None:
    """Each is sound, all but the last with further signatures after it; each revision is compared once."""
    signed = plain
    for number in range(10):
        signed = sign_pdf(signed, pki.agency, f"Sig{number}")
    reading = signatures_of(signed, evidence)
    assert [one.sound for one in reading.signatures] == [True] * 10
    assert [one.coverage for one in reading.signatures] == ["then-permitted-changes"] * 9 + ["whole"]


def test_a_file_that_asks_for_too_much_comparing_is_told_as_too_costly(pki: Pki, evidence: Evidence) -> None:
    """Thousands of revisions over a page that changes in each: an end is made, and it is told."""
    signed = sign_pdf(forging.form(), pki.agency, "Sig1")
    reader = IncrementalPdfFileWriter(io.BytesIO(signed))
    number, root = len(reader.prev.xrefs.explicit_refs_in_revision(0)) + 40, reader.root_ref.idnum
    pieces, place, prev = [signed], len(signed), int(signed[signed.rindex(b"startxref") + 9 :].split()[0])
    for _ in range(2_000):
        body = b"%d 0 obj null endobj\n" % number
        table = b"xref\n%d 1\n%010d 00000 n \n" % (number, place)
        trailer = b"trailer\n<< /Size %d /Root %d 0 R /Prev %d >>\n" % (number + 1, root, prev)
        prev = place + len(body)
        pieces.append(body + table + trailer + b"startxref\n%d\n%%%%EOF\n" % prev)
        place += len(pieces[-1])
    (signature,) = signatures_of(b"".join(pieces), evidence).signatures
    assert (signature.sound, signature.reason) == (None, "too-costly")
