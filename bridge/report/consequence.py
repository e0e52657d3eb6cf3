"""What follows in law from what was found, each rule with its article.

Only what stands in Decree 30/2020 itself is said here; what the office adds by other laws is its own word
(`[report] law_green`...).  A rule has a name, so that a verdict can say which one it used when the law has changed.
"""

from dataclasses import dataclass

from bridge.report.subject import Subject
from bridge.signed_by import SignedBy, signed_by
from validation.signature import Carrier, Result


@dataclass(frozen=True, slots=True)
class Consequence:
    """One rule of law applied."""

    rule: str  #: its name, for programs
    says: str  #: Vietnamese, whole sentences
    basis: str  #: the article; "" = no article is cited


_DECREE = "Nghị định 30/2020/NĐ-CP"
ORIGINAL = Consequence(
    "original",
    "Văn bản có chữ ký số của người có thẩm quyền và của cơ quan, tổ chức: có giá trị pháp lý như bản gốc văn bản "
    "giấy.",
    f"{_DECREE}, Điều 5 khoản 1",
)
COPY = Consequence(
    "copy",
    "Chỉ có chữ ký số của cơ quan, tổ chức: là bản sao điện tử, có giá trị như bản chính khi sao đúng quy định, "
    "hoặc là phụ lục đi kèm văn bản chính.",
    f"{_DECREE}, Điều 25 khoản 1, Điều 26 và Phụ lục I",
)
NOT_ISSUED = Consequence(
    "person-only",
    "Chưa có chữ ký số của cơ quan, tổ chức: chưa đủ hai chữ ký số để có giá trị như bản gốc văn bản giấy.",
    f"{_DECREE}, Điều 5 khoản 1",
)
NOT_OF_AGENCY = Consequence(
    "not-of-agency",
    "Tài liệu của doanh nghiệp hoặc cá nhân: chữ ký số gắn với người ký đã nêu; giá trị pháp lý theo quy định của từng "
    "loại giao dịch.",
    "",
)
UNCLEAR = Consequence(
    "signer-unclear",
    "Chữ ký số hợp lệ, nhưng chưa rõ người ký là người có thẩm quyền hay cơ quan, tổ chức: văn thư đối chiếu trước khi "
    "tiếp nhận.",
    f"{_DECREE}, Điều 21 khoản 2",
)
RETURNED = Consequence(
    "returned",
    "Không bảo đảm tính xác thực, toàn vẹn: không tiếp nhận, trả lại cơ quan, tổ chức gửi văn bản.",
    f"{_DECREE}, Điều 21 khoản 2 điểm b",
)
REPORTED = Consequence(
    "reported",
    "Có dấu hiệu chưa rõ: văn thư báo cáo người có trách nhiệm và thông báo cho nơi gửi trước khi tiếp nhận.",
    f"{_DECREE}, Điều 21 khoản 2 điểm b",
)
UNSIGNED = Consequence(
    "unsigned",
    "Không có chữ ký số: chưa kiểm tra được tính xác thực, toàn vẹn của văn bản điện tử.",
    f"{_DECREE}, Điều 21 khoản 2 điểm a",
)


def consequence_of(subject: Subject) -> Consequence:
    """What follows; the worst that was found decides."""
    own = [one.signature for one in subject.signatures]
    if subject.verdict == "rejected" or any(one.result is Result.INVALID for one in own):
        return RETURNED
    signers = [one for one in own if one.carrier is not Carrier.TIMESTAMP]
    if not signers:
        return UNSIGNED
    if subject.verdict != "accepted" or any(one.result is not Result.VALID for one in own):
        return REPORTED
    if subject.sender_class != "agency":
        return NOT_OF_AGENCY
    match signed_by(signers):
        case SignedBy.BOTH:
            return ORIGINAL
        case SignedBy.BODY:
            return COPY
        case SignedBy.PERSON:
            return NOT_ISSUED
        case SignedBy.UNCLEAR | SignedBy.NOBODY:
            return UNCLEAR
