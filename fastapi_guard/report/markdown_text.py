"""Markdown text that renders as it reads: no markup, links, mentions, emoji or HTML."""

import re
from collections.abc import Sequence

from fastapi_guard.report.inert import visible

_PUNCTUATION = re.compile(r"[\\`*_{}\[\]<>()#+!|~&:$=^]|(?<=www)\.")
_MENTION = re.compile(r"@")


def escaped(text: str) -> str:
    """The text for a paragraph or a table cell."""
    return _MENTION.sub("`@`", _PUNCTUATION.sub(r"\\\g<0>", visible(text)))


def code(text: str) -> str:
    """The text as a code span that a table cell can hold."""
    shown = visible(text).replace("|", "\\|")
    if not shown.strip():
        return ""
    longest = max((len(run) for run in re.findall(r"`+", shown)), default=0)
    fence = "`" * (longest + 1)
    padding = " " if shown.startswith("`") or shown.endswith("`") else ""
    return f"{fence}{padding}{shown}{padding}{fence}"


def table(headings: tuple[str, ...], rows: Sequence[tuple[str, ...]]) -> str:
    """A table of cells that are Markdown already."""
    lines = [headings, tuple("---" for _ in headings), *rows]
    return "".join(f"| {' | '.join(cells)} |\n" for cells in lines)
