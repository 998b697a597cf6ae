"""Colours and widths of text on a terminal."""

import unicodedata
from dataclasses import dataclass

_CODES = {
    "bold": "1",
    "dim": "2",
    "red": "1;31",
    "green": "32",
    "yellow": "1;33",
    "blue": "1;34",
    "magenta": "35",
    "cyan": "36",
}


@dataclass(frozen=True, slots=True)
class Ink:
    """Paints when colours are wanted, and otherwise returns the text as it is."""

    is_colored: bool

    def __call__(self, text: str, style: str) -> str:
        if not self.is_colored or not style or not text:
            return text
        return f"\x1b[{_CODES[style]}m{text}\x1b[0m"


def width_of(text: str) -> int:
    """Terminal cells that inert text takes."""
    if text.isascii():
        return len(text)
    return sum(_cells(character) for character in text)


def padded(text: str, width: int) -> str:
    """The text followed by blanks up to `width` cells."""
    return text + " " * (width - width_of(text))


def _cells(character: str) -> int:
    if unicodedata.combining(character) or unicodedata.category(character) in ("Mn", "Me"):
        return 0
    return 2 if unicodedata.east_asian_width(character) in "WF" else 1
