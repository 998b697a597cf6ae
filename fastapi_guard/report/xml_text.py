"""XML text: ASCII with character references, without the characters that XML 1.0 forbids."""

from xml.sax.saxutils import escape

from fastapi_guard.report.inert import visible

_QUOTES = {'"': "&quot;"}


def attribute(text: str) -> str:
    """The text as the content of a double-quoted attribute."""
    return _ascii(escape(_allowed(text), _QUOTES))


def content(text: str) -> str:
    """The text as the content of an element."""
    return _ascii(escape("\n".join(_allowed(line) for line in text.split("\n"))))


def _allowed(text: str) -> str:
    return "".join(f"\\u{ord(c):04x}" if ord(c) & 0xFFFE == 0xFFFE else c for c in visible(text))


def _ascii(text: str) -> str:
    return text.encode("ascii", "xmlcharrefreplace").decode("ascii")
