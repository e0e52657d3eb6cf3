"""The seal of PDF receipts, and whoever is told of storms: can the one sign, is the other named?"""

from collections.abc import Iterator
from datetime import datetime, timedelta

from bridge.doctor.checkup import Checkup, ok, problem, warning
from bridge.settings import Settings

_SOON = timedelta(days=30)


def seal(settings: Settings, now: datetime) -> Iterator[Checkup]:
    """Can receipts be sealed?"""
    from bridge.letters.seal import UnfitSealError, seal_of
    from bridge.report.pdf import missing

    receipts = settings.receipts
    if receipts.seal_certificate is None or receipts.seal_key is None:
        yield warning(
            "receipt seal", "receipts go out without a sealed PDF", "set [receipts] seal_certificate and seal_key"
        )
    else:
        try:
            found = seal_of(receipts.seal_certificate, receipts.seal_key, now)
        except UnfitSealError as unfit:
            yield problem("receipt seal", str(unfit), "renew the certificate, or correct [receipts] seal_…")
        else:
            until = found.certificate.not_valid_after_utc
            if until - now < _SOON:
                yield warning("receipt seal", f"ends on {until:%Y-%m-%d}", "renew the certificate")
            else:
                yield ok("receipt seal", f"until {until:%Y-%m-%d}")
        if lacking := missing():
            yield problem("receipt PDF", f"cannot be written: {lacking}", "install the libraries of WeasyPrint (Pango)")
    if settings.office.administrator:
        yield ok("administrator", "is told of storms of mail and of letters that were lost")
    else:
        says = "nobody is told when a storm of mail is damped, or a letter sent by hand is lost"
        yield warning("administrator", says, 'set [office] administrator = "address"')
