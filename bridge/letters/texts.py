"""The texts of our letters: templates that ship with the bridge, and the office's own before them.

Promise: a template that uses an unknown value fails in the tests, never silently; one of the office's that is broken
is told to the log and replaced by ours, because a slip in it must not silence receipts.  What is put into a text is
one line, NFC, without control characters, and of bounded length.
"""

import functools
import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from pathlib import Path
from zoneinfo import ZoneInfo

import jinja2
import structlog

_log = structlog.get_logger("docbridge.letters")
_OURS = Path(__file__).parent.parent / "templates"
_LONGEST_LINE = 300


@dataclass(frozen=True, slots=True)
class Row:
    """A line of the text as HTML shows it."""

    said: str

    @property
    def text(self) -> str:
        """Its indentation kept: HTML folds blanks."""
        bare = self.said.lstrip(" ")
        return "\N{NO-BREAK SPACE}" * (len(self.said) - len(bare)) + bare


def render(name: str, values: Mapping[str, object], own: Path | None = None) -> str:
    """The text of the template `name`, from the directory `own` where it has that file and it works."""
    if own is not None and (own / name).is_file():
        try:
            return _rendered(_environment(own), name, values)
        except (jinja2.TemplateError, OSError, UnicodeError) as broken:
            _log.error("template of the office does not work", template=name, cause=type(broken).__name__)
    return _rendered(_environment(None), name, values)


def in_html(name: str, text: str, values: Mapping[str, object], own: Path | None = None, title: str = "") -> str:
    """The same letter for those who prefer HTML: the office's own template of that name, else the text laid out."""
    special = f"{name.removesuffix('.txt')}.html"
    if own is not None and (own / special).is_file():
        return render(special, {**values, "title": title}, own)
    return render("letter.html", {"title": title, "paragraphs": paragraphs_of(text)}, own)


def paragraphs_of(text: str) -> list[list[Row]]:
    """The text as HTML lays it out: paragraphs of lines."""
    return [[Row(row) for row in part.split("\n")] for part in text.strip("\n").split("\n\n")]


def one_line(text: str, most: int = _LONGEST_LINE) -> str:
    """`text` fit to be put into a line of a letter: whatever it is, it ends no line and hides no other."""
    plain = "".join(
        " " if unicodedata.category(letter) in ("Cc", "Cf", "Cs", "Zl", "Zp", "Co", "Cn") else letter for letter in text
    )
    plain = " ".join(unicodedata.normalize("NFC", plain).split())
    return plain if len(plain) <= most else f"{plain[: most - 1]}…"


def shown_time(moment: datetime, time_zone: str) -> str:
    """15 giờ 04 phút, ngày 20/11/2026: as an office writes it, in its own time."""
    return moment.astimezone(ZoneInfo(time_zone)).strftime("%H giờ %M phút, ngày %d/%m/%Y")


def shown_date(day: date) -> str:
    """20/11/2026."""
    return day.strftime("%d/%m/%Y")


def shown_size(octets: int) -> str:
    """1,4 MB; small sizes in bytes.  A comma divides decimals in Vietnam."""
    if octets < 1000:
        return f"{octets} byte"
    for unit, worth in (("GB", 1000**3), ("MB", 1000**2), ("kB", 1000)):
        if octets >= worth:
            return f"{octets / worth:.1f} {unit}".replace(".", ",")
    return f"{octets} byte"


def _rendered(environment: jinja2.Environment, name: str, values: Mapping[str, object]) -> str:
    text = environment.get_template(name).render(values)
    return unicodedata.normalize("NFC", text).strip("\n") + "\n"


@functools.lru_cache(maxsize=8)
def _environment(own: Path | None) -> jinja2.Environment:
    places = [jinja2.FileSystemLoader(place) for place in ((own, _OURS) if own else (_OURS,))]
    environment = jinja2.Environment(
        loader=jinja2.ChoiceLoader(places),
        undefined=jinja2.StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        keep_trailing_newline=True,
        autoescape=jinja2.select_autoescape(["html"]),
    )
    environment.filters["line"] = one_line
    environment.filters["size"] = shown_size
    return environment
