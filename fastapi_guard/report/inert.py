"""Text from the analysed tree, made unable to do anything but be read."""

import unicodedata
from collections.abc import Iterable, Iterator

_SHORT = {"\n": "\\n", "\r": "\\r", "\t": "\\t"}
_ACTIVE = frozenset({"Cc", "Cf", "Cs", "Zl", "Zp"})
"""Controls, format characters (bidi, zero width), surrogates, line and paragraph separators."""
_COMMAND = "##["
"""GitHub's runner obeys `##[command]` wherever it stands in a line of a log."""
_COMMAND_ESCAPED = "#\\x23["


def visible(text: str) -> str:
    """The text with every character that acts instead of showing written as an escape."""
    shown = text if text.isprintable() else "".join(map(visible_character, text))
    return shown.replace(_COMMAND, _COMMAND_ESCAPED)


def without_commands(pieces: Iterable[str]) -> Iterator[str]:
    """Whole lines that no continuous integration runner takes for a command.

    GitHub's runner obeys lines that begin with `::`, blanks before it or not; a path or a wrapped message can begin so.
    """
    rest = ""
    for piece in pieces:
        *lines, rest = (rest + piece).split("\n")
        for line in lines:
            yield _without_command(line) + "\n"
    if rest:
        yield _without_command(rest)


def _without_command(line: str) -> str:
    shown = line.lstrip()
    if shown.startswith("::") and not shown.startswith(":::"):
        line = f"{line[: len(line) - len(shown)]}\\x3a{shown[1:]}"
    return line.replace(_COMMAND, _COMMAND_ESCAPED)


def visible_character(character: str) -> str:
    """One character as `visible` writes it."""
    if unicodedata.category(character) not in _ACTIVE:
        return character
    if character in _SHORT:
        return _SHORT[character]
    code = ord(character)
    if code < 0x100:
        return f"\\x{code:02x}"
    return f"\\u{code:04x}" if code < 0x10000 else f"\\U{code:08x}"


def without_surrogates(text: str) -> str:
    """The text with lone surrogates written as escapes: what JSON readers can take."""
    if text.isascii():
        return text
    return "".join(visible_character(c) if unicodedata.category(c) == "Cs" else c for c in text)
