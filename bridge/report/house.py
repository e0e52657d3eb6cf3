"""The office's part in its reports, from its settings."""

from bridge.report.bundle import House
from bridge.settings import Settings


def house_of(settings: Settings | None) -> House:
    """What the settings say; where there are none, as `check` may be called, nothing besides the law."""
    if settings is None:
        return House()
    return House(settings.report, settings.office.time_zone, settings.receipts.templates, settings.evidence.proxy)
