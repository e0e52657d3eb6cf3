"""One signature dictionary as pyHanko's coverage and lock rules see it, whatever its /Contents hold.

Promise: everything about revisions and ranges is pyHanko's own.  Its constructor wants a CMS container with exactly one
signer; here nothing of /Contents is read before it is asked for, so that several signers and bare RSA values
(adbe.x509.rsa_sha1) are judged by the same rules.
"""

from datetime import datetime

from asn1crypto import cms
from pyhanko.pdf_utils import generic
from pyhanko.pdf_utils.reader import PdfFileReader
from pyhanko.sign.validation.pdf_embedded import EmbeddedPdfSignature, extract_contents

from validation.digests import digest_of


class Embedded(EmbeddedPdfSignature):
    """The signature in the field `holder` of that name, whose reference is `own`.  Raises where there is none."""

    def __init__(
        self, reader: PdfFileReader, holder: generic.DictionaryObject, own: generic.IndirectObject, name: str
    ) -> None:
        # Not the base's: see the module's promise.
        self.reader = reader
        self.sig_field = holder
        value = holder.raw_get("/V")
        # A dictionary that stands in its field itself is as old as the field.
        reference = value if isinstance(value, generic.IndirectObject) else own
        self.sig_object = value.get_object()
        self.byte_range = self.sig_object.raw_get("/ByteRange")
        self.pkcs7_content = extract_contents(self.sig_object)
        self.signed_revision = reader.xrefs.get_last_change(reference.reference)
        self.external_digests: dict[str, bytes] = {}
        self._docmdp_queried = self._fieldmdp_queried = False
        self._docmdp = self._fieldmdp = None
        self.fq_name = name

    def compute_digest(self, hash_algo: str | None = None) -> bytes:
        """The digest of the range.  The base's knows fewer algorithms."""
        name = str(hash_algo)
        if name not in self.external_digests:
            first, length, second, rest = (int(number) for number in self.byte_range)
            octets = memoryview(self.reader.stream.getvalue())
            self.external_digests[name] = digest_of(
                name, octets[first : first + length], octets[second : second + rest]
            )
        return self.external_digests[name]

    @property
    def container(self) -> cms.SignedData:
        """What /Contents hold, where they hold CMS.  Call it by `attempt`."""
        return cms.ContentInfo.load(self.pkcs7_content)["content"]

    @property
    def written(self) -> datetime | None:
        """/M, the time that the signer's program wrote.  Call it by `attempt`."""
        if "/M" not in self.sig_object:
            return None
        found = generic.parse_pdf_date(self.sig_object["/M"], strict=False)
        return found if isinstance(found, datetime) and found.tzinfo is not None else None
