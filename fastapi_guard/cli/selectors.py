"""Values of command-line options that are lists: selectors and per-file ignores."""

from collections.abc import Sequence

import click

from fastapi_guard.config.selection import selector_error
from fastapi_guard.config.settings import PerFileIgnore
from fastapi_guard.rule import Rule


def split_list(values: Sequence[str]) -> tuple[str, ...]:
    """`("FG1,FG2", "FG3")` as its three elements."""
    return tuple(part.strip() for value in values for part in value.split(",") if part.strip())


def checked_selectors(flag: str, values: Sequence[str], rules: Sequence[Rule]) -> tuple[str, ...]:
    """The selectors of a flag; a usage error for one that means no rule."""
    selectors = split_list(values)
    for selector in selectors:
        error = selector_error(selector, rules)
        if error:
            raise click.UsageError(f"{flag}: {error}")
    return selectors


def parse_per_file_ignores(values: Sequence[str], rules: Sequence[Rule]) -> tuple[PerFileIgnore, ...]:
    """`PATTERN:SELECTOR` pairs; a part without a colon is one more selector for the pattern before it."""
    selectors_by_pattern: dict[str, list[str]] = {}
    pattern = ""
    for part in split_list(values):
        head, colon, selector = part.rpartition(":")
        if colon:
            pattern = head
        if not pattern or not selector:
            raise click.UsageError(f"--per-file-ignores: {part!r} is not PATTERN:CODE")
        checked_selectors("--per-file-ignores", [selector], rules)
        selectors_by_pattern.setdefault(pattern, []).append(selector)
    return tuple(PerFileIgnore(pattern, tuple(chosen)) for pattern, chosen in selectors_by_pattern.items())
