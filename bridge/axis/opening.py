"""Opens the axis that a table of the settings names."""

from datetime import UTC, datetime
from pathlib import Path
from typing import assert_never

from bridge.axis.folder import Folder
from bridge.axis.protocol import Axis
from bridge.axis.settings import AxisSettings, FolderAxis, VxpAxis
from bridge.axis.vxp import Vxp
from store.errors import Unavailable


def open_axis(settings: AxisSettings) -> Axis:
    """The axis.

    Raises:
        Unavailable: its secret cannot be read.
    """
    match settings:
        case FolderAxis():
            return Folder(settings)
        case VxpAxis():
            secret = read_secret(settings.secret_file, f"[[axis]] {settings.name}")
            return Vxp(settings, secret, lambda: datetime.now(UTC))
        case _:
            assert_never(settings)


def read_secret(file: Path, whose: str) -> bytes:
    """The secret in a file, without the line's end.

    Raises:
        Unavailable: it cannot be read, or is empty.
    """
    try:
        secret = file.read_bytes().strip()
    except OSError as error:
        raise Unavailable(f"{whose} secret_file: {error.strerror}") from error
    if not secret:
        raise Unavailable(f"{whose} secret_file: is empty")
    return secret
