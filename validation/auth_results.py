"""One `Authentication-Results` field as values (RFC 8601 section 2.2): who judged, by which methods, with which result.

Promise: linear in the field's length, never raises; what is not of that grammar is left out.  Whether the writer may
be believed is not said here (`auth_results_trusted`).
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from validation.domain import domain_of

_LONGEST = 32_768  # characters that are read; real fields have a few hundred
_MOST = 50  # results of one field


@dataclass(frozen=True, slots=True)
class AuthResult:
    """One method's result."""

    method: str  #: spf, dkim, dmarc, arc..., lower case, without its version
    result: str  #: pass, fail, none..., lower case
    properties: Mapping[str, str]  #: "smtp.mailfrom" -> value

    def domain(self, *names: str) -> str:
        """The domain in the first of these properties that has one; "" = none has."""
        return next((found for name in names if (found := domain_of(self.properties.get(name, "")))), "")


@dataclass(frozen=True, slots=True)
class AuthResults:
    """What one server says of a mail."""

    server: str  #: authserv-id, lower case; "" where the writer left it out
    results: tuple[AuthResult, ...]


def parse(value: str) -> AuthResults:
    """The field's value; unfolded or not."""
    server = ""
    results: list[AuthResult] = []
    for number, (words, pairs) in enumerate(_segments(value[:_LONGEST])):
        if number == 0 and words:
            server = words[0].lower()
        if pairs and len(results) < _MOST:
            (method, result), *properties = pairs
            named = {name.lower(): text for name, text in reversed(properties)}
            results.append(AuthResult(method.lower().partition("/")[0], result.lower(), named))
    return AuthResults(server, tuple(results))


def _segments(value: str) -> Iterator[tuple[list[str], list[tuple[str, str]]]]:
    """Between semicolons: the words that stand alone, and the pairs name=value."""
    words: list[str] = []
    pairs: list[tuple[str, str]] = []
    name, text, valued, gap = "", "", False, False

    def finish() -> None:
        nonlocal name, text, valued, gap
        if valued and name and text:
            pairs.append((name, text))
        elif name and not valued:
            words.append(name)
        name, text, valued, gap = "", "", False, False

    for letter, literal in _bare(value):
        if literal or letter not in " \t\r\n;=":
            if gap:
                finish()
            if valued:
                text += letter
            else:
                name += letter
        elif letter == ";":
            finish()
            yield words, pairs
            words, pairs = [], []
        elif letter == "=":
            if valued:
                text += letter  # "header.b=abc=": the value goes on
            else:
                valued, gap = True, False
        elif (valued and text) or (not valued and name):
            if valued:
                finish()
            else:
                gap = True  # "spf = pass": the sign may follow
    finish()
    yield words, pairs


def _bare(value: str) -> Iterator[tuple[str, bool]]:
    """The letters without comments (RFC 5322 section 3.2.2), each with whether it stood in quotes."""
    depth, quoted, escaped = 0, False, False
    for letter in value:
        if escaped:
            escaped = False
            if not depth:
                yield letter, True
        elif letter == "\\" and (depth or quoted):
            escaped = True
        elif quoted:
            if letter == '"':
                quoted = False
            else:
                yield letter, True
        elif letter == "(":
            depth += 1
        elif depth:
            if letter == ")":
                depth -= 1
                if not depth:
                    yield " ", False
        elif letter == '"':
            quoted = True
        else:
            yield letter, False
