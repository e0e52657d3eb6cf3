"""Why a letter did not arrive, as a clerk reads it: from the enhanced code of RFC 3463 to a class and a sentence.

Promise: pure; every code has an answer, an unknown one that of its subject or its class; nothing of what the peer
wrote is in it.
"""

from dataclasses import dataclass
from typing import Literal

Class = Literal["hard", "soft", "policy"]


@dataclass(frozen=True, slots=True)
class Reason:
    """Why, and of what kind that is."""

    kind: Class  #: hard: this address will never do; soft: it may do later; policy: they do not want it
    says: str  #: Vietnamese, half a sentence without its full stop


_POLICY = "hệ thống nhận từ chối theo chính sách bảo mật hoặc chống thư rác"
_NO_ROUTE = "không tìm được đường đến máy chủ thư của người nhận"
_NO_ANSWER = "máy chủ thư của người nhận không trả lời"

# RFC 3463 section 3 and the register of enhanced codes (RFC 5248), by "subject.detail".
_BY_DETAIL: dict[str, Reason] = {
    "1.1": Reason("hard", "địa chỉ người nhận không tồn tại"),
    "1.2": Reason("hard", "tên miền của người nhận không tồn tại"),
    "1.3": Reason("hard", "địa chỉ người nhận viết sai"),
    "1.4": Reason("soft", "địa chỉ người nhận không xác định được duy nhất"),
    "1.6": Reason("hard", "người nhận đã chuyển sang địa chỉ khác"),
    "1.7": Reason("policy", "hệ thống nhận không chấp nhận địa chỉ gửi"),
    "1.8": Reason("policy", "hệ thống nhận không chấp nhận tên miền gửi"),
    "1.10": Reason("hard", "tên miền của người nhận không nhận thư"),
    "2.0": Reason("soft", "hộp thư của người nhận đang có trục trặc"),
    "2.1": Reason("soft", "hộp thư của người nhận đang bị khóa"),
    "2.2": Reason("soft", "hộp thư của người nhận đã đầy"),
    "2.3": Reason("soft", "thư quá lớn đối với hộp thư của người nhận"),
    "3.0": Reason("soft", "hệ thống nhận đang có trục trặc"),
    "3.1": Reason("soft", "hệ thống nhận hết chỗ chứa"),
    "3.2": Reason("soft", "hệ thống nhận tạm ngừng nhận thư"),
    "3.4": Reason("soft", "thư quá lớn đối với hệ thống nhận"),
    "4.1": Reason("soft", _NO_ANSWER),
    "4.2": Reason("soft", "kết nối với máy chủ thư của người nhận bị đứt"),
    "4.3": Reason("soft", "không tra được tên miền của người nhận"),
    "4.4": Reason("hard", _NO_ROUTE),
    "4.5": Reason("soft", "hệ thống nhận đang quá tải"),
    "4.6": Reason("soft", "thư đi vòng giữa các máy chủ"),
    "4.7": Reason("soft", "quá thời hạn mà chưa chuyển được"),
    "6.7": Reason("hard", "hệ thống nhận không hỗ trợ địa chỉ có dấu"),
    "6.9": Reason("hard", "hệ thống nhận không hỗ trợ địa chỉ có dấu"),
}
_BY_SUBJECT: dict[str, Reason] = {
    "1": Reason("hard", "địa chỉ người nhận không dùng được"),
    "2": Reason("soft", "hộp thư của người nhận đang có trục trặc"),
    "3": Reason("soft", "hệ thống nhận đang có trục trặc"),
    "4": Reason("soft", "đường đến hệ thống nhận đang có trục trặc"),
    "5": Reason("soft", "hệ thống nhận không hiểu lệnh gửi"),
    "6": Reason("soft", "hệ thống nhận không đọc được nội dung thư"),
    "7": Reason("policy", _POLICY),
}
_UNTOLD = Reason("soft", "hệ thống nhận không cho biết lý do")


def reason_of(enhanced: str, kind: str = "") -> Reason:
    """The reason that the code stands for; `kind` (hard, soft) is what its words say, and stands over the code's."""
    _, _, behind = enhanced.partition(".")
    found = _BY_DETAIL.get(behind) or _BY_SUBJECT.get(behind.partition(".")[0], _UNTOLD)
    match kind:
        case "hard" if found.kind != "hard":
            # Many servers answer an unknown user with 5.7.1 or 5.2.1: their words are more particular than their code.
            return _BY_SUBJECT["1"]
        case "soft" if found.kind == "hard":
            return Reason("soft", found.says if behind == "4.4" else _UNTOLD.says)
        case _:
            return found
