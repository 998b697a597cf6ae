"""`grouped`: findings under the file they stand in."""

from collections.abc import Iterator
from itertools import groupby

from fastapi_guard.finding import Diagnostic, Problem
from fastapi_guard.report.inert import visible
from fastapi_guard.report.ink import Ink
from fastapi_guard.report.span import by_place, problems_by_place
from fastapi_guard.report.view import View
from fastapi_guard.scan import ScanResult


def write(result: ScanResult, view: View) -> Iterator[str]:
    ink = Ink(view.color)
    entries: list[Problem | Diagnostic] = [*problems_by_place(result.problems), *by_place(result.diagnostics)]
    entries.sort(key=lambda entry: entry.location.path)
    for path, group in groupby(entries, key=lambda entry: entry.location.path):
        members = list(group)
        places = [f"{entry.location.line}:{entry.location.column}" for entry in members]
        width = max(map(len, places))
        yield ink(visible(view.path_prefix + path), "bold") + ":\n"
        for place, entry in zip(places, members, strict=True):
            yield f"  {place:>{width}}  {ink(entry.code, 'red')}  {visible(entry.message)}\n"
        yield "\n"
