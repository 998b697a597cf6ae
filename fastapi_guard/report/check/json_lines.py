"""`json-lines`: one JSON object a line; findings and problems as in `json`, then the summary."""

from collections.abc import Iterator

from fastapi_guard.report.check.json import finding_record, problem_record, summary_record
from fastapi_guard.report.json_text import dumps
from fastapi_guard.report.span import by_place, problems_by_place
from fastapi_guard.report.view import View
from fastapi_guard.scan import ScanResult


def write(result: ScanResult, view: View) -> Iterator[str]:
    for problem in problems_by_place(result.problems):
        yield dumps({"type": "problem", **problem_record(problem)}, indent=None) + "\n"
    for diagnostic in by_place(result.diagnostics):
        yield dumps({"type": "finding", **finding_record(diagnostic)}, indent=None) + "\n"
    yield dumps({"type": "summary", **summary_record(result)}, indent=None) + "\n"
