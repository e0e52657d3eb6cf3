"""A checked file as the contract's `check --json` shows it, and in lines for people."""

from collections.abc import Iterable, Iterator, Mapping

from bridge.catalogue import says
from bridge.checked import Checked, CheckRequest, Classified
from bridge.judging import judge
from bridge.sentences import signature_says
from bridge.shown import Shown, file_shown, files_shown, finding_shown
from validation.finding import Finding
from validation.verdict import word


def checked_shown(checked: Checked, request: CheckRequest) -> Shown:
    """Everything but the name under which it was given."""
    kinds = {mail.path: _classified_shown(mail) for mail in checked.mails}
    inner = files_shown(checked.file.attachments, checked.findings)
    below = _by_ancestor(checked.findings)
    return {
        **{key: value for key, value in file_shown(checked.file).items() if key != "path"},
        "verdict": checked.verdict,
        **kinds.get(checked.file.path, {}),
        "attachments": [_inner(shown, below.get(shown["path"], []), request, kinds) for shown in inner],
        "findings": [finding_shown(finding) for finding in checked.findings],
    }


def _inner(
    shown: Shown, findings: list[Finding], request: CheckRequest, kinds: Mapping[tuple[str, ...], Shown]
) -> Shown:
    """One file inside, as the same object; `findings` are those of the file and of what is in it."""
    return {
        "file": shown["path"][-1],
        **shown,
        "verdict": word(judge(findings, request.sender_class, request.policy)),
        **kinds.get(shown["path"], {}),
        "findings": [finding_shown(finding) for finding in findings],
    }


def checked_lines(checked: Checked) -> Iterator[str]:
    """Signatures first, then what was found."""
    for inner in checked.file.walk():
        for signature in inner.signatures:
            yield signature_says(signature)
    for finding in checked.findings:
        yield f"[{finding.severity.word}] {finding.code}: {says(finding)}"


def _by_ancestor(findings: Iterable[Finding]) -> dict[tuple[str, ...], list[Finding]]:
    """What was found of each file and of all that is in it: the verdict of one file inside is made of that."""
    found: dict[tuple[str, ...], list[Finding]] = {}
    for finding in findings:
        for length in range(1, len(finding.about) + 1):
            found.setdefault(finding.about[:length], []).append(finding)
    return found


def _classified_shown(mail: Classified) -> Shown:
    return {
        "classification": mail.classification,
        "bounces": [
            {"recipient": one.recipient, "status": one.status, "class": one.kind, "reason": one.reason}
            for one in mail.bounces
        ],
    }
