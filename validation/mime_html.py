"""The words of an HTML body as text: for rules that read a mail's words, not for showing it.  Linear, never raises."""

import html
import re

from validation.mime_charset import nfc

_TAG = re.compile(r"<(?:(!--)|(/?)([a-zA-Z][a-zA-Z0-9]{0,19})(?:[^<>]{0,20000})>|[!?][^<>]{0,2000}>)")
_BREAKS = frozenset(
    {"br", "p", "div", "tr", "li", "table", "h1", "h2", "h3", "h4", "h5", "h6", "blockquote", "pre", "hr", "ul"}
)
_HIDDEN = frozenset({"script", "style", "head", "title", "template"})
_SPACE = re.compile(r"[ \t\r\n\f]+")
_LINES = re.compile(r" ?\n ?(?:\n ?)*")


def html_text(markup: str) -> str:
    """`markup` without tags, comments, scripts and styles; block elements become line ends."""
    pieces: list[str] = []
    hidden = ""  # the element whose content is not shown
    position = 0
    while found := _TAG.search(markup, position):
        if not hidden:
            pieces.append(_SPACE.sub(" ", html.unescape(markup[position : found.start()])))
        position = found.end()
        if found.group(1):
            end = markup.find("-->", position)
            if end < 0:
                break  # an unclosed comment swallows the rest, as in browsers
            position = end + 3
            continue
        name = (found.group(3) or "").lower()
        if hidden:
            if found.group(2) and name == hidden:
                hidden = ""
        elif name in _HIDDEN and not found.group(2):
            hidden = name
        elif name in _BREAKS:
            pieces.append("\n")
    else:
        if not hidden:
            pieces.append(_SPACE.sub(" ", html.unescape(markup[position:])))
    return nfc(_LINES.sub("\n", "".join(pieces)).strip())
