"""The contract of `check --json` as a validator: every key, every closed word, and what follows from what."""

import re
from datetime import datetime
from typing import Any

VERDICTS = {"accepted", "postponed", "held", "rejected"}
CLASSES = {"document", "bounce", "receipt", "auto-reply", "reply", "other"}
PROPERTIES = (
    *("encrypted", "macros", "javascript", "launch-action", "embedded-files", "external-reference", "archive"),
    *("nested", "bomb", "damaged", "polyglot", "active-content"),
)
CARRIERS = {"pdf", "cms", "smime", "xml", "ooxml", "odf", "asic", "timestamp"}
WORDS = {
    "result": {"VALID", "INVALID", "INDETERMINATE"},
    "integrity": {"intact", "broken", "unknown"},
    "coverage": {"whole", "then-permitted-changes", "partial", "unknown"},
    "trust": {"trusted", "untrusted", "unknown"},
    "revocation": {"good", "revoked", "unknown", "not-checked"},
    "authority": {"agrees", "disagrees", "unknown"},
    "signed_at_source": {"timestamp", "claimed", "none"},
}
SIGNER = {"name", "organisation", "serial", "tax_code", "email", "issuer"}
SEVERITIES = {"note", "unknown", "doubt", "fault"}
_HEX = re.compile(r"[0-9a-f]{64}")
_WORD = re.compile(r"[a-z][a-z0-9-]*")


def validate(shown: dict[str, Any], *, inner: bool = False) -> None:
    """Raises AssertionError where `shown` breaks the contract; an object that names an error holds nothing else."""
    if "error" in shown:
        assert shown.keys() == {"file", "error"}
        assert isinstance(shown["error"], str)
        assert shown["error"]
        return
    least = {"file", "sha256", "size", "verdict", "format", "signature_state", "signatures", "attachments", "findings"}
    assert least <= shown.keys(), least - shown.keys()
    assert _HEX.fullmatch(shown["sha256"])
    assert type(shown["size"]) is int
    assert shown["verdict"] in VERDICTS
    assert ("classification" in shown) == ("bounces" in shown)
    if "classification" in shown:
        assert shown["classification"] in CLASSES
        assert shown["bounces"] == [] or shown["classification"] == "bounce"
        for bounce in shown["bounces"]:
            assert {"recipient", "status", "class", "reason"} <= bounce.keys()
            assert bounce["class"] in {"hard", "soft", "delivered", "unknown"}
    _validate_format(shown["format"])
    for signature in shown["signatures"]:
        _validate_signature(signature)
    assert shown["signature_state"] == _state(shown["signatures"])
    if inner:
        assert len(shown["path"]) > 1
        assert all(isinstance(segment, str) and segment for segment in shown["path"])
    for attachment in shown["attachments"]:
        validate(attachment, inner=True)
    for finding in shown["findings"]:
        assert {"code", "severity", "about", "says"} <= finding.keys()
        assert finding["severity"] in SEVERITIES
        assert re.fullmatch(r"[a-z]+\.[a-z-]+", finding["code"])
        assert finding["says"].endswith(".")
        assert "{" not in finding["says"]
        assert "không rõ" not in finding["says"], "a fact that its sentence asks for is not known"
    worst = {finding["severity"] for finding in shown["findings"]}
    assert (shown["verdict"] == "accepted") == (worst <= {"note"})
    if shown["verdict"] == "rejected":
        assert "fault" in worst


def _validate_format(form: dict[str, Any]) -> None:
    assert {"media_type", "declared", "extension", "agrees", "properties", "pages"} <= form.keys()
    assert "/" in form["media_type"]
    assert isinstance(form["agrees"], bool)
    assert form["properties"] == [word for word in PROPERTIES if word in form["properties"]]
    assert form["pages"] is None or type(form["pages"]) is int


def _validate_signature(signature: dict[str, Any]) -> None:
    least = {"carrier", "where", "reason", "says", "sound", "problems", "signer", "signed_at", "algorithm", *WORDS}
    assert least <= signature.keys(), least - signature.keys()
    assert signature["carrier"] in CARRIERS
    for key, words in WORDS.items():
        assert signature[key] in words, key
    assert signature["sound"] in (True, False, None)
    assert _WORD.fullmatch(signature["reason"])
    assert signature["says"].endswith(".")
    assert all(_WORD.fullmatch(problem) for problem in signature["problems"])
    assert signature["signer"].keys() >= SIGNER
    if signature["signed_at"] is None:
        assert signature["signed_at_source"] == "none"
    else:
        assert datetime.fromisoformat(signature["signed_at"]).utcoffset() is not None
    if signature["trust"] != "trusted":
        assert signature["revocation"] == "not-checked"
    if signature["sound"] is False:
        assert signature["problems"]
    assert signature["result"] == _result(signature)
    assert (signature["reason"] == "ok") == (signature["result"] == "VALID")


def _result(signature: dict[str, Any]) -> str:
    if signature["sound"] is False or signature["revocation"] == "revoked":
        return "INVALID"
    good = signature["sound"] and signature["trust"] == "trusted" and signature["revocation"] == "good"
    return "VALID" if good and signature["authority"] != "disagrees" else "INDETERMINATE"


def _state(signatures: list[dict[str, Any]]) -> str:
    sounds = [signature["sound"] for signature in signatures]
    if not sounds:
        return "none"
    return "unsound" if False in sounds else "unreadable" if None in sounds else "sound"
