"""Why a mail server refused a letter: its kind, and a sentence for the clerk.

Promise: one table over the enhanced codes of RFC 3463 and its register, then over words that servers use in their
place, then over the plain code; every refusal has a kind and a sentence.
"""

import re
from dataclasses import dataclass
from enum import StrEnum

from store.reply import Reply


class Kind(StrEnum):
    """What can be done about it."""

    HARD = "hard"  #: this address will never take it
    SOFT = "soft"  #: it may, another time
    POLICY = "policy"  #: the server does not want such a letter, or a letter of ours


@dataclass(frozen=True, slots=True)
class Refusal:
    """A refusal understood."""

    kind: Kind
    says: str  #: one Vietnamese sentence


_H, _S, _P = Kind.HARD, Kind.SOFT, Kind.POLICY
_UNKNOWN_USER = Refusal(_H, "Địa chỉ nhận thư không tồn tại trên máy chủ của bên nhận.")
_NO_DOMAIN = Refusal(_H, "Tên miền của địa chỉ nhận thư không tồn tại hoặc không có máy chủ nhận thư.")
_FULL = Refusal(_S, "Hộp thư của người nhận đã đầy.")
_TOO_LARGE = Refusal(_P, "Thư vượt quá dung lượng mà bên nhận cho phép.")
_SPAM = Refusal(_P, "Máy chủ bên nhận coi thư là thư rác hoặc chặn máy chủ gửi của cơ quan.")
_NO_RIGHT = Refusal(_P, "Máy chủ bên nhận không cho phép gửi thư này tới địa chỉ đó.")
_AUTHENTICATION = Refusal(_P, "Máy chủ bên nhận không xác thực được tên miền gửi (SPF, DKIM hoặc DMARC).")
_UTF8 = Refusal(_P, "Máy chủ bên nhận không nhận địa chỉ thư có dấu hoặc ký tự ngoài ASCII.")
_ROUTE = Refusal(_S, "Không kết nối hoặc không chuyển tiếp được tới máy chủ của bên nhận.")
_TLS = Refusal(_P, "Không thiết lập được kết nối mã hóa mà bên nhận yêu cầu.")
_SYSTEM = Refusal(_S, "Hệ thống thư của bên nhận đang gặp sự cố.")
_EXPIRED = Refusal(_S, "Đã thử gửi nhiều lần trong thời hạn mà bên nhận chưa nhận thư.")

#: By subject and detail of the enhanced code, whatever its class (RFC 3463, RFC 6710, RFC 7372, RFC 7505).
_BY_CODE: dict[str, Refusal] = {
    "1.0": _UNKNOWN_USER,
    "1.1": _UNKNOWN_USER,
    "1.2": _NO_DOMAIN,
    "1.3": Refusal(_H, "Địa chỉ nhận thư viết không đúng cú pháp."),
    "1.4": Refusal(_H, "Địa chỉ nhận thư không xác định được một người nhận duy nhất."),
    "1.6": Refusal(_H, "Người nhận đã chuyển đi và không để lại địa chỉ mới."),
    "1.7": Refusal(_P, "Máy chủ bên nhận không chấp nhận địa chỉ gửi của cơ quan (sai cú pháp)."),
    "1.8": Refusal(_P, "Máy chủ bên nhận không chấp nhận tên miền gửi của cơ quan."),
    "1.10": Refusal(_H, "Tên miền của bên nhận công bố là không nhận thư điện tử."),
    "2.0": _SYSTEM,
    "2.1": Refusal(_H, "Hộp thư của người nhận đã bị vô hiệu hóa."),
    "2.2": _FULL,
    "2.3": _TOO_LARGE,
    "2.4": Refusal(_S, "Danh sách phân phối của bên nhận đang gặp lỗi."),
    "3.1": Refusal(_S, "Máy chủ bên nhận đã hết dung lượng lưu trữ."),
    "3.2": _SYSTEM,
    "3.4": _TOO_LARGE,
    "4.1": _ROUTE,
    "4.2": _ROUTE,
    "4.3": _ROUTE,
    "4.4": _NO_DOMAIN,
    "4.5": _SYSTEM,
    "4.6": Refusal(_H, "Thư bị chuyển vòng giữa các máy chủ."),
    "4.7": _EXPIRED,
    "6.7": _UTF8,
    "7.0": _NO_RIGHT,
    "7.1": _NO_RIGHT,
    "7.2": _NO_RIGHT,
    "7.4": _TLS,
    "7.5": _TLS,
    "7.8": Refusal(_P, "Máy chủ gửi thư của cơ quan không đăng nhập được; cần kiểm tra cấu hình."),
    "7.10": _TLS,
    "7.13": Refusal(_H, "Tài khoản của người nhận đã bị khóa."),
    "7.17": Refusal(_H, "Địa chỉ nhận thư đã đổi chủ."),
    "7.20": _AUTHENTICATION,
    "7.21": _AUTHENTICATION,
    "7.22": _AUTHENTICATION,
    "7.23": _AUTHENTICATION,
    "7.24": _AUTHENTICATION,
    "7.25": Refusal(_P, "Máy chủ gửi thư của cơ quan chưa có tên ngược (PTR) hợp lệ."),
    "7.26": _AUTHENTICATION,
    "7.27": Refusal(_P, "Tên miền gửi công bố là không nhận thư, nên bên nhận không chấp nhận."),
    "7.28": Refusal(_P, "Bên nhận từ chối vì cơ quan gửi quá nhiều thư trong thời gian ngắn."),
}

#: What servers say that give no code or a wrong one ("550 5.0.0", "5.7.1 ... spam"), most telling first.
_BY_WORDS: tuple[tuple[re.Pattern[str], Refusal], ...] = tuple(
    (re.compile(pattern, re.IGNORECASE), refusal)
    for pattern, refusal in (
        (r"spam|blacklist|blocklist|black ?listed|rbl\b|dnsbl|reputation|junk", _SPAM),
        (r"\bdmarc\b|\bspf\b|\bdkim\b|unauthenticated", _AUTHENTICATION),
        (r"quota|mailbox.{0,20}full|over.?limit|storage allocation", _FULL),
        (r"too (large|big)|size.{0,20}(exceed|limit)|exceed.{0,30}size", _TOO_LARGE),
        (
            r"(user|recipient|mailbox|account|address).{0,30}(unknown|not found|not exist|no longer|disabled|invalid)",
            _UNKNOWN_USER,
        ),
        (
            r"unknown (user|recipient)|no such (user|recipient|mailbox)|does(n't| not) exist",
            _UNKNOWN_USER,
        ),
        (r"domain.{0,20}not found|host.{0,20}not found|no mx\b", _NO_DOMAIN),
        (r"greylist|try again|temporar|too many", _SYSTEM),
        (r"starttls|\btls\b|encrypt", _TLS),
        (r"policy|denied|prohibited|not (allowed|permitted|authori[sz]ed)|relay", _NO_RIGHT),
    )
)

_BY_SUBJECT: dict[str, Refusal] = {
    "1": _UNKNOWN_USER,
    "2": _SYSTEM,
    "3": _SYSTEM,
    "4": _ROUTE,
    "5": Refusal(_S, "Hai máy chủ thư không hiểu lệnh của nhau."),
    "6": Refusal(_P, "Máy chủ bên nhận không nhận được định dạng nội dung của thư."),
    "7": _NO_RIGHT,
}
_ENHANCED = re.compile(r"[245]\.(\d{1,3})\.(\d{1,3})")
_VAGUE = frozenset({"0.0", "7.0", "7.1", "1.0", "3.0", "2.0", "5.0"})
_OTHERWISE = Refusal(_H, "Máy chủ bên nhận từ chối thư, không nêu lý do rõ ràng.")


def refusal_of(reply: Reply) -> Refusal:
    """What the reply that ended a letter means."""
    found = _ENHANCED.fullmatch(reply.enhanced)
    subject, code = (found[1], f"{int(found[1])}.{int(found[2])}") if found else ("", "0.0")
    if code not in _VAGUE and code in _BY_CODE:
        return _BY_CODE[code]
    said = next((refusal for pattern, refusal in _BY_WORDS if pattern.search(reply.text)), None)
    if said is not None:
        return said
    if code in _BY_CODE:
        return _BY_CODE[code]
    if subject in _BY_SUBJECT:
        return _BY_SUBJECT[subject]
    # RFC 5321 section 4.2.3: what plain codes mean after RCPT and DATA.
    by_plain = {550: _UNKNOWN_USER, 551: _UNKNOWN_USER, 552: _FULL, 553: _BY_CODE["1.3"], 556: _BY_CODE["1.10"]}
    if reply.code in by_plain:
        return by_plain[reply.code]
    return _EXPIRED if reply.code // 100 == 4 else _OTHERWISE
