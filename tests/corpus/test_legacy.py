"""A corpus of other projects' mails, by `make corpus CORPUS=DIR` alone: old code pages are seen where they are only.

Header fields and texts, whole and line by line: a line is as short as a subject, and the hardest to tell.
"""

import csv
import os
from pathlib import Path

from validation.codes import Code
from validation.message import read
from validation.mime_charset import reading
from validation.mime_words import words

LINES = 400  # of one text that are read by themselves


def test_no_mail_is_taken_for_old_vietnamese_that_is_not() -> None:
    """Not one of those that the manifest does not call Vietnamese."""
    folder = Path(os.environ["DOCBRIDGE_CORPUS"]) / "mail"
    csv.field_size_limit(10_000_000)
    with (folder / "manifest.csv").open(encoding="utf-8", newline="") as manifest:
        rows = [row for row in csv.DictReader(manifest) if row["form"] == "rfc822"]
    read_so_far, taken = 0, []
    for row in rows:
        message = read((folder / row["file"]).read_bytes())
        guessed = [one.evidence["charset"] for one in message.observations if one.code is Code.TEXT_CHARSET_GUESSED]
        for _, value in message.headers.fields:
            found = words(value)
            read_so_far += not found.text.isascii()
            guessed += [found.guessed] if found.guessed else []
        for part in message.parts:
            if not part.content_type.startswith("text/"):
                continue
            for line in part.content()[0].splitlines()[:LINES]:
                if not line.isascii():
                    found = reading(line, part.charset)
                    read_so_far += 1
                    guessed += [found.guessed] if found.guessed else []
        if guessed and row["kind"] != "vietnamese":
            taken.append((row["file"], guessed))
    print(f"\n{read_so_far} marked fields and lines read in {len(rows)} mails; taken for old Vietnamese: {taken}")
    assert read_so_far > 0
    assert not taken
