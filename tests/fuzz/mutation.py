"""Hostile input made of good input: seeds are cut, doubled, joined and salted, by dice whose seed is told.

Promise: the same seed gives the same inputs; a finding is written to `var/fuzz/` before the test fails, and an
input that takes longer than `SLOWEST` seconds is a finding too (somewhere it is read more than once per byte).
"""

import hashlib
import os
import random
import time
from collections.abc import Callable, Sequence
from pathlib import Path

SLOWEST = 10.0
_FINDINGS = Path(__file__).resolve().parents[2] / "var" / "fuzz"

#: What parsers of mail, XML, PDF and zip stumble over.
SALT = (
    *(
        b"\r\n",
        b"\n",
        b"\r",
        b"\0",
        b"\xff",
        b"\r\n\r\n",
        b"\r\n.\r\n",
        b"--",
        b"--x\r\n",
        b"--x--",
        b"=?utf-8?B?",
        b"?=",
    ),
    *(
        b'"',
        b"\\",
        b";",
        b"=",
        b"(" * 40,
        b"<" * 40,
        b"%00",
        b"*0*=",
        b"charset=utf-7",
        b"boundary=x",
        b"message/rfc822",
    ),
    *(b"Content-Transfer-Encoding: base64\r\n", b"Content-Type: multipart/mixed; boundary=x\r\n", b"begin 644 a\n"),
    *(b"<!DOCTYPE a [<!ENTITY b 'c'>]>", b"&#0;", b"]]>", b"<![CDATA[", b"xmlns:a=''", b"AAAA" * 30),
    *(
        b"startxref\n0",
        b"%%EOF",
        b"/Prev 0",
        b"/ByteRange [0 1 2 3]",
        b"obj",
        b"PK\x03\x04",
        b"PK\x05\x06",
        b"\xd0\xcf\x11\xe0",
    ),
    *(b"999999999999999999999", b"-1", b"0", "Nguyễn".encode(), b"\xef\xbb\xbf", b"\xed\xa0\x80"),
)


def mutated(dice: random.Random, seeds: Sequence[bytes]) -> bytes:
    """One seed, changed in one to eight places."""
    content = bytearray(dice.choice(seeds))
    for _ in range(dice.randint(1, 8)):
        start = dice.randint(0, len(content))
        end = min(len(content), start + dice.choice((1, 4, 16, 64, 1024)))
        match dice.randrange(6):
            case 0:
                content[start:end] = dice.choice(SALT)
            case 1:
                content[start:start] = dice.choice(SALT) * dice.choice((1, 2, 50))
            case 2:
                del content[start:end]
            case 3:
                content[start:start] = content[start:end] * dice.choice((1, 3, 20))
            case 4:
                other = dice.choice(seeds)
                content[start:] = other[dice.randint(0, len(other)) :]
            case _:
                content[start:end] = dice.randbytes(end - start)
    return bytes(content)


def fuzz(target: Callable[[bytes], object], seeds: Sequence[bytes]) -> int:
    """Feed `target` for DOCBRIDGE_FUZZ_SECONDS; how many inputs it took. What it raises is a finding."""
    seed = int(os.environ.get("DOCBRIDGE_FUZZ_SEED") or random.SystemRandom().randrange(2**32))
    dice = random.Random(seed)
    end = time.monotonic() + float(os.environ["DOCBRIDGE_FUZZ_SECONDS"])
    count = 0
    while time.monotonic() < end:
        content = mutated(dice, seeds)
        started = time.monotonic()
        try:
            target(content)
        except BaseException:
            print(f"DOCBRIDGE_FUZZ_SEED={seed}, input {count}: {kept(content)}")
            raise
        took = time.monotonic() - started
        assert took < SLOWEST, f"{took:.1f} s for {kept(content)} (DOCBRIDGE_FUZZ_SEED={seed}, input {count})"
        count += 1
    print(f"DOCBRIDGE_FUZZ_SEED={seed}: {count} inputs")
    return count


def kept(content: bytes) -> str:
    """Where a finding was written."""
    _FINDINGS.mkdir(parents=True, exist_ok=True)
    file = _FINDINGS / hashlib.sha256(content).hexdigest()
    file.write_bytes(content)
    return f"var/fuzz/{file.name}"
