"""`json`: the document that other programs read. Its fields never change within a schema version."""

from collections.abc import Iterator
from typing import Any

from fastapi_guard.finding import Diagnostic, OperationPlace, Problem, Related
from fastapi_guard.report.footer import count_operations
from fastapi_guard.report.json_text import dumps
from fastapi_guard.report.span import by_place, end_of, problems_by_place
from fastapi_guard.report.view import View
from fastapi_guard.scan import ScanResult

SCHEMA_VERSION = 1


def write(result: ScanResult, view: View) -> Iterator[str]:
    yield dumps(document(result, view)) + "\n"


def document(result: ScanResult, view: View) -> dict[str, Any]:
    """The whole report as plain values."""
    return {
        "schema_version": SCHEMA_VERSION,
        "tool": {"name": "fastapi-guard", "version": view.version},
        "root": ".",
        "findings": [finding_record(diagnostic) for diagnostic in by_place(result.diagnostics)],
        "problems": [problem_record(problem) for problem in problems_by_place(result.problems)],
        "summary": summary_record(result),
    }


def finding_record(diagnostic: Diagnostic) -> dict[str, Any]:
    location = diagnostic.location
    end_line, end_column = end_of(location)
    return {
        "code": diagnostic.code,
        "name": diagnostic.name,
        "severity": diagnostic.severity.label,
        "confidence": diagnostic.confidence.label,
        "message": diagnostic.message,
        "path": location.path,
        "line": location.line,
        "column": location.column,
        "end_line": end_line,
        "end_column": end_column,
        "operations": [_operation(operation) for operation in diagnostic.finding.operations],
        "related": [_related(related) for related in diagnostic.finding.related],
        "help": diagnostic.help,
        "url": diagnostic.url,
        "fingerprint": diagnostic.fingerprint,
        "fix": None,
    }


def problem_record(problem: Problem) -> dict[str, Any]:
    return {
        "code": problem.code,
        "path": problem.location.path,
        "line": problem.location.line,
        "message": problem.message,
    }


def summary_record(result: ScanResult) -> dict[str, int]:
    return {
        "files": len(result.files),
        "operations": count_operations(result.project),
        "findings": len(result.diagnostics),
        "suppressed": len(result.suppressed),
        "baselined": 0,
    }


def _operation(operation: OperationPlace) -> dict[str, Any]:
    return {
        "method": operation.method,
        "path": operation.path,
        "file": operation.file,
        "decorator_line": operation.decorator_line,
        "line": operation.line,
    }


def _related(related: Related) -> dict[str, Any]:
    return {
        "path": related.location.path,
        "line": related.location.line,
        "column": related.location.column,
        "message": related.message,
    }
