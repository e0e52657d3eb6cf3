"""What is said of one signature in one Vietnamese sentence, for the clerk and for the sender."""

from bridge.words import PROBLEMS
from validation.signature import Result, Signature

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
    why = PROBLEMS.get(reason) or _REASONS.get(reason, reason)
    if signature.result is Result.INVALID:
        return f"Chữ ký số{by} không hợp lệ: {why}."
    return f"Chưa kết luận được về chữ ký số{by}: {why}."
