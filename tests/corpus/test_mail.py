"""A corpus of other projects' mails, by `make corpus CORPUS=DIR` alone: no mail raises, no attachment is lost.

Prints what was reached, so that a change of a rule shows what it gains and what it costs.
"""

import collections
import csv
import hashlib
import json
import os
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

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


def digests(contents: Iterator[bytes]) -> "collections.Counter[str]":
    """SHA-256 of each, counted."""
    return collections.Counter(hashlib.sha256(content).hexdigest() for content in contents)


def test_no_attachment_is_lost(mails: list[tuple[Row, Message]]) -> None:
    """Every content on which four of six parsers agree is among ours."""
    agreed = equal = 0
    lost: list[str] = []
    for row, message in mails:
        if int(row["consensus_agree_of_6"] or 0) < 4:
            continue
        wanted = collections.Counter(file["sha256"] for file in json.loads(row["consensus_attachments_json"]))
        if not wanted:
            continue
        found = digests(file.content for file in message.attachments)
        agreed += 1
        equal += found == wanted
        if wanted - found:
            lost.append(row["file"])
    print(f"\nattachments: {equal} of {agreed} sets equal the consensus, {len(lost)} lack something: {lost}")
    assert len(lost) * 100 <= agreed


def test_mails_are_classified(mails: list[tuple[Row, Message]]) -> None:
    """At least nine in ten of what the folders say; nothing that is no bounce is taken for one."""
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
        assert table[folder, expected] * 10 >= total * 9, folder


def test_bounces_are_read(mails: list[tuple[Row, Message]]) -> None:
    """At least four in five with the right number of recipients, and with the right class."""
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
    for name in ("addresses", "reports", "classes"):
        assert counted[f"{name} right"] * 10 >= counted[name] * 8, name
