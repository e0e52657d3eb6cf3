"""What is said of one signature in one Vietnamese sentence, for the clerk and for the sender."""

from bridge.words import PROBLEMS
from validation.signature import Coverage, Result, Signature

_REASONS = {
    "revoked": "chứng thư đã bị thu hồi trước thời điểm ký",
    "no-certificate-chain": "chứng thư không thuộc danh sách tin cậy",
    "revocation-unknown": "chưa xác định được tình trạng thu hồi của chứng thư",
    "authority-disagrees": "người ký không khớp với cơ quan ban hành",
    "unreadable": "không đọc được chữ ký",
    "unsound": "chữ ký không toàn vẹn",
}

_FEW = 3


def signature_says(signature: Signature) -> str:
    """One sentence: valid, not valid, or not certain, by whom, and why."""
    signer = signature.signer.name or signature.signer.organisation
    by = f" của {signer}" if signer else ""
    if signature.sound and signature.coverage is Coverage.PARTIAL:
        by += f" (chỉ trên {_listed(signature.covers)})" if signature.covers else ""
        by += f" (trừ {_listed(signature.left_out)})" if signature.left_out else ""
    if signature.result is Result.VALID:
        return f"Chữ ký số{by} hợp lệ."
    reason = signature.reason
    why = PROBLEMS.get(reason) or _REASONS.get(reason, reason)
    if signature.sound is False and signature.left_out:
        why += f" (cụ thể: {_listed(signature.left_out)})"
    if signature.result is Result.INVALID:
        return f"Chữ ký số{by} không hợp lệ: {why}."
    return f"Chưa kết luận được về chữ ký số{by}: {why}."


def _listed(names: tuple[str, ...]) -> str:
    """The first few; the finding names more of them."""
    return ", ".join(names[:_FEW]) + (f" và {len(names) - _FEW} phần khác" if len(names) > _FEW else "")
