"""Spans with an end, and their order."""

from fastapi_guard.finding import Diagnostic, Problem
from fastapi_guard.location import Location


def end_of(location: Location) -> tuple[int, int]:
    """Line and exclusive column of the end; of the start where the end is not known."""
    if (location.end_line, location.end_column) <= (location.line, location.column):
        return location.line, location.column
    return location.end_line, location.end_column


def by_place(diagnostics: tuple[Diagnostic, ...]) -> list[Diagnostic]:
    """Diagnostics in the order of their places, then of their codes."""
    return sorted(diagnostics, key=lambda d: (d.location.path, d.location.line, d.location.column, d.code, d.message))


def problems_by_place(problems: tuple[Problem, ...]) -> list[Problem]:
    """Problems in the order of their places, then of their codes."""
    return sorted(problems, key=lambda p: (p.location.path, p.location.line, p.location.column, p.code, p.message))
