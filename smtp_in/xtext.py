"""xtext, in which DSN parameters carry what a command line cannot (RFC 3461 section 4)."""

import re

_XTEXT = re.compile(r"(?:[!-*,-<>-~]|\+[0-9A-F]{2})*")  # xchar: printable but "+" and "="; hexchar
_HEXCHAR = re.compile(r"\+([0-9A-F]{2})")


def decode(text: str) -> str | None:
    """The printable ASCII behind it, or None: not xtext, or it hides a control character or an octet beyond ASCII."""
    if _XTEXT.fullmatch(text) is None:
        return None
    plain = _HEXCHAR.sub(lambda found: chr(int(found[1], 16)), text)
    return plain if all(" " <= letter <= "~" for letter in plain) else None
