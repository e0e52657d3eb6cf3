"""Jobs for the tests: an honest one."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Words:
    """Arguments and answer."""

    text: str
    data: bytes = b""


def echo(words: Words, *payloads: bytes) -> Words:
    """What it was given."""
    return Words(words.text, words.data + b"".join(payloads))
