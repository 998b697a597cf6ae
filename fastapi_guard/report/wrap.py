"""Inert text laid out in lines of a given width."""

from fastapi_guard.report.ink import width_of

_BREAK_AFTER = ("/", ".,:(", "-_")
"""Characters behind which a word is broken, the best first."""


def wrapped(text: str, width: int) -> list[str]:
    """Lines of at most `width` cells, broken at blanks; a longer word is folded."""
    lines: list[str] = []
    current = ""
    for word in text.split(" "):
        candidate = f"{current} {word}" if current else word
        if width_of(candidate) <= width:
            current = candidate
            continue
        if current:
            lines.append(current)
        *full, current = folded(word, width)
        lines.extend(full)
    return [*lines, current]


def folded(word: str, width: int) -> list[str]:
    """A word without blanks in pieces of at most `width` cells, broken behind `/` and `.` where there is one."""
    pieces: list[str] = []
    while width_of(word) > width:
        end = _fitting(word, width)
        places = range(end - 1, end // 3 - 1, -1)
        breaks = (index + 1 for signs in _BREAK_AFTER for index in places if word[index] in signs)
        end = next(breaks, end)
        pieces.append(word[:end])
        word = word[end:]
    return [*pieces, word]


def _fitting(word: str, width: int) -> int:
    """How many characters of `word` fit; at least one."""
    used = 0
    for index, character in enumerate(word):
        used += width_of(character)
        if used > width:
            return max(index, 1)
    return len(word)
