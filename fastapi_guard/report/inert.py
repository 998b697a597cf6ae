"""Text from the analysed tree, made unable to do anything but be read."""

import unicodedata

_SHORT = {"\n": "\\n", "\r": "\\r", "\t": "\\t"}
_ACTIVE = frozenset({"Cc", "Cf", "Cs", "Zl", "Zp"})
"""Controls, format characters (bidi, zero width), surrogates, line and paragraph separators."""


def visible(text: str) -> str:
    """The text with every character that acts instead of showing written as an escape."""
    if text.isprintable():
        return text
    return "".join(map(visible_character, text))


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
