"""`docbridge check --json` as a process over files of every kind: one valid object for each, in order, nothing else."""

import json
import os
import subprocess
import sys
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from cryptography.hazmat.primitives.serialization.pkcs7 import PKCS7Options

from bridge.demo import documents
from bridge.demo.mails import PDF, File, mail
from bridge.demo.pki import AGENCY, Pki, mint
from bridge.demo.signing import TimeStamping, certificate_of, sign_as_agency, sign_pdf
from bridge.demo.tampering import append_page_text, change_one_byte
from tests.cli.check_schema import validate
from tests.validation import files, package_minting, signed
from tests.validation.cms_minting import Holder

NOW = datetime.now(UTC)
PLAIN = {key: value for key, value in os.environ.items() if not key.startswith("DOCBRIDGE_")}
OTHER_LOCALE = {"LC_ALL": "C", "PYTHONCOERCECLOCALE": "0", "PYTHONUTF8": "0", "PYTHONIOENCODING": "ascii"}
BOUNCE = (
    b"From: MAILER-DAEMON@mx.test\r\nTo: a@so.test\r\nSubject: Undelivered\r\nDate: Sun, 22 Nov 2026 10:00:00 +0700\r\n"
    b"MIME-Version: 1.0\r\nContent-Type: multipart/report; report-type=delivery-status; boundary=b\r\n\r\n"
    b"--b\r\n\r\nno such user\r\n--b\r\nContent-Type: message/delivery-status\r\n\r\n"
    b"Reporting-MTA: dns; mx.test\r\n\r\nFinal-Recipient: rfc822; x@xa.test\r\nAction: failed\r\nStatus: 5.1.1\r\n"
    b"Diagnostic-Code: smtp; 550 5.1.1 user unknown\r\n\r\n--b--\r\n"
)


@dataclass(frozen=True, slots=True)
class Checked:
    """What one call said."""

    code: int
    lines: list[dict[str, Any]] = field(repr=False)

    def __getitem__(self, name: str) -> dict[str, Any]:
        (found,) = (line for line in self.lines if line["file"] == name)
        return found


def check(
    folder: Path, names: Sequence[str | bytes], *options: str | Path, env: dict[str, str] | None = None
) -> Checked:
    """One call of the installed command in `folder`; every line valid, in order, with nothing beside."""
    command: list[str | bytes | Path] = [Path(sys.executable).parent / "docbridge", "check", "--json", "--offline"]
    done = subprocess.run(
        [*command, *options, "--", *names],
        cwd=folder,
        env={**PLAIN, **(env or {})},
        capture_output=True,
        check=False,
        timeout=60,
    )
    assert done.stderr == b"", done.stderr.decode()
    lines = [json.loads(line) for line in done.stdout.decode("utf-8").split("\n")[:-1]]
    assert [os.fsencode(line["file"]) for line in lines] == [os.fsencode(name) for name in names]
    for line in lines:
        validate(line)
    return Checked(done.returncode, lines)


@pytest.fixture(scope="module")
def pki(tmp_path_factory: pytest.TempPathFactory) -> Pki:
    """Minted once."""
    return mint(tmp_path_factory.mktemp("pki"), NOW)


@pytest.fixture(scope="module")
def contents(pki: Pki) -> dict[str, bytes]:
    """Files of every kind, by name."""
    paper, time = documents.decision(), TimeStamping(pki.time_stamper, NOW - timedelta(hours=1))
    good = sign_as_agency(paper, pki.official, pki.agency, time)
    foreign = sign_pdf(paper, pki.stranger, "ChuKy")
    agency = Holder(pki.agency.key, certificate_of(pki.agency))
    word, attacked = package_minting.word(agency), {"word/people.xml": b"<evil/>"}
    return {
        "good.pdf": good,
        "tampered.pdf": change_one_byte(good),
        "appended.pdf": append_page_text(good),
        "untrusted.pdf": foreign,
        "unsigned.pdf": paper,
        "words.docx": files.docx(),
        "signed.docx": signed.signed_docx(),
        "signed.odt": signed.signed_odt(),
        "whole.docx": package_minting.packed(word),
        "partial.docx": package_minting.packed(word | attacked),
        "whole.odt": package_minting.packed(package_minting.odt(agency)),
        "whole.asice": package_minting.packed(
            package_minting.asice(
                {"a.pdf": paper}, {"signatures0.xml": package_minting.xades(agency, {"a.pdf": paper})}
            )
        ),
        "invoice.xml": signed.xml(),
        "signed.p7m": signed.cms(paper),
        "nested.zip": files.zipped({"inner.zip": files.zipped({"good.pdf": good}), "note.txt": files.TEXT}),
        "pictures.zip": files.zipped({"a.png": files.png()}),
        "program.pdf": files.PE,
        "broken.pdf": good[: len(good) * 9 // 10],
        "junk.bin": os.urandom(4096),
        "empty.pdf": b"",
        "letter.eml": mail("x", AGENCY.email, "b@xa.test", "Gửi văn bản", NOW, (File("Quyết định.pdf", PDF, good),)),
        "beside.eml": mail(
            "y",
            AGENCY.email,
            "b@xa.test",
            "Gửi văn bản",
            NOW,
            (File("a.pdf", PDF, paper), File("a.pdf.p7s", "application/pkcs7-signature", signed.cms(paper))),
        ),
        "bare.eml": signed.HEAD + b"\r\nhello\r\n",
        "smime.eml": signed.clear_mail(),
        "bounce.eml": BOUNCE,
        "away.eml": signed.HEAD + b"Auto-Submitted: auto-replied\r\n\r\nI am away\r\n",
        "forward.zip": files.zipped({"bounce.eml": BOUNCE}),
    }


@pytest.fixture(scope="module")
def folder(contents: dict[str, bytes], tmp_path_factory: pytest.TempPathFactory) -> Path:
    """They lie here, with what is no file."""
    found = tmp_path_factory.mktemp("files")
    for name, content in contents.items():
        (found / name).write_bytes(content)
    (found / "folder").mkdir()
    os.mkfifo(found / "pipe.pdf")
    (found / "link.pdf").symlink_to("good.pdf")
    (found / "loop.pdf").symlink_to("loop.pdf")
    return found


@pytest.fixture(scope="module")
def told(contents: dict[str, bytes], folder: Path, pki: Pki) -> Checked:
    """All of them in one call."""
    others = ["absent.pdf", "folder", "pipe.pdf", "loop.pdf", "link.pdf", "/dev/null", "./folder//../good.pdf"]
    return check(folder, [*contents, *others], "--trust", pki.trust_directory)


def test_what_is_no_plain_file_is_an_error_of_its_line_and_the_others_are_judged(told: Checked) -> None:
    errors = {line["file"] for line in told.lines if "error" in line}
    assert errors == {"absent.pdf", "folder", "pipe.pdf", "loop.pdf", "/dev/null"}
    assert told.code == 2
    assert told["link.pdf"]["sha256"] == told["good.pdf"]["sha256"] == told["./folder//../good.pdf"]["sha256"]


@pytest.mark.parametrize(
    ("name", "verdict", "state", "results"),
    [
        ("good.pdf", "accepted", "sound", ["VALID", "VALID"]),
        ("tampered.pdf", "rejected", "unsound", ["INVALID", "INVALID"]),
        ("appended.pdf", "rejected", "unsound", ["INVALID", "INVALID"]),
        ("untrusted.pdf", "held", "sound", ["INDETERMINATE"]),
        ("unsigned.pdf", "rejected", "none", []),
        ("words.docx", "rejected", "none", []),
        ("signed.docx", "held", "unreadable", ["INDETERMINATE"]),
        ("signed.odt", "held", "unreadable", ["INDETERMINATE"]),
        ("whole.docx", "accepted", "sound", ["VALID"]),
        ("partial.docx", "rejected", "unsound", ["INVALID"]),
        ("whole.odt", "accepted", "sound", ["VALID"]),
        ("whole.asice", "held", "sound", ["VALID"]),
        ("invoice.xml", "held", "unreadable", ["INDETERMINATE"]),
        ("signed.p7m", "held", "sound", ["INDETERMINATE"]),
        ("nested.zip", "accepted", "none", []),
        ("pictures.zip", "rejected", "none", []),
        ("program.pdf", "rejected", "none", []),
        ("junk.bin", "rejected", "none", []),
        ("empty.pdf", "rejected", "none", []),
        ("letter.eml", "accepted", "none", []),
        ("beside.eml", "held", "none", []),
        ("bare.eml", "held", "none", []),
        ("smime.eml", "held", "sound", ["INDETERMINATE"]),
        ("bounce.eml", "accepted", "none", []),
    ],
)
def test_the_verdict_and_the_state_of(told: Checked, name: str, verdict: str, state: str, results: list[str]) -> None:
    found = told[name]
    assert (found["verdict"], found["signature_state"]) == (verdict, state), found["findings"]
    assert [signature["result"] for signature in found["signatures"]] == results


def test_a_damaged_file_is_never_sound(told: Checked) -> None:
    assert told["broken.pdf"]["signature_state"] in {"unsound", "unreadable"}
    assert told["broken.pdf"]["verdict"] != "accepted"


def test_an_untrusted_signature_is_sound_and_its_revocation_is_not_looked_at(told: Checked) -> None:
    (signature,) = told["untrusted.pdf"]["signatures"]
    assert (signature["sound"], signature["trust"], signature["revocation"]) == (True, "untrusted", "not-checked")
    (doubt,) = (one for one in told["untrusted.pdf"]["findings"] if one["code"] == "signature.untrusted")
    assert doubt["severity"] == "doubt"


def test_what_a_signature_of_an_office_document_leaves_out_is_named(told: Checked) -> None:
    (signature,) = told["partial.docx"]["signatures"]
    assert (signature["carrier"], signature["coverage"], signature["problems"]) == (
        "ooxml",
        "partial",
        ["partial-coverage"],
    )
    assert signature["left_out"] == ["word/people.xml"]
    assert "word/people.xml" in signature["says"]


def test_a_container_shows_its_files_and_is_their_signature(told: Checked) -> None:
    assert [file["path"] for file in told["whole.asice"]["attachments"]] == [["whole.asice", "a.pdf"]]
    assert [one["carrier"] for one in told["whole.asice"]["signatures"]] == ["asic"]


def test_only_mails_have_a_class_and_only_bounces_name_recipients(told: Checked) -> None:
    classes = {line["file"]: line["classification"] for line in told.lines if "classification" in line}
    assert classes == {
        "letter.eml": "document",
        "beside.eml": "document",
        "bare.eml": "document",
        "smime.eml": "document",
        "bounce.eml": "bounce",
        "away.eml": "auto-reply",
    }
    (bounce,) = told["bounce.eml"]["bounces"]
    assert (bounce["recipient"], bounce["status"], bounce["class"]) == ("x@xa.test", "5.1.1", "hard")
    (inner,) = told["forward.zip"]["attachments"]
    assert (inner["classification"], inner["bounces"]) == ("bounce", [bounce])


def test_files_inside_are_the_same_object_with_a_path(told: Checked) -> None:
    inner = {tuple(file["path"]): file for file in told["nested.zip"]["attachments"]}
    deepest = inner["nested.zip", "inner.zip", "good.pdf"]
    assert {key: deepest[key] for key in ("sha256", "size", "signatures")} == {
        key: told["good.pdf"][key] for key in ("sha256", "size", "signatures")
    }
    assert "nested" in told["nested.zip"]["format"]["properties"]
    assert [file["path"] for file in told["letter.eml"]["attachments"]] == [["letter.eml", "Quyết định.pdf"]]


def test_a_signed_mail_is_judged_like_a_signed_file(told: Checked) -> None:
    codes = [one["code"] for one in told["smime.eml"]["findings"] if one["severity"] != "note"]
    assert sorted(codes) == ["document.missing", "signature.untrusted"]


def test_a_document_whose_signature_lies_beside_it_is_not_called_unsigned(told: Checked) -> None:
    codes = [one["code"] for one in told["beside.eml"]["findings"] if one["severity"] != "note"]
    assert codes == ["signature.untrusted"]


def test_a_detached_signature_finds_its_file_on_the_same_command_line(folder: Path, tmp_path: Path) -> None:
    content = (folder / "unsigned.pdf").read_bytes()
    signature = tmp_path / "of-another-name.p7s"
    signature.write_bytes(signed.cms(content, PKCS7Options.DetachedSignature, PKCS7Options.Binary))
    changed = tmp_path / "of-another-name.pdf"
    changed.write_bytes(content + b"\n")
    states = {
        beside: check(folder, [str(signature), *beside])[str(signature)]["signature_state"]
        for beside in ((), ("unsigned.pdf",), (str(changed),))
    }
    assert states == {(): "unreadable", ("unsigned.pdf",): "sound", (str(changed),): "unsound"}


def test_a_program_under_the_name_of_a_document_is_named_as_what_it_is(told: Checked) -> None:
    form = told["program.pdf"]["format"]
    assert (form["extension"], form["agrees"]) == ("pdf", False)
    assert "format.executable" in [one["code"] for one in told["program.pdf"]["findings"]]


def test_without_a_configured_anchor_every_signature_is_untrusted(folder: Path) -> None:
    found = check(folder, ["good.pdf"])
    assert found.code == 1
    assert {one["trust"] for one in found["good.pdf"]["signatures"]} == {"untrusted"}


def test_one_accepted_file_ends_with_zero(folder: Path, pki: Pki) -> None:
    assert check(folder, ["good.pdf"], "--trust", pki.trust_directory).code == 0


def test_a_signer_who_was_revoked_before_makes_the_signature_invalid_and_not_unsound(
    folder: Path, pki: Pki, tmp_path: Path
) -> None:
    trust = tmp_path / "trust"
    for name in ("government", "public", "intermediates", "crls"):
        (trust / name).mkdir(parents=True)
        for file in (pki.trust_directory / name).iterdir():
            (trust / name / file.name).write_bytes(file.read_bytes())
    revoking = pki.government_ca.revoke(pki.agency, NOW - timedelta(days=1))
    (trust / "crls" / "government-ca.crl").write_bytes(revoking.revocation_list(NOW - timedelta(hours=1)))
    found = check(folder, ["good.pdf"], "--trust", trust)["good.pdf"]
    (revoked,) = (one for one in found["signatures"] if one["revocation"] == "revoked")
    assert (revoked["sound"], revoked["result"], revoked["reason"]) == (True, "INVALID", "revoked")
    assert found["signature_state"] == "sound"
    assert ("signature.revoked", "fault") in [(one["code"], one["severity"]) for one in found["findings"]]


@pytest.mark.parametrize(
    ("sender_class", "severity", "verdict"),
    [("business", "doubt", "held"), ("individual", "note", "accepted")],
)
def test_an_unsigned_document_weighs_by_the_class_of(
    folder: Path, sender_class: str, severity: str, verdict: str
) -> None:
    found = check(folder, ["unsigned.pdf"], "--sender-class", sender_class)["unsigned.pdf"]
    assert found["verdict"] == verdict
    assert [one["severity"] for one in found["findings"] if one["code"] == "signature.missing"] == [severity]


def test_names_come_back_as_they_were_given_whatever_they_hold_and_whatever_the_locale(tmp_path: Path) -> None:
    decomposed = "Quye\u0302\u0301t đi\u0323nh.pdf"
    names: list[str | bytes] = [decomposed, "two\nlines\x1b[31m.pdf", b"\xff\xfe.pdf", "-dash.pdf"]
    for name in names:
        (tmp_path / os.fsdecode(name)).write_bytes(files.pdf())
    assert [line["format"]["media_type"] for line in check(tmp_path, names).lines] == [PDF] * 4
    check(tmp_path, [os.fsencode(name) for name in names], env=OTHER_LOCALE)


def test_a_file_larger_than_a_child_could_hold_is_told_unread(tmp_path: Path) -> None:
    with (tmp_path / "huge.pdf").open("wb") as file:
        file.truncate(310_000_000)
    found = check(tmp_path, ["huge.pdf"])["huge.pdf"]
    assert [one["code"] for one in found["findings"]] == ["size.exceeded"]
    assert found["size"] == 310_000_000


def test_one_unfit_for_words_is_refused_by_the_system_and_told(tmp_path: Path) -> None:
    assert "error" in check(tmp_path, ["x" * 5000]).lines[0]


def test_people_read_lines_that_no_name_can_turn_into_commands(tmp_path: Path) -> None:
    (tmp_path / "a\x1b[31m.pdf").write_bytes(files.pdf())
    done = subprocess.run(
        [Path(sys.executable).parent / "docbridge", "check", "a\x1b[31m.pdf", "b\x07.pdf"],
        cwd=tmp_path,
        env=PLAIN,
        capture_output=True,
        check=False,
        timeout=60,
    )
    assert done.returncode == 2
    assert b"\x1b" not in done.stdout + done.stderr
    assert b"\x07" not in done.stdout + done.stderr
    assert "✗ a?[31m.pdf: rejected" in done.stdout.decode()


def test_a_mark_of_secrecy_is_told(folder: Path, tmp_path: Path) -> None:
    marked = tmp_path / "marked.eml"
    marked.write_bytes(signed.HEAD.replace(b"Subject: x", b"Subject: y") + "\r\nTỐI MẬT\r\nNội dung\r\n".encode())
    found = check(folder, [str(marked), "bare.eml"])
    codes = {name: [one["code"] for one in found[name]["findings"]] for name in (str(marked), "bare.eml")}
    assert "secrecy.marked" in codes[str(marked)]
    assert not any(code.startswith("secrecy.") for code in codes["bare.eml"])
