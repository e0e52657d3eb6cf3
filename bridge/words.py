"""What machine words are called in Vietnamese, for the sentences that clerks and senders read."""

from validation.signature import Problem

PROBLEMS: dict[str, str] = {
    Problem.CHANGED_AFTER_SIGNING: "tệp đã bị thay đổi sau khi ký",
    Problem.PARTIAL_COVERAGE: "chữ ký không bao trùm toàn bộ tệp",
    Problem.DIGEST_MISMATCH: "nội dung không khớp với nội dung đã ký",
    Problem.VALUE_MISMATCH: "giá trị chữ ký không đúng",
    Problem.FROM_MISMATCH: "người gửi thư không phải người ký",
    Problem.WRAPPED: "cấu trúc chữ ký bị lồng ghép bất thường",
    Problem.SHADOWED: "tệp có nội dung ẩn thay thế nội dung đã ký",
    Problem.CERTIFICATE_SWAPPED: "chứng thư người ký bị tráo",
    Problem.TIMESTAMP_BROKEN: "dấu thời gian không đúng",
    Problem.CONTENT_MISSING: "không có tệp gốc của chữ ký đi kèm",
    Problem.UNPARSABLE: "không đọc được cấu trúc chữ ký",
    Problem.UNSUPPORTED: "loại chữ ký chưa được hỗ trợ",
    Problem.ENCRYPTED: "tệp có mật khẩu, không mở được",
    Problem.TOO_COSTLY: "tệp quá phức tạp để kiểm tra",
    Problem.EXPIRED: "chứng thư đã hết hạn",
    Problem.NOT_YET_VALID: "chứng thư chưa có hiệu lực",
    Problem.WEAK_ALGORITHM: "thuật toán ký yếu",
    Problem.READ_LENIENTLY: "tệp có lỗi cấu trúc",
}

CHANGES = {
    "further-signature": "chữ ký số tiếp theo",
    "timestamp": "dấu thời gian",
    "validation-data": "dữ liệu xác thực chữ ký",
    "metadata": "thông tin mô tả tệp",
    "form-fill": "điền biểu mẫu",
    "annotation": "chú thích trên trang",
    "number-stamp": "số và ngày văn bản do văn thư đóng",
}

LISTS = {
    "government": "chứng thực chữ ký số chuyên dùng công vụ",
    "public": "chứng thực chữ ký số công cộng",
}

PLACES = {
    "subject": "tiêu đề thư",
    "text": "nội dung thư",
    "name": "tên tệp",
    "page": "trang văn bản",
}

FIELD_NAMES = {
    "CodeNumber": "số văn bản",
    "CodeNotation": "ký hiệu văn bản",
    "IssuedDate": "ngày ban hành",
    "OrganName": "cơ quan ban hành",
    "OrganId": "mã định danh cơ quan",
    "TypeName": "loại văn bản",
    "Subject": "trích yếu",
    "SignerInfo.FullName": "người ký",
    "SignerInfo.Position": "chức vụ người ký",
    "PageAmount": "số trang",
    "Priority": "độ khẩn",
    "ToPlaces": "nơi nhận",
    "DueDate": "thời hạn",
    "ResponseFor": "văn bản được trả lời",
    "DocumentId": "mã định danh văn bản",
}

TYPES = {
    "application/pdf": "tệp PDF",
    "application/vnd.microsoft.portable-executable": "chương trình Windows",
    "application/zip": "tệp nén ZIP",
    "application/ms-tnef": "gói winmail.dat của Outlook",
    "application/vnd.ms-outlook": "thư do Outlook lưu",
    "application/mac-binhex40": "tệp BinHex của máy Macintosh đời cũ",
    "application/octet-stream": "định dạng không nhận ra",
    "text/plain": "văn bản thuần",
    "text/html": "trang HTML",
}
