"""The one table from a code to what follows: severity, the sentence a layman reads, the advice, the status on the axis.

Most severe first.  A code without a row, or a row without a code, is a crash in the tests.  A sentence may use the
facts of its finding (`{field}`) and `{about}`, the name of the file or field it speaks of.
"""

from collections.abc import Mapping
from dataclasses import dataclass

from bridge.words import CHANGES, FIELD_NAMES, LISTS, PLACES, PROBLEMS, TYPES
from validation.codes import Code
from validation.finding import Finding, Severity

FAULT, DOUBT, UNKNOWN, NOTE = Severity.FAULT, Severity.DOUBT, Severity.UNKNOWN, Severity.NOTE


@dataclass(frozen=True, slots=True)
class Row:
    """What the office makes of one code unless policy says otherwise."""

    code: Code
    severity: Severity
    says: str  #: Vietnamese, a whole sentence
    mend: str  #: Vietnamese: what the sender can do; "" = nothing
    by_class: Mapping[str, Severity] | None = None  #: where the default differs by sender class
    status: str = ""  #: status code on the axis and towards the sender: "02" = refused, "" = none


_UNSIGNED = {"agency": FAULT, "business": DOUBT, "individual": NOTE}
_DISOWNED = {"agency": DOUBT, "business": DOUBT, "individual": NOTE}
_BODILESS = {"agency": DOUBT, "business": DOUBT, "individual": DOUBT}

TABLE: tuple[Row, ...] = (
    # FAULT: the sender must mend it
    Row(Code.RECIPIENT_UNKNOWN, FAULT, "Không có địa chỉ nhận nào thuộc hệ thống này.", "Kiểm tra lại địa chỉ nhận rồi gửi lại.", status="02"),
    Row(Code.SIZE_EXCEEDED, FAULT, "Thư hoặc tệp {about} vượt quá dung lượng cho phép.", "Chia nhỏ hồ sơ hoặc giảm dung lượng tệp rồi gửi lại.", status="02"),
    Row(Code.FORMAT_EXECUTABLE, FAULT, "Tệp {about} là chương trình hoặc tập lệnh, không phải tài liệu.", "Gửi văn bản ở định dạng PDF; không gửi chương trình.", status="02"),
    Row(Code.FORMAT_BOMB, FAULT, "Tệp {about} phình to bất thường khi mở, nghi là tệp phá hoại.", "Gửi lại tệp không nén.", status="02"),
    Row(Code.SIGNATURE_UNSOUND, FAULT, "Chữ ký số trên tệp {about} không toàn vẹn: {problem}.", "Gửi lại đúng bản đã ký, không chỉnh sửa sau khi ký.", status="02"),
    Row(Code.SIGNATURE_REVOKED, FAULT, "Chứng thư số ký tệp {about} đã bị thu hồi trước thời điểm ký.", "Ký lại bằng chứng thư số còn hiệu lực.", status="02"),
    Row(Code.SIGNATURE_MISSING, FAULT, "Tệp {about} không có chữ ký số.", "Ký số văn bản rồi gửi lại.", by_class=_UNSIGNED, status="02"),
    Row(Code.PACKET_INVALID, FAULT, "Gói tin không đúng cấu trúc edXML: {reason}.", "Kiểm tra lại gói tin theo QCVN 102:2016/BTTTT."),
    # DOUBT: a person must look
    Row(Code.SECRECY_MARKED, DOUBT, "Thư nghi có dấu chỉ độ mật; đã niêm phong, chờ người có thẩm quyền.", ""),
    Row(Code.SECRECY_SUSPECTED, DOUBT, "Thư có dấu hiệu cần kiểm tra độ mật; tạm giữ, chờ người có thẩm quyền.", ""),
    Row(Code.MAIL_CRASHED, DOUBT, "Thư này nhiều lần làm dừng chương trình đọc ({wall}) nên được để riêng cho văn thư.", "Gửi lại văn bản ở định dạng PDF thông thường."),
    Row(Code.FILE_CRASHED, DOUBT, "Tệp {about} làm dừng chương trình kiểm tra ({wall}).", "Xuất lại tệp ở định dạng PDF thông thường rồi gửi lại."),
    Row(Code.MAIL_UNREADABLE, DOUBT, "Không đọc được cấu trúc của thư.", "Gửi lại thư bằng phần mềm thư điện tử khác."),
    Row(Code.MAIL_LIMIT, DOUBT, "Thư vượt quá giới hạn đọc ({limit}: {value}); phần còn lại chưa được xem.", "Chia hồ sơ thành nhiều thư."),
    Row(Code.MAIL_REFERENCE, DOUBT, "Thư chỉ dẫn tới nội dung ở nơi khác ({type}), không chứa tài liệu.", "Đính kèm trực tiếp tài liệu vào thư."),
    Row(Code.DOCUMENT_MISSING, DOUBT, "Thư không kèm tệp văn bản nào.", "Đính kèm văn bản rồi gửi lại.", by_class=_BODILESS),
    Row(Code.DOCUMENT_PHOTOS, DOUBT, "Thư chỉ có ảnh chụp, không có văn bản.", "Gửi bản PDF của văn bản; ảnh chụp không thay được văn bản."),
    Row(Code.DOCUMENT_DUPLICATE, DOUBT, "Văn bản này đã đến trong một thư khác ({other}).", "Không cần gửi lại nếu là cùng một văn bản."),
    Row(Code.DOCUMENT_NUMBER_REUSED, DOUBT, "Số, ký hiệu, cơ quan và năm của văn bản trùng với một văn bản khác nội dung đã đến trong thư khác ({other}).", "Kiểm tra lại số, ký hiệu; nếu là bản sửa đổi, ghi rõ văn bản được thay thế."),
    Row(Code.DOCUMENT_SCANNED, DOUBT, "Tệp {about} là ảnh quét, không có chữ để đọc tự động; văn thư nhập thông tin của văn bản.", "Gửi bản PDF xuất từ phần mềm soạn thảo, đã ký số."),
    Row(Code.ROUTE_MISSING, DOUBT, "Chưa có quy tắc cho biết thư này chuyển đến cơ quan nào.", ""),
    Row(Code.SENDER_DMARC_FAIL, DOUBT, "Thư ghi người gửi thuộc {domain} nhưng {domain} không xác nhận đã gửi thư này; có thể là thư mạo danh.", "Gửi lại từ hệ thống thư chính thức của cơ quan, đơn vị.", by_class=_DISOWNED),
    Row(Code.SENDER_IMPERSONATES, DOUBT, "Thư mang tên miền {domain} của {organ} nhưng tên miền này không xác nhận đã gửi thư; có thể là thư mạo danh.", "Gửi lại từ hệ thống thư chính thức của cơ quan."),
    Row(Code.SENDER_WITHOUT_ID, DOUBT, "Người gửi chưa có mã định danh trên trục liên thông.", ""),
    Row(Code.FIELD_MISSING, DOUBT, "Chưa xác định được {field} của văn bản.", "Văn thư bổ sung thông tin còn thiếu."),
    Row(Code.FIELD_TOO_LONG, DOUBT, "Thông tin {field} dài {length} ký tự, vượt mức {most} mà trục liên thông có thể từ chối.", "Văn thư rút gọn thông tin, hoặc gửi nguyên như vậy."),
    Row(Code.FIELD_UNSURE, DOUBT, "Thông tin {field} của văn bản chưa chắc chắn.", "Văn thư xác nhận thông tin."),
    Row(Code.FORMAT_MISMATCH, DOUBT, "Tệp {about} có tên hoặc kiểu khai báo không khớp nội dung ({media_type}).", "Đặt lại đúng phần mở rộng của tệp rồi gửi lại."),
    Row(Code.FORMAT_REFUSED, DOUBT, "Tệp {about} có định dạng chưa được chấp nhận ({media_type}).", "Chuyển tệp sang PDF rồi gửi lại."),
    Row(Code.FORMAT_UNKNOWN, DOUBT, "Không nhận ra định dạng của tệp {about}.", "Chuyển tệp sang PDF rồi gửi lại."),
    Row(Code.FORMAT_ENCRYPTED, DOUBT, "Tệp {about} bị khóa bằng mật khẩu nên không kiểm tra được.", "Bỏ mật khẩu rồi gửi lại."),
    Row(Code.FORMAT_MACROS, DOUBT, "Tệp {about} có chứa macro.", "Lưu lại tệp không có macro hoặc xuất PDF rồi gửi lại."),
    Row(Code.FORMAT_ACTIVE, DOUBT, "Tệp {about} có nội dung tự chạy.", "Xuất lại tệp PDF thông thường rồi gửi lại."),
    Row(Code.FORMAT_DAMAGED, DOUBT, "Tệp {about} bị hỏng, không mở được trọn vẹn.", "Kiểm tra và gửi lại tệp."),
    Row(Code.FORMAT_EMPTY, DOUBT, "Tệp {about} rỗng.", "Kiểm tra và gửi lại tệp."),
    Row(Code.ARCHIVE_UNOPENED, DOUBT, "Tệp nén {about} thuộc loại chưa mở được nên chưa kiểm tra bên trong.", "Gửi tệp ZIP không đặt mật khẩu hoặc gửi từng tệp riêng."),
    Row(Code.ARCHIVE_LIMIT, DOUBT, "Tệp nén {about} có quá nhiều tệp hoặc quá nhiều lớp.", "Gửi từng tệp riêng."),
    Row(Code.SIGNATURE_UNREADABLE, DOUBT, "Không kiểm tra được chữ ký số trên tệp {about}.", "Ký lại văn bản bằng phần mềm ký số thông dụng rồi gửi lại."),
    Row(Code.SIGNATURE_UNTRUSTED, DOUBT, "Chứng thư số ký tệp {about} không thuộc danh sách tin cậy của cơ quan.", "Ký bằng chứng thư số do tổ chức được công nhận cấp."),
    Row(Code.SIGNATURE_EXPIRED, DOUBT, "Chứng thư số ký tệp {about} không còn (hoặc chưa có) hiệu lực tại thời điểm kiểm tra.", "Ký lại bằng chứng thư số còn hiệu lực."),
    Row(Code.SIGNATURE_CHANGED_VISIBLY, DOUBT, "Sau khi ký, tệp {about} có thay đổi nhìn thấy được nhưng được phép ({change}); cần đối chiếu với bản đã ký.", ""),
    Row(Code.SIGNATURE_AUTHORITY, DOUBT, "Người ký, cơ quan ban hành và người gửi không khớp nhau ({names}).", "Gửi từ hộp thư công vụ của cơ quan ban hành."),
    Row(Code.SIGNATURE_LIST, DOUBT, "Chứng thư số ký tệp {about} thuộc hệ thống {list}, không phải loại dành cho nhóm người gửi này.", "Ký bằng chứng thư số đúng loại dành cho cơ quan, đơn vị mình."),
    Row(Code.SIGNATURE_HEADERS_DIFFER, DOUBT, "Thông tin hiển thị ở đầu thư ({headers}) khác với thông tin đã được ký; lấy theo thông tin đã ký.", "Gửi lại thư mà không sửa thông tin đầu thư sau khi ký."),
    Row(Code.PACKET_RECALL, DOUBT, "Bên gửi yêu cầu thu hồi, lấy lại văn bản {document} (đã gửi đi {letters} thư); văn thư xác nhận đồng ý hoặc từ chối.", ""),
    Row(Code.PACKET_UPDATE, DOUBT, "Bên gửi cập nhật văn bản {document} (đã gửi đi {letters} thư); văn thư xác nhận đồng ý hoặc từ chối.", ""),
    Row(Code.PACKET_REPLACE, DOUBT, "Văn bản này thay thế {document} (đã gửi đi {letters} thư); văn thư xác nhận trước khi gửi.", ""),
    Row(Code.LETTER_TOO_LARGE, DOUBT, "Thư gửi {recipient} nặng {size}, vượt mức nơi nhận chấp nhận ({most}); chưa gửi.", "Gửi bằng cách khác, hoặc cho gửi nếu biết nơi nhận chấp nhận."),
    Row(Code.PACKET_UNADDRESSED, DOUBT, "Chưa có địa chỉ thư điện tử đã đăng ký cho nơi nhận của gói tin.", ""),
    # UNKNOWN: ask again later
    Row(Code.SIGNATURE_REVOCATION_UNKNOWN, UNKNOWN, "Chưa xác định được chứng thư số ký tệp {about} có bị thu hồi hay không; hệ thống sẽ kiểm tra lại.", ""),
    # NOTE: recorded
    Row(Code.DOCUMENT_SAME_CONTENT, NOTE, "Nội dung văn bản này đã đến trong một thư khác ({other}) nhưng với số khác hoặc chưa có số.", "Kiểm tra lại văn bản đã gửi; không cần gửi lại nếu là cùng một văn bản."),
    Row(Code.FIELD_LONG, NOTE, "Thông tin {field} dài {length} ký tự, hơn mức {most} của Phụ lục VI Nghị định 30/2020/NĐ-CP; có nơi nhận có thể không lưu hết.", ""),
    Row(Code.ORGAN_SUCCEEDED, NOTE, "Nơi nhận {organ} đã giải thể hoặc sáp nhập; văn bản được chuyển đến {successor}.", ""),
    Row(Code.MAIL_DAMAGED, NOTE, "Cấu trúc thư có lỗi nhưng đã đọc được.", ""),
    Row(Code.TEXT_CHARSET_GUESSED, NOTE, "Chữ ({where}) viết bằng bảng mã cũ {charset} mà không khai báo; đã đổi sang Unicode để đọc, bản gốc giữ nguyên.", "Dùng phông chữ Unicode và mã UTF-8 khi soạn thư, đặt tên tệp."),
    Row(Code.MAIL_AUTHENTIC, NOTE, "Nguồn gửi thư được xác thực.", ""),
    Row(Code.MAIL_UNAUTHENTICATED, NOTE, "Nguồn gửi thư chưa được xác thực.", ""),
    Row(Code.SENDER_SPF_FAIL, NOTE, "Tên miền {domain} cho biết máy chủ đã gửi thư này không được phép gửi thay mình.", ""),
    Row(Code.SENDER_DKIM_FAIL, NOTE, "Chữ ký của tên miền {domain} trên thư (DKIM) không còn đúng; thư có thể đã bị sửa trên đường đi.", ""),
    Row(Code.SENDER_UNVERIFIED, NOTE, "Chưa có gì xác nhận thư này thật sự đến từ {domain}.", ""),
    Row(Code.SENDER_AMBIGUOUS, NOTE, "Thư không ghi rõ một người gửi duy nhất ({count} tên miền trong mục người gửi).", "Gửi lại thư với đúng một địa chỉ người gửi."),
    Row(Code.SENDER_UNKNOWN, NOTE, "Người gửi chưa có trong danh bạ của cơ quan.", ""),
    Row(Code.SIGNATURE_WEAK, NOTE, "Chữ ký số trên tệp {about} dùng thuật toán yếu.", "Nên ký bằng thuật toán mạnh hơn."),
    Row(Code.SIGNATURE_PARTIAL, NOTE, "Chữ ký số {field} trên tệp {about} chỉ ký một phần: {parts}.", ""),
    Row(Code.SIGNATURE_CHANGED_PERMITTED, NOTE, "Sau khi ký, tệp {about} có bổ sung được phép ({change}).", ""),
    Row(Code.SIGNATURE_COUNTERSIGNED, NOTE, "Chữ ký số trên tệp {about} còn được {by} ký xác nhận.", ""),
    Row(Code.SIGNATURE_TIME_CLAIMED, NOTE, "Thời điểm ký trên tệp {about} do người ký tự khai, chưa có dấu thời gian.", ""),
    Row(Code.SIGNATURE_TIME_SHIFTED, NOTE, "Phần mềm ký tệp {about} ghi giờ Việt Nam như giờ quốc tế; thời điểm tự khai đã được trừ 7 giờ.", ""),
)  # fmt: skip

CATALOGUE: dict[Code, Row] = {row.code: row for row in TABLE}


class _Facts(dict[str, str]):
    """The facts of a sentence; one that is not known is left out of it."""

    def __missing__(self, key: str) -> str:
        return "không rõ"


def severity_of(code: Code, sender_class: str) -> Severity:
    """The catalogue's severity for a sender of that class."""
    row = CATALOGUE[code]
    return (row.by_class or {}).get(sender_class, row.severity)


def says(finding: Finding) -> str:
    """The Vietnamese sentence for a finding, with its facts filled in."""
    about = finding.about[-1] if finding.about else "thư"
    facts = _Facts(finding.evidence)
    facts["about"] = f"“{about}”" if finding.about else "thư"
    for fact, words in (("field", FIELD_NAMES), ("problem", PROBLEMS), ("media_type", TYPES), ("list", LISTS)):
        if fact in facts:
            facts[fact] = words.get(facts[fact], facts[fact])
    if "problem" in facts and "parts" in facts:
        facts["problem"] += f" (cụ thể: {facts['parts']})"
    if "besides" in facts:
        facts["parts"] = f"tất cả trừ {facts['besides']}"
    if "where" in facts:
        facts["where"] = ", ".join(PLACES.get(place, place) for place in facts["where"].split(", "))
    if "change" in facts:
        facts["change"] = ", ".join(CHANGES.get(change, change) for change in facts["change"].split(", "))
    return CATALOGUE[finding.code].says.format_map(facts)


def mend(finding: Finding) -> str:
    """What the sender can do about it, in Vietnamese; empty when nothing."""
    return CATALOGUE[finding.code].mend
