"""Every check that was made of one signature, with its input, where that came from, and the answer: for the lawyer.

The order and the names of the checks are those of ETSI EN 319 102-1 section 5.2, so that the XML report and the page
tell the same.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from bridge.report.subject import Placed
from bridge.words import PROBLEMS
from validation.evidence import Evidence
from validation.signature import Authority, Coverage, Integrity, Problem, Relied, Revocation, Signature, Trust

Shown = Callable[[datetime | None], str]  #: how a moment is written


class Answer(StrEnum):
    """How one check ended."""

    PASSED = "passed"
    FAILED = "failed"
    INDETERMINATE = "indeterminate"
    NOTE = "note"  #: told, and never decides alone


class Rule(StrEnum):
    """The checks."""

    FORMAT = "format"
    CERTIFICATE = "certificate"
    CRYPTOGRAPHY = "cryptography"
    COVERAGE = "coverage"
    CHAIN = "chain"
    VALIDITY = "validity"
    REVOCATION = "revocation"
    TIME = "time"
    ALGORITHM = "algorithm"
    AUTHORITY = "authority"


@dataclass(frozen=True, slots=True)
class Check:
    """One check."""

    rule: Rule
    title: str  #: Vietnamese
    given: tuple[str, ...]  #: what it looked at, one line each
    source: tuple[str, ...]  #: where that came from
    answer: Answer
    says: str  #: the answer in words
    basis: str  #: the standard's section


_MOST_NAMED = 12
_STANDARD = "ETSI EN 319 102-1, mục"
_INTEGRITY = {
    Integrity.INTACT: (Answer.PASSED, "giá trị băm và giá trị chữ ký đúng"),
    Integrity.BROKEN: (Answer.FAILED, "giá trị băm hoặc giá trị chữ ký sai"),
    Integrity.UNKNOWN: (Answer.INDETERMINATE, "chưa kiểm tra được"),
}
_COVERAGE = {
    Coverage.WHOLE: (Answer.PASSED, "toàn bộ nội dung"),
    Coverage.THEN_PERMITTED_CHANGES: (
        Answer.PASSED,
        "toàn bộ nội dung tại thời điểm ký; sau đó chỉ có bổ sung được phép",
    ),
    Coverage.PARTIAL: (Answer.INDETERMINATE, "một phần nội dung"),
    Coverage.UNKNOWN: (Answer.INDETERMINATE, "chưa xác định được"),
}
_TRUST = {
    Trust.TRUSTED: (Answer.PASSED, "dẫn tới chứng thư gốc trong danh sách tin cậy của cơ quan"),
    Trust.UNTRUSTED: (Answer.INDETERMINATE, "không dẫn tới chứng thư gốc nào trong danh sách tin cậy của cơ quan"),
    Trust.UNKNOWN: (Answer.INDETERMINATE, "chưa kiểm tra"),
}
_REVOCATION = {
    Revocation.GOOD: (Answer.PASSED, "không bị thu hồi tại thời điểm xét"),
    Revocation.REVOKED: (Answer.FAILED, "đã bị thu hồi trước thời điểm xét"),
    Revocation.UNKNOWN: (Answer.INDETERMINATE, "chưa xác định được"),
    Revocation.NOT_CHECKED: (Answer.INDETERMINATE, "chưa kiểm tra vì chưa có đường dẫn tin cậy"),
}
_AUTHORITY = {
    Authority.AGREES: (Answer.PASSED, "người ký khớp với cơ quan ban hành hoặc nơi gửi đã đăng ký"),
    Authority.DISAGREES: (Answer.INDETERMINATE, "người ký không khớp với cơ quan ban hành hoặc nơi gửi"),
    Authority.UNKNOWN: (Answer.NOTE, "không có dữ liệu để đối chiếu"),
}
_LISTS = {"government": "chuyên dùng công vụ", "public": "công cộng"}
_SOURCES = {"file": "trong tệp", "trust": "thư mục tin cậy của cơ quan"}
_KINDS = {
    "certificate": "Chứng thư",
    "anchor": "Chứng thư gốc",
    "crl": "Danh sách thu hồi (CRL)",
    "ocsp": "Trả lời trạng thái trực tuyến (OCSP)",
}


def checks_of(placed: Placed, evidence: Evidence, file_sha256: str, shown: Shown) -> tuple[Check, ...]:
    """Every check of one signature, in the standard's order; `shown` writes moments."""
    return tuple(_checks(placed, evidence, file_sha256, shown))


def chain_of(one: Signature) -> tuple[Relied, ...]:
    """From the signer up to his anchor; what time stamps rest on stands behind it."""
    chain: list[Relied] = []
    for relied in one.relied_on:
        if relied.kind in ("certificate", "anchor"):
            chain.append(relied)
        if relied.kind == "anchor":
            return tuple(chain)
    return ()


def source_says(relied: Relied) -> str:
    """Where a certificate, list or answer came from."""
    return _SOURCES.get(relied.source, relied.source)


def kind_says(relied: Relied) -> str:
    """What it is called."""
    return _KINDS[relied.kind]


def _checks(placed: Placed, evidence: Evidence, file_sha256: str, shown: Shown) -> Iterator[Check]:
    one = placed.signature
    file = f"tệp {placed.path[-1]}, {_short(file_sha256)}"
    yield _format(one, file)
    yield _certificate(one)
    answer, says = _INTEGRITY[one.integrity]
    wrong = [PROBLEMS[problem] for problem in one.problems if problem in _CRYPTOGRAPHIC]
    says = "; ".join((says, *wrong))
    yield Check(Rule.CRYPTOGRAPHY, "Toàn vẹn", (one.algorithm or "-",), (file,), answer, says, f"{_STANDARD} 5.2.7")
    yield _coverage(one, file)
    yield _chain(one)
    yield _validity(one, shown)
    yield _revocation(one, shown)
    yield _time(one, evidence, shown)
    weak = Problem.WEAK_ALGORITHM in one.problems
    answer, says = (Answer.NOTE, "thuật toán hoặc độ dài khóa yếu") if weak else (Answer.PASSED, "đủ mạnh")
    if not one.algorithm:
        answer, says = Answer.INDETERMINATE, "chưa xác định được"
    yield Check(
        Rule.ALGORITHM, "Thuật toán và độ dài khóa", (one.algorithm or "-",), ("trong tệp",), answer, says,
        f"{_STANDARD} 5.2.8",
    )  # fmt: skip
    answer, says = _AUTHORITY[one.authority]
    names = tuple(filter(None, (one.signer.name, one.signer.organisation, one.signer.email)))
    register = "chứng thư, trang 1 của văn bản, danh bạ của cơ quan"
    yield Check(Rule.AUTHORITY, "Thẩm quyền của người ký", names or ("-",), (register,), answer, says, "")


#: What the cryptography itself says is wrong.
_CRYPTOGRAPHIC = frozenset(
    {Problem.DIGEST_MISMATCH, Problem.VALUE_MISMATCH, Problem.CERTIFICATE_SWAPPED, Problem.TIMESTAMP_BROKEN}
)
#: What says that the signature could not be read.
_FORMAL = frozenset(
    {
        Problem.UNPARSABLE, Problem.UNSUPPORTED, Problem.ENCRYPTED, Problem.TOO_COSTLY, Problem.READ_LENIENTLY,
        Problem.CONTENT_MISSING,
    }
)  # fmt: skip
#: What speaks of certificates or strength, and has a check of its own.
_ELSEWHERE = frozenset({Problem.EXPIRED, Problem.NOT_YET_VALID, Problem.WEAK_ALGORITHM})


def _format(one: Signature, file: str) -> Check:
    wrong = [PROBLEMS[problem] for problem in one.problems if problem in _FORMAL]
    unread = one.sound is None
    answer = Answer.INDETERMINATE if unread else Answer.NOTE if wrong else Answer.PASSED
    says = "; ".join(wrong) or ("không đọc được" if unread else "đọc được")
    given = (f"{one.carrier}, {one.where or '-'}",)
    return Check(Rule.FORMAT, "Định dạng chữ ký", given, (file,), answer, says, f"{_STANDARD} 5.2.2")


def _certificate(one: Signature) -> Check:
    known = bool(one.signer.certificate_sha256)
    signer = one.signer
    given = [signer.name or signer.organisation or "-"]
    given += [f"số hiệu {signer.serial}"] if signer.serial else []
    given += [f"mã số thuế {signer.tax_code}"] if signer.tax_code else []
    given += [_short(signer.certificate_sha256)] if known else []
    says = f"do {signer.issuer or '-'} cấp" if known else "không tìm thấy chứng thư người ký"
    answer = Answer.PASSED if known else Answer.INDETERMINATE
    return Check(
        Rule.CERTIFICATE, "Chứng thư người ký", tuple(given), ("trong tệp",), answer, says, f"{_STANDARD} 5.2.3"
    )


def _coverage(one: Signature, file: str) -> Check:
    answer, says = _COVERAGE[one.coverage]
    wrong = [p for p in one.problems if p not in _CRYPTOGRAPHIC | _FORMAL | _ELSEWHERE]
    if wrong:
        answer = Answer.FAILED if one.sound is False else Answer.INDETERMINATE
        says = "; ".join(PROBLEMS.get(problem, problem) for problem in wrong)
    given = (*_named("ký", one.covers), *_named("không ký", one.left_out))
    return Check(
        Rule.COVERAGE,
        "Phạm vi được ký",
        given or ("tệp, và các thay đổi sau khi ký",),
        (file,),
        answer,
        says,
        f"{_STANDARD} 5.2.7",
    )


def _chain(one: Signature) -> Check:
    chain = chain_of(one)
    answer, says = _TRUST[one.trust]
    if chain and one.trust is Trust.UNTRUSTED:
        says = "có đường dẫn, nhưng chứng thư không được cấp để ký"  # its key usage (`may_sign`)
    if one.anchor_list:
        says = f"{says} ({_LISTS.get(one.anchor_list, one.anchor_list)})"
    given = tuple(f"{kind_says(relied)} {relied.name or '-'}, {_short(relied.sha256)}" for relied in chain)
    sources = tuple(source_says(relied) for relied in chain)
    return Check(
        Rule.CHAIN, "Đường dẫn tin cậy", given or ("-",), sources or ("-",), answer, says, f"{_STANDARD} 5.2.6"
    )


def _validity(one: Signature, shown: Shown) -> Check:
    leaf = next((relied for relied in one.relied_on if relied.sha256 == one.signer.certificate_sha256), None)
    given = (f"hiệu lực {_span(leaf, shown)}",) if leaf else ("-",)
    at = f"xét tại {shown(one.judged_for)}"
    if Problem.EXPIRED in one.problems:
        return _of_validity((*given, at), Answer.INDETERMINATE, "đã hết hạn tại thời điểm xét")
    if Problem.NOT_YET_VALID in one.problems:
        return _of_validity((*given, at), Answer.INDETERMINATE, "chưa có hiệu lực tại thời điểm xét")
    if leaf is None or one.trust is not Trust.TRUSTED:
        return _of_validity((*given, at), Answer.INDETERMINATE, "chưa kiểm tra vì chưa có đường dẫn tin cậy")
    return _of_validity((*given, at), Answer.PASSED, "còn hiệu lực tại thời điểm xét")


def _of_validity(given: tuple[str, ...], answer: Answer, says: str) -> Check:
    return Check(Rule.VALIDITY, "Hiệu lực của chứng thư", given, ("trong tệp",), answer, says, f"{_STANDARD} 5.2.6")


def _revocation(one: Signature, shown: Shown) -> Check:
    words = [relied for relied in one.relied_on if relied.kind in ("crl", "ocsp")]
    answer, says = _REVOCATION[one.revocation]
    given = tuple(
        f"{kind_says(relied)} {relied.name or ''}, {_span(relied, shown)}, {_short(relied.sha256)}" for relied in words
    )
    sources = tuple(source_says(relied) for relied in words)
    return Check(
        Rule.REVOCATION, "Tình trạng thu hồi", given or ("-",), sources or ("-",), answer, says, f"{_STANDARD} 5.2.5"
    )


def _time(one: Signature, evidence: Evidence, shown: Shown) -> Check:
    given = [f"thời điểm xét {shown(one.judged_for)}"]
    if one.signed_at is not None and one.signed_at_source == "timestamp":
        given.append(f"dấu thời gian {shown(one.signed_at)}")
        answer, says, source = Answer.PASSED, "chứng minh bằng dấu thời gian", "dấu thời gian (RFC 3161)"
    elif evidence.arrived is not None:
        answer, says, source = Answer.NOTE, "xét theo lúc thư đến, chưa có dấu thời gian", "sổ nhận thư của hệ thống"
    else:
        answer, says, source = Answer.NOTE, "xét theo lúc kiểm tra, chưa có dấu thời gian", "đồng hồ của hệ thống"
    if one.signed_at is not None and one.signed_at_source == "claimed":
        given.append(f"người ký tự khai {shown(one.signed_at)}")
    return Check(Rule.TIME, "Thời điểm ký", tuple(given), (source,), answer, says, f"{_STANDARD} 5.5")


def _named(what: str, names: tuple[str, ...]) -> Iterator[str]:
    """Few enough to be read; all of them stand in the JSON."""
    yield from (f"{what}: {name}" for name in names[:_MOST_NAMED])
    if len(names) > _MOST_NAMED:
        yield f"{what}: … ({len(names)})"


def _short(sha256: str) -> str:
    """Enough to find it in the list of evidence, where it stands in full."""
    return f"SHA-256 {sha256[:16]}…" if sha256 else ""


def _span(relied: Relied, shown: Shown) -> str:
    return f"từ {shown(relied.since)} đến {shown(relied.until)}"
