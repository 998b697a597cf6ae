"""`concise`: `path:line:column: CODE message`, one line each, as flake8 prints."""

from collections.abc import Iterator

from fastapi_guard.finding import Diagnostic, Problem
from fastapi_guard.report.inert import visible
from fastapi_guard.report.ink import Ink
from fastapi_guard.report.span import by_place, problems_by_place
from fastapi_guard.report.view import View
from fastapi_guard.scan import ScanResult


def write(result: ScanResult, view: View) -> Iterator[str]:
    ink = Ink(view.color)
    entries: list[Problem | Diagnostic] = [*problems_by_place(result.problems), *by_place(result.diagnostics)]
    for entry in entries:
        location = entry.location
        path = ink(visible(view.path_prefix + location.path), "bold")
        yield f"{path}:{location.line}:{location.column}: {ink(entry.code, 'red')} {visible(entry.message)}\n"
