"""Which file holds the settings: a question that `check` asks before it loads what reads them.

Order of places: `--config FILE`, else DOCBRIDGE_CONFIG, else ./docbridge.toml (contract, "Settings").
"""

import os
from collections.abc import Mapping
from pathlib import Path


def located(config: Path | None, environment: Mapping[str, str] = os.environ) -> Path:
    """The settings file to read, whether or not it is there."""
    return config or Path(environment.get("DOCBRIDGE_CONFIG") or "docbridge.toml")
