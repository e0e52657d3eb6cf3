"""Why a clerk refuses a document: the closed list of reasons, each with what the sender can do about it.

The sender reads the sentence; the clerk's own words follow where he adds some.  What bears a mark of state secrecy is
not on the list: its sender is told that it came, and no more (`bridge.sealing`).
"""

from collections.abc import Mapping
from dataclasses import dataclass

#: Key in the detail of a decision that names the reason.
BECAUSE = "because"


@dataclass(frozen=True, slots=True)
class RejectReason:
    """One reason."""

    says: str  #: Vietnamese, a whole sentence
    mend: str = ""  #: Vietnamese: what the sender can do; "" = nothing


#: Word on the command line -> reason.  Decree 30/2020 Art. 21.2.b: not authentic, not intact, or misdirected.
REJECT_REASONS: Mapping[str, RejectReason] = {
    "misdirected": RejectReason("Văn bản gửi sai nơi nhận.", "Kiểm tra lại nơi nhận rồi gửi tới đúng cơ quan."),
    "unsigned": RejectReason("Văn bản không có chữ ký số.", "Ký số văn bản rồi gửi lại."),
    "signature-invalid": RejectReason(
        "Chữ ký số trên văn bản không hợp lệ.", "Gửi lại đúng bản đã ký, không chỉnh sửa sau khi ký."
    ),
    "certificate-expired": RejectReason(
        "Chứng thư số đã hết hạn hoặc bị thu hồi tại thời điểm ký.", "Ký lại bằng chứng thư số còn hiệu lực."
    ),
    "certificate-unknown": RejectReason(
        "Không xác định được trạng thái của chứng thư số.", "Ký bằng chứng thư số do tổ chức được công nhận cấp."
    ),
    "format": RejectReason("Tệp không đúng định dạng được chấp nhận.", "Chuyển tệp sang PDF rồi gửi lại."),
    "damaged": RejectReason("Tệp bị hỏng hoặc bị khóa bằng mật khẩu.", "Kiểm tra tệp, bỏ mật khẩu rồi gửi lại."),
    "incomplete": RejectReason("Văn bản thiếu trang hoặc thiếu phụ lục.", "Bổ sung đầy đủ rồi gửi lại."),
    "malware": RejectReason("Tệp nghi có mã độc.", "Kiểm tra máy tính, quét mã độc rồi gửi lại bản sạch."),
    "duplicate": RejectReason("Văn bản trùng với văn bản đã nhận.", "Không cần gửi lại nếu là cùng một văn bản."),
    "procedure": RejectReason("Hồ sơ thuộc thủ tục hành chính.", "Nộp hồ sơ tại Cổng dịch vụ công."),
    "complaint": RejectReason(
        "Đơn khiếu nại, tố cáo không tiếp nhận qua hệ thống này.",
        "Gửi tới bộ phận tiếp công dân của cơ quan có thẩm quyền.",
    ),
}
