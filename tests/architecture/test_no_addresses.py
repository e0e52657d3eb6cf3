"""Nothing in the checkout names a package index, a path of somebody's machine, or holds a secret."""

import re

import pytest

from tests.architecture.checkout import ROOT, files

#: Where lock files and set-up must not point.
ADDRESS = re.compile(r"https?://|file:/|--(extra-)?index-url|--find-links|--trusted-host|^-[if]\s|\s@\s", re.MULTILINE)
#: Folders of people's and builders' machines.
LOCAL_PATH = re.compile(rb"(?<![\w./-])/(home|root|Users|work|opt)/[\w.-]")
#: The armour of a private key with its body; the bare words occur in code that looks for them.
PRIVATE_KEY = re.compile(rb"-----BEGIN [A-Z ]*PRIVATE KEY-----\s+[A-Za-z0-9+/=\r\n]{40,}")
#: Hosts of package indexes, spelt so that this file does not name them.
INDEX_HOST = re.compile(rb"p[y]pi\.org|python[h]osted\.org|deb\.debia[n]\.org|registry\.npmj[s]\.org")


def holding(pattern: re.Pattern[bytes]) -> list[str]:
    """The files with a match, and the match."""
    return [
        f"{file.relative_to(ROOT)}: {found.group()[:60]!r}"
        for file in files()
        if (found := pattern.search(file.read_bytes()))
    ]


@pytest.mark.parametrize("lock", ["requirements.txt", "requirements-dev.txt"])
def test_the_lock_file_names_no_address_and_hashes_everything(lock: str) -> None:
    text = (ROOT / lock).read_text()
    assert ADDRESS.findall(text) == []
    pins = re.findall(r"^([a-z0-9][\w.-]*)==\S+(.*(?:\n    --hash=\S+.*)*)", text, re.MULTILINE)
    assert len(pins) > 30
    assert [name for name, rest in pins if "--hash=sha256:" not in rest] == []


def test_the_two_lock_files_agree() -> None:
    versions = [
        dict(re.findall(r"^([a-z0-9][\w.-]*)==(\S+)", (ROOT / lock).read_text(), re.MULTILINE))
        for lock in ("requirements.txt", "requirements-dev.txt")
    ]
    run, develop = versions
    assert {name: version for name, version in run.items() if develop.get(name) != version} == {}


def test_no_file_names_a_package_index() -> None:
    assert holding(INDEX_HOST) == []


def test_no_file_names_a_local_path() -> None:
    assert holding(LOCAL_PATH) == []


def test_no_private_key_is_kept() -> None:
    assert holding(PRIVATE_KEY) == []
    suffixes = {".key", ".p12", ".pfx", ".p8"}
    assert [str(file.relative_to(ROOT)) for file in files() if file.suffix in suffixes] == []
