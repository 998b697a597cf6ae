"""`junit`: XML that continuous integration servers show as tests, one suite a file, one failure a finding."""

from collections import Counter
from collections.abc import Iterator
from itertools import groupby

from fastapi_guard.finding import Diagnostic, Problem
from fastapi_guard.report.span import by_place, problems_by_place
from fastapi_guard.report.view import View
from fastapi_guard.report.xml_text import attribute, content
from fastapi_guard.scan import ScanResult


def write(result: ScanResult, view: View) -> Iterator[str]:
    entries: list[Problem | Diagnostic] = [*problems_by_place(result.problems), *by_place(result.diagnostics)]
    entries.sort(key=lambda entry: entry.location.path)
    errors, failures = len(result.problems), len(result.diagnostics)
    tests = max(len(entries), 1)
    yield '<?xml version="1.0" encoding="utf-8"?>\n'
    yield f'<testsuites name="fastapi-guard" tests="{tests}" failures="{failures}" errors="{errors}">\n'
    for path, group in groupby(entries, key=lambda entry: entry.location.path):
        yield from _suite(path, list(group))
    if not entries:
        yield '  <testsuite name="fastapi-guard" tests="1" failures="0" errors="0">\n'
        yield '    <testcase name="no findings" classname="fastapi-guard"/>\n'
        yield "  </testsuite>\n"
    yield "</testsuites>\n"


def _suite(path: str, entries: list[Problem | Diagnostic]) -> Iterator[str]:
    kinds = Counter("errors" if isinstance(entry, Problem) else "failures" for entry in entries)
    counts = f'tests="{len(entries)}" failures="{kinds["failures"]}" errors="{kinds["errors"]}"'
    yield f'  <testsuite name="{attribute(path)}" {counts}>\n'
    for entry in entries:
        location = entry.location
        title = entry.code if isinstance(entry, Problem) else f"{entry.code} {entry.name}"
        name = attribute(f"{title} at {location.line}:{location.column}")
        place = f'file="{attribute(path)}" line="{location.line}"'
        yield f'    <testcase name="{name}" classname="{attribute(path)}" {place}>\n'
        yield f"      {_outcome(entry)}\n"
        yield "    </testcase>\n"
    yield "  </testsuite>\n"


def _outcome(entry: Problem | Diagnostic) -> str:
    location = entry.location
    place = f"{location.path}:{location.line}:{location.column}"
    if isinstance(entry, Problem):
        return f'<error type="{attribute(entry.code)}" message="{attribute(entry.message)}">{content(place)}</error>'
    text = f"{place}\n{entry.help}\n{entry.url}".replace("\n\n", "\n").rstrip()
    kind = f'type="{entry.severity.label}"'
    return f'<failure {kind} message="{attribute(entry.message)}">{content(text)}</failure>'
