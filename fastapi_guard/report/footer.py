"""What is said after a report, beside it: how much was looked at, what was found, what is not known."""

from collections import Counter
from collections.abc import Iterator

from fastapi_guard.finding import Severity
from fastapi_guard.project.model import Project
from fastapi_guard.report.inert import visible
from fastapi_guard.report.span import problems_by_place
from fastapi_guard.scan import ScanResult


def footer(result: ScanResult) -> Iterator[str]:
    """Lines for standard error after `check`."""
    count = len(result.diagnostics)
    if count:
        yield f"Found {_many(count, 'finding')} ({_severities(result)}) among {_looked_at(result)}."
    elif result.problems or is_empty(result):
        yield f"No findings among {_looked_at(result)}."
    else:
        yield f"All checks passed: {_looked_at(result)}."
    failed = Counter(problem.code for problem in result.problems)
    if failed["FG001"]:
        yield f"{_many(failed['FG001'], 'file')} could not be analysed."
    if failed["FG002"]:
        yield f"{_many(failed['FG002'], 'rule')} failed."
    if result.suppressed:
        yield f"{_many(len(result.suppressed), 'finding')} suppressed."
    yield from notes(result)


def problem_lines(result: ScanResult, path_prefix: str) -> Iterator[str]:
    """Problems for standard error, where the report itself has no room for them."""
    for problem in problems_by_place(result.problems):
        location = problem.location
        yield visible(
            f"{path_prefix}{location.path}:{location.line}:{location.column}: {problem.code} {problem.message}"
        )


def notes(result: ScanResult) -> Iterator[str]:
    """What limits the truth of the result."""
    if is_empty(result):
        yield "note: no FastAPI application or router was found"
    for note in result.notes:
        yield f"note: {visible(note)}"


def is_empty(result: ScanResult) -> bool:
    """Whether the tree holds neither a FastAPI application nor a router."""
    project = result.project
    return not (project.applications or project.operations or project.unmounted)


def count_operations(project: Project) -> int:
    """Operations that a client can call; mounts and Starlette's own routes are not counted."""
    return sum(operation.kind in ("http", "websocket") for operation in project.operations)


def _looked_at(result: ScanResult) -> str:
    return f"{_many(count_operations(result.project), 'operation')} in {_many(len(result.files), 'file')}"


def _severities(result: ScanResult) -> str:
    count_by_severity = Counter(diagnostic.severity for diagnostic in result.diagnostics)
    words = {Severity.ERROR: "error", Severity.WARNING: "warning", Severity.INFO: "info"}
    return ", ".join(
        _many(count_by_severity[severity], word, plural=word if word == "info" else "")
        for severity, word in words.items()
        if count_by_severity[severity]
    )


def _many(count: int, word: str, *, plural: str = "") -> str:
    return f"{count:,} {word if count == 1 else plural or word + 's'}"
