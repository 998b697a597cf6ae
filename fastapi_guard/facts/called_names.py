"""Finds calls of certain names in text that is not parsed, quickly: most files call none of them."""

import re
from collections.abc import Collection


class CalledNames:
    """Names, ready to be looked for as `name(`. A class because their pattern is made once for many texts."""

    def __init__(self, names: Collection[str]) -> None:
        self._names = tuple(sorted(names))
        # No look-behind: a pattern that begins with letters is found several times sooner.
        self._pattern = re.compile(rf"{_any_of(self._names)}\s*\(")

    def are_in(self, text: str) -> bool:
        """Whether one of the names is called in the text, or `def` gives it a parameter list."""
        if len(self._names) == 1 and self._names[0] not in text:
            return False
        for match in self._pattern.finditer(text):
            before = text[match.start() - 1 : match.start()]
            if not (before.isalnum() or before == "_"):
                return True
        return False


def _any_of(names: Collection[str]) -> str:
    """A pattern for one of the names that tries each letter once: `ab(?:c|d)` for `abc` and `abd`."""
    if not names:
        return "(?!)"
    by_letter: dict[str, list[str]] = {}
    for name in names:
        by_letter.setdefault(name[:1], []).append(name[1:])
    may_end = "" in by_letter
    options = [f"{re.escape(letter)}{_any_of(rests)}" for letter, rests in by_letter.items() if letter]
    if not options:
        return ""
    if may_end:
        return f"(?:{'|'.join(options)})?"
    return options[0] if len(options) == 1 else f"(?:{'|'.join(options)})"
