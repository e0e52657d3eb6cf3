"""The peer of the pipeline: the stdlib's `email` and pyHanko as it comes, for the same mails and the same anchors.

It does less than the pipeline: no guard, no fields, no routing, no envelope.
"""

import io
from collections.abc import Iterator
from email import message_from_bytes
from email.policy import default

from asn1crypto import crl, x509
from pyhanko.pdf_utils.reader import PdfFileReader
from pyhanko.sign.validation import validate_pdf_signature
from pyhanko_certvalidator import ValidationContext

from validation.evidence import Evidence


def attachments(raw: bytes) -> Iterator[bytes]:
    """What a mail carries, decoded."""
    for part in message_from_bytes(raw, policy=default).walk():
        content = part.get_payload(decode=True) if part.get_filename() else None
        if isinstance(content, bytes):
            yield content


def valid(raw: bytes, evidence: Evidence) -> bool:
    """Whether every signature of every attachment is intact and trusted, each in a context of its own."""
    papers = list(attachments(raw))
    return bool(papers) and all(valid_pdf(content, evidence) for content in papers)


def valid_pdf(content: bytes, evidence: Evidence) -> bool:
    """The same of one PDF."""
    judged = [
        status.bottom_line
        for signature in PdfFileReader(io.BytesIO(content)).embedded_signatures
        for status in [
            validate_pdf_signature(
                signature, signer_validation_context=_context(evidence), ts_validation_context=_context(evidence)
            )
        ]
    ]
    return bool(judged) and all(judged)


def _context(evidence: Evidence) -> ValidationContext:
    trust = evidence.trust
    return ValidationContext(
        trust_roots=[x509.Certificate.load(anchor.certificate) for anchor in trust.anchors],
        other_certs=[x509.Certificate.load(der) for der in trust.intermediates],
        crls=[crl.CertificateList.load(der) for der in trust.crls],
        moment=evidence.moment,
        allow_fetching=False,
        revocation_mode="require",
    )
