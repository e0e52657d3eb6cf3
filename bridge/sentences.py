"""What is said of one signature in one Vietnamese sentence, for the clerk and for the sender."""

from validation.signature import Problem, Result, Signature

PROBLEMS: dict[Problem, str] = {
    Problem.CHANGED_AFTER_SIGNING: "tệp đã bị thay đổi sau khi ký",
    Problem.PARTIAL_COVERAGE: "chữ ký không bao trùm toàn bộ tệp",
    Problem.DIGEST_MISMATCH: "nội dung không khớp với nội dung đã ký",
    Problem.VALUE_MISMATCH: "giá trị chữ ký không đúng",
    Problem.FROM_MISMATCH: "người gửi thư không phải người ký",
    Problem.WRAPPED: "cấu trúc chữ ký bị lồng ghép bất thường",
    Problem.SHADOWED: "tệp có nội dung ẩn thay thế nội dung đã ký",
    Problem.CERTIFICATE_SWAPPED: "chứng thư người ký bị tráo",
    Problem.TIMESTAMP_BROKEN: "dấu thời gian không đúng",
    Problem.UNPARSABLE: "không đọc được cấu trúc chữ ký",
    Problem.UNSUPPORTED: "loại chữ ký chưa được hỗ trợ",
    Problem.TOO_COSTLY: "tệp quá phức tạp để kiểm tra",
    Problem.EXPIRED: "chứng thư đã hết hạn",
    Problem.NOT_YET_VALID: "chứng thư chưa có hiệu lực",
    Problem.WEAK_ALGORITHM: "thuật toán ký yếu",
    Problem.READ_LENIENTLY: "tệp có lỗi cấu trúc",
}

_REASONS = {
    "revoked": "chứng thư đã bị thu hồi trước thời điểm ký",
    "no-certificate-chain": "chứng thư không thuộc danh sách tin cậy",
    "revocation-unknown": "chưa xác định được tình trạng thu hồi của chứng thư",
    "authority-disagrees": "người ký không khớp với cơ quan ban hành",
    "unreadable": "không đọc được chữ ký",
    "unsound": "chữ ký không toàn vẹn",
}


def signature_says(signature: Signature) -> str:
    """One sentence: valid, not valid, or not certain, by whom, and why."""
    signer = signature.signer.name or signature.signer.organisation
    by = f" của {signer}" if signer else ""
    if signature.result is Result.VALID:
        return f"Chữ ký số{by} hợp lệ."
    reason = signature.reason
    why = PROBLEMS[Problem(reason)] if reason in set(Problem) else _REASONS.get(reason, reason)
    if signature.result is Result.INVALID:
        return f"Chữ ký số{by} không hợp lệ: {why}."
    return f"Chưa kết luận được về chữ ký số{by}: {why}."
