"""`markdown`: a summary for a pull request or a workflow's step."""

from collections.abc import Iterator

from fastapi_guard.finding import Diagnostic
from fastapi_guard.location import Location
from fastapi_guard.report.footer import footer
from fastapi_guard.report.markdown_text import code, escaped, table
from fastapi_guard.report.span import by_place, problems_by_place
from fastapi_guard.report.view import View
from fastapi_guard.scan import ScanResult

_MAX_ROWS = 500
"""GitHub cuts step summaries at one megabyte."""


def write(result: ScanResult, view: View) -> Iterator[str]:
    yield "## fastapi-guard\n\n"
    for line in footer(result):
        yield f"{escaped(line)}\n\n"
    if result.problems:
        rows = [(code(p.code), _place(p.location), escaped(p.message)) for p in problems_by_place(result.problems)]
        yield "### Not analysed\n\n" + table(("Code", "Place", "Problem"), rows) + "\n"
    if result.diagnostics:
        ordered = sorted(by_place(result.diagnostics), key=lambda diagnostic: -diagnostic.severity)
        yield "### Findings\n\n"
        yield table(("Severity", "Rule", "Place", "Finding"), [_row(diagnostic) for diagnostic in ordered[:_MAX_ROWS]])
        if len(ordered) > _MAX_ROWS:
            yield f"\nand {len(ordered) - _MAX_ROWS} more\n"


def _row(diagnostic: Diagnostic) -> tuple[str, ...]:
    rule = f"{diagnostic.code} {diagnostic.name}"
    return diagnostic.severity.label, code(rule), _place(diagnostic.location), escaped(diagnostic.message)


def _place(location: Location) -> str:
    return code(f"{location.path}:{location.line}")
