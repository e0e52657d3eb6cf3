"""A corpus of other projects' mails, by `make corpus CORPUS=DIR` alone: no mail raises, no attachment is lost.

Prints what was reached, so that a change of a rule shows what it gains and what it costs.
"""

import collections
import csv
import hashlib
import json
import os
import time
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any

import pytest

from validation.attachments import clean_name
from validation.bounce import bounces
from validation.classify import classify
from validation.message import Message, read

#: What each folder's mails are.
CLASSES = {
    "bounce": "bounce",
    "eol_dos": "bounce",
    "eol_mac": "bounce",
    "arf": "other",
    "report": "other",
    "mdn": "receipt",
    "autoreply": "auto-reply",
}
NEVER_BOUNCES = frozenset(
    {"real_ham", "real_hardham", "real_list", "charset", "vietnamese", "dkim", "sig_spoof", "rfc"}
)
#: What the other parsers do not count among the attachments.
NOT_COUNTED = frozenset({"message/rfc822", "text/rfc822-headers", "message/delivery-status"})

Row = dict[str, str]


@pytest.fixture(scope="module")
def mails() -> list[tuple[Row, Message]]:
    """Every mail of the manifest, read."""
    folder = Path(os.environ["DOCBRIDGE_CORPUS"]) / "mail"
    csv.field_size_limit(10_000_000)
    with (folder / "manifest.csv").open(encoding="utf-8", newline="") as manifest:
        rows = [row for row in csv.DictReader(manifest) if row["form"] == "rfc822"]
    slowest, found = (0.0, ""), []
    for row in rows:
        raw = (folder / row["file"]).read_bytes()
        started = time.process_time()
        found.append((row, read(raw)))
        slowest = max(slowest, (time.process_time() - started, row["file"]))
    print(f"\n{len(found)} mails read; the slowest took {slowest[0] * 1000:.0f} ms: {slowest[1]}")
    return found


def digests(contents: Iterable[bytes]) -> "collections.Counter[str]":
    """SHA-256 of each, counted."""
    return collections.Counter(hashlib.sha256(content).hexdigest() for content in contents)


def forms(content: bytes) -> set[str]:
    """SHA-256 of a content as it is, and of text with either line end: origins keep it in either."""
    lines = content.replace(b"\r\n", b"\n")
    return set(digests((content, lines, lines.replace(b"\n", b"\r\n"))))


def expectations(mails: list[tuple[Row, Message]], key: str) -> Iterator[tuple[Row, Message, dict[str, Any]]]:
    """The mails of which the origin says `key`."""
    for row, message in mails:
        expected = json.loads(row["expected_json"] or "{}")
        if key in expected:
            yield row, message, expected


def test_no_attachment_is_lost(mails: list[tuple[Row, Message]]) -> None:
    """Every content on which four of six parsers agree is among ours, and but for mails and empty files no other."""
    agreed = equal = 0
    lost: list[str] = []
    for row, message in mails:
        if int(row["consensus_agree_of_6"] or 0) < 4:
            continue
        wanted = collections.Counter(file["sha256"] for file in json.loads(row["consensus_attachments_json"]))
        if not wanted:
            continue
        files = [file for file in message.attachments if file.content and file.declared not in NOT_COUNTED]
        agreed += 1
        equal += digests(file.content for file in files) - wanted == collections.Counter()
        if wanted - digests(file.content for file in message.attachments):
            lost.append(row["file"])
    print(f"\nattachments: {equal} of {agreed} sets equal the consensus, {len(lost)} lack something: {lost}")
    assert len(lost) * 100 <= agreed
    assert equal * 100 >= agreed * 99


def test_every_name_and_content_that_an_origin_states_is_found(mails: list[tuple[Row, Message]]) -> None:
    """All names, but those that the origin itself could not decode; contents, but where it leaves uuencode as it is."""
    counted: collections.Counter[str] = collections.Counter()
    missing = []
    for row, message, expected in expectations(mails, "attachments"):
        names = {file.name for file in message.attachments}
        contents = {form for file in message.attachments for form in forms(file.content)}
        encoded = {part.name for part in message.parts if "uu" in part.encoding}
        for file in expected["attachments"]:
            if file.get("name") and "\ufffd" not in file["name"]:
                counted["names"] += 1
                counted["names found"] += clean_name(file["name"]) in names
            if file.get("sha256") and file.get("name") not in encoded:
                counted["contents"] += 1
                counted["contents found"] += file["sha256"] in contents
                if file["sha256"] not in contents:
                    missing.append((row["file"], file.get("name")))
    print(f"\n{dict(counted)}; missing: {missing}")
    assert counted["names found"] == counted["names"]
    assert counted["contents found"] * 100 >= counted["contents"] * 95


def test_never_fewer_attachments_than_an_origin_counts(mails: list[tuple[Row, Message]]) -> None:
    """Where one origin counts the second text of a mail, too, texts that carry no name are words of the mail here."""
    counts, sizes = [], []
    for row, message, expected in expectations(mails, "n_attachments"):
        words = [file for file in expected.get("attachments", ()) if file["body"] == "Text" and not file["name"]]
        counts.append((row["file"], expected["n_attachments"] - len(words), len(message.attachments)))
    for row, message, expected in expectations(mails, "attachment_sizes"):
        found = {len(file.content) for file in message.attachments}
        sizes.append((row["file"], set(expected["attachment_sizes"].values()) - found))
    print(f"\n{sum(wanted == found for _, wanted, found in counts)} of {len(counts)} counts are the same")
    assert [each for each in counts if each[2] < each[1]] == []
    assert [each for each in sizes if each[1]] == []


def leaves(message: Message, depth: int = 0) -> Iterator[bytes]:
    """Every leaf, those of mails within included."""
    for part in message.parts:
        content = part.content()[0]
        if part.content_type == "message/rfc822" and depth < 20:
            yield from leaves(read(content), depth + 1)
        else:
            yield content


def test_every_leaf_of_a_tree_is_found(mails: list[tuple[Row, Message]]) -> None:
    """Nineteen of twenty, of those whose content the origin gives."""
    wanted = found = 0
    for _, message, expected in expectations(mails, "leaves"):
        ours = {form for content in leaves(message) for form in forms(content)}
        digest = [leaf["sha256"] for leaf in expected["leaves"] if leaf.get("sha256")]
        wanted += len(digest)
        found += sum(each in ours for each in digest)
    print(f"\nleaves: {found} of {wanted}")
    assert found * 100 >= wanted * 95


def test_mails_are_classified(mails: list[tuple[Row, Message]]) -> None:
    """At least nineteen in twenty of what the folders say; nothing that is no bounce is taken for one."""
    table: collections.Counter[tuple[str, str]] = collections.Counter()
    false: list[str] = []
    for row, message in mails:
        kind = classify(message, "")
        table[row["kind"], kind] += 1
        if kind == "bounce" and row["kind"] in NEVER_BOUNCES:
            false.append(row["file"])
    print()
    for (folder, told), count in sorted(table.items()):
        print(f"{folder:12} {told:12} {count}")
    assert not false
    for folder, expected in CLASSES.items():
        total = sum(count for (each, _), count in table.items() if each == folder)
        assert table[folder, expected] * 20 >= total * 19, folder


def test_bounces_are_read(mails: list[tuple[Row, Message]]) -> None:
    """Nineteen of twenty with the right number of recipients, nearly as many with the right class."""
    counted: collections.Counter[str] = collections.Counter()
    for row, message in mails:
        expected = json.loads(row["expected_json"] or "{}")
        if row["kind"] not in {"bounce", "eol_dos", "eol_mac"}:
            continue
        found = bounces(message)
        if "addresses" in expected:
            wanted = {address.lower() for address in expected["addresses"]}
            counted["addresses"] += 1
            counted["addresses right"] += wanted == {bounce.recipient.lower() for bounce in found}
        if "bounces" in expected:
            counted["reports"] += 1
            counted["reports right"] += len(found) == expected["n_bounces"]
            for wanted_one, bounce in zip(expected["bounces"], found, strict=False):
                counted["classes"] += 1
                counted["classes right"] += (bounce.kind == "hard") is wanted_one["hardbounce"]
                counted["statuses right"] += bounce.status == wanted_one["dsn"]
    print(f"\n{dict(counted)}")
    for name, bar in (("addresses", 90), ("reports", 97), ("classes", 95)):
        assert counted[f"{name} right"] * 100 >= counted[name] * bar, name
