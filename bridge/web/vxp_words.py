"""What we answer to VXP calls: JSON in ASCII, every time with the three texts that VNPT's SDK looks for.

The HTTP status is 200 throughout: the SDK takes nothing from another one, and reads some as no answer at all.
The codes are those of a provincial variant; the national platform's are not published.
"""

import json
from enum import StrEnum
from typing import Any

from starlette.responses import JSONResponse


class Code(StrEnum):
    """ErrorCode."""

    OK = "0"
    BAD_FILE = "10"
    STRANGER = "15"
    SENDER_UNKNOWN = "19"
    SYSTEM = "20"
    NO_SUCH = "21"
    NOT_EDXML = "22"
    QUOTA = "29"
    WRONG_CALL = "30"


class Refusal(Exception):  # noqa: N818  it is an answer
    """The call is answered with FAIL."""

    def __init__(self, code: Code, says: str) -> None:
        super().__init__(says)
        self.code = code
        self.says = says


def well(**members: Any) -> JSONResponse:  # noqa: ANN401  as JSON has them
    """OK."""
    return _answer("OK", Code.OK, "", members)


def failed(code: Code, says: str) -> JSONResponse:
    """FAIL, with what lists and `sendEdoc` are looked for by: never null, never missing."""
    return _answer("FAIL", code, says, {"DocId": "", "data": []})


def _answer(status: str, code: Code, says: str, members: dict[str, Any]) -> JSONResponse:
    return _Ascii({"status": status, "ErrorCode": str(code), "ErrorDesc": says, **members})


class _Ascii(JSONResponse):
    """`sendEdoc`'s answer is read as US-ASCII."""

    def render(self, content: Any) -> bytes:  # noqa: ANN401  as JSON has it
        """The octets."""
        return json.dumps(content, ensure_ascii=True, separators=(",", ":")).encode("ascii")
