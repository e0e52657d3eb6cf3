"""Open a PDF for its signatures: the fields that are filled, the revisions, and what no field explains.

Strictly first; leniently where strictness fails or the file is a hybrid, and then it is said. A signature
that the library would drop in silence is never dropped here: fields are enumerated by us, and every
/ByteRange in the raw bytes that no field owns is a stray, reported as a signature that could not be
checked.
"""

import re
from dataclasses import dataclass

from asn1crypto import crl, ocsp, x509
from pyhanko.pdf_utils import generic
from pyhanko.pdf_utils.crypt import PdfKeyNotAvailableError, StandardSecurityHandler
from pyhanko.pdf_utils.decode_limits import DecodePurpose
from pyhanko.pdf_utils.form_tools import enumerate_fields_in
from pyhanko.pdf_utils.reader import PdfFileReader

from validation.certificate_known import known
from validation.foreign import Unchecked, attempt
from validation.pdf_guard import Section
from validation.pdf_history import History
from validation.pdf_permission import Granted, granted
from validation.pdf_reader import RevisionReader
from validation.pdf_revision import TooCostly
from validation.signature import Problem
from validation.trust import Carried

_BYTE_RANGE = re.compile(rb"/ByteRange[\x00\t\n\x0c\r ]*\[([^\]]{0,200})\]?")

_REVISIONS = 500  #: of one file; each look-up asks them one after the other


@dataclass(frozen=True, slots=True)
class Field:
    """A filled signature field."""

    name: str
    dictionary: generic.DictionaryObject  #: the signature dictionary
    reference: generic.IndirectObject  #: the field's own

    @property
    def holder(self) -> generic.DictionaryObject:
        """The field's own dictionary."""
        found = self.reference.get_object()  # type: ignore[no-untyped-call]
        if not isinstance(found, generic.DictionaryObject):
            raise TypeError("a field is a dictionary")
        return found

    @property
    def revision(self) -> int:
        """The last revision that wrote the signature dictionary, or the field that it stands in."""
        value = self.holder.raw_get("/V")
        place = value if isinstance(value, generic.IndirectObject) else self.reference
        return int(place.get_pdf_handler().xrefs.get_last_change(place.reference))  # type: ignore[no-untyped-call]

    @property
    def sub_filter(self) -> str:
        """The encoding of the signature, "" = none named."""
        return str(self.dictionary["/SubFilter"]) if "/SubFilter" in self.dictionary else ""


@dataclass(frozen=True, slots=True)
class Opened:
    """A PDF that could be read, at least as far as its signatures."""

    content: bytes
    reader: PdfFileReader
    leniently: bool
    fields: tuple[Field | Unchecked, ...]
    sections: tuple[Section, ...]
    strays: tuple[int, ...]  #: offsets of /ByteRange entries that no field owns
    carried: Carried  #: from the document security store
    two_readings: bool  #: a hybrid whose two tables disagree
    history: History  #: what each revision changed
    grants: tuple[Granted, ...] | Unchecked  #: what the signers permit to follow


def claims_signature(content: bytes) -> bool:
    """Does anything in the raw bytes look like a signature's range?"""
    return _BYTE_RANGE.search(content) is not None


def open_pdf(content: bytes, *, leniently: bool) -> Opened | Unchecked:
    """Read `content`; an encrypted file is tried with the empty password, which opens many."""
    return attempt(_open, content, leniently)


def _open(content: bytes, leniently: bool) -> Opened:
    reader = RevisionReader(content, strict=not leniently)
    if reader.xrefs.total_revisions > _REVISIONS:
        raise TooCostly
    if reader.encrypted:
        if not isinstance(reader.security_handler, StandardSecurityHandler):
            raise PdfKeyNotAvailableError("encrypted for a recipient's key")
        reader.decrypt("")
    if not leniently and reader.xrefs.hybrid_xrefs_present:
        # ISO 32000-2 section 7.5.8.4: two tables, one for old readers and one for new; read leniently, and say so.
        raise NotImplementedError("hybrid")
    fields = tuple(_fields(reader))
    return Opened(
        content=content,
        reader=reader,
        leniently=leniently,
        fields=fields,
        sections=_sections(reader),
        strays=_strays(content, reader, fields),
        carried=_carried(reader),
        two_readings=_tables_disagree(reader),
        history=History(reader),
        grants=attempt(_grants, fields),
    )


def _fields(reader: PdfFileReader) -> list[Field | Unchecked]:
    found: list[Field | Unchecked] = []
    try:
        listed = reader.root["/AcroForm"]["/Fields"]
    except KeyError:
        return found
    for name, value, reference in enumerate_fields_in(  # type: ignore[no-untyped-call]
        listed, filled_status=True, refs_seen=set(), target_field_type="/Sig"
    ):
        dictionary = attempt(value.get_object)
        if isinstance(dictionary, generic.DictionaryObject):
            found.append(Field(str(name), dictionary, reference))
        else:
            found.append(Unchecked(Problem.UNPARSABLE, "a signature field holds no dictionary"))
    return found


def _grants(fields: tuple[Field | Unchecked, ...]) -> tuple[Granted, ...]:
    filled = [field for field in fields if isinstance(field, Field)]
    return tuple(Granted(field.revision, granted(field.dictionary, field.holder)) for field in filled)


def _sections(reader: PdfFileReader) -> tuple[Section, ...]:
    chain = (reader.xrefs.get_xref_container_info(n) for n in range(reader.xrefs.total_revisions))
    return tuple(Section(info.start_location, info.declared_startxref) for info in chain)


def _strays(content: bytes, reader: PdfFileReader, fields: tuple[Field | Unchecked, ...]) -> tuple[int, ...]:
    owned = {_range_of(field.dictionary) for field in fields if isinstance(field, Field)}
    owned |= _ranges_of_no_signature(reader)
    ranges = ((match.start(), _numbers(match.group(1))) for match in _BYTE_RANGE.finditer(content))
    return tuple(offset for offset, numbers in ranges if numbers not in owned)


def _ranges_of_no_signature(reader: PdfFileReader) -> set[tuple[str, ...]]:
    """Ranges that are nobody's signature.

    Usage rights (ISO 32000-2 section 12.8.2.3) are the producer's licence to a viewer; an authentication code
    (ISO 32004) is made with the key of the file's own encryption.
    """
    found = [attempt(lambda: _range_of(reader.root["/Perms"]["/UR3"]))]
    for revision in range(reader.xrefs.total_revisions):
        trailer = attempt(reader.trailer.flatten, revision)
        if not isinstance(trailer, Unchecked) and "/AuthCode" in trailer:
            found.append(attempt(_range_of, trailer["/AuthCode"]))
    return {numbers for numbers in found if not isinstance(numbers, Unchecked)}


def _numbers(text: bytes) -> tuple[str, ...]:
    """The numbers of a /ByteRange as text, without the zeros that writers pad them with."""
    return tuple(word.decode("latin-1").lstrip("0") for word in text.split())


def _range_of(dictionary: generic.DictionaryObject) -> tuple[str, ...]:
    values = attempt(lambda: dictionary["/ByteRange"])
    if not isinstance(values, generic.ArrayObject):
        return ()
    return tuple(str(value).lstrip("0") for value in values)


def _tables_disagree(reader: PdfFileReader) -> bool:
    """Does a hybrid section place one object differently in its table and in its stream?

    Then old and new readers see two documents (ISO 32000-2 section 7.5.8.4 hides objects from old readers; it does
    not give them another place).
    """
    for number in range(reader.xrefs.total_revisions):
        table = reader.xrefs.get_xref_data(number)
        if table.hybrid is None:
            continue
        stream = table.hybrid.xref_data
        for identity, _ in table.explicit_refs_in_revision & stream.explicit_refs_in_revision:
            places = [
                (data.standard_xrefs.get(identity), data.xrefs_in_objstm.get(identity)) for data in (table, stream)
            ]
            if places[0] != places[1]:
                return True
    return False


def _carried(reader: PdfFileReader) -> Carried:
    """The document security store (PAdES, ETSI EN 319 142-1 section 5.4.2); a broken one helps nobody."""
    dss = attempt(_read_dss, reader)
    return Carried() if isinstance(dss, Unchecked) else dss


def _read_dss(reader: PdfFileReader) -> Carried:
    try:
        store = reader.root["/DSS"]
    except KeyError:
        return Carried()

    def octets(name: str, purpose: DecodePurpose) -> list[bytes]:
        listed = store[name] if name in store else ()  # noqa: SIM401 - resolves references only when indexed
        return [listed[number].read_data(purpose) for number in range(len(listed))]

    certificates = {
        one.issuer_serial: one for one in map(x509.Certificate.load, octets("/Certs", DecodePurpose.CERTIFICATE))
    }
    crls = [crl.CertificateList.load(one) for one in octets("/CRLs", DecodePurpose.CRL)]
    ocsps = [ocsp.OCSPResponse.load(one) for one in octets("/OCSPs", DecodePurpose.OCSP_RESPONSE)]
    return Carried(tuple(map(known, certificates.values())), tuple(crls), tuple(ocsps))
