"""The nine states that a receiver reports to a sender, as the deployed systems number them.

All implementers call them the codes of Decision 28/2018/QD-TTg; the Decision itself asks for the tracking
(Art. 6, 9).
"""

from enum import StrEnum


class StatusCode(StrEnum):
    """A state of one document at one receiver; the value is the two digits on the wire."""

    ARRIVED = "01"  #: imported, no clerk has seen it
    REFUSED = "02"  #: returned to the sender; a reason is due
    REGISTERED = "03"  #: entered into the book of arrivals
    ASSIGNED = "04"
    IN_PROGRESS = "05"
    FINISHED = "06"
    RECALL_ASKED = "13"  #: the only one that the sender says to the receiver
    CHANGE_AGREED = "15"  #: answer to 13, and to packets of recall and update
    CHANGE_REFUSED = "16"  #: the same, with a reason

    @property
    def says(self) -> str:
        """The state as clerks call it."""
        return _TITLES[self]


_TITLES: dict[StatusCode, str] = {
    StatusCode.ARRIVED: "Đã đến",
    StatusCode.REFUSED: "Từ chối tiếp nhận",
    StatusCode.REGISTERED: "Đã tiếp nhận",
    StatusCode.ASSIGNED: "Phân công xử lý",
    StatusCode.IN_PROGRESS: "Đang xử lý",
    StatusCode.FINISHED: "Hoàn thành",
    StatusCode.RECALL_ASKED: "Yêu cầu lấy lại",
    StatusCode.CHANGE_AGREED: "Đồng ý cập nhật, lấy lại",
    StatusCode.CHANGE_REFUSED: "Từ chối cập nhật, lấy lại",
}
