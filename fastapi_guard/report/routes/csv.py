"""`csv`: one row an operation, for spreadsheets and scripts."""

import csv
import io
from collections.abc import Iterator

from fastapi_guard.project.model import PathOperation
from fastapi_guard.report.inert import visible
from fastapi_guard.report.view import View
from fastapi_guard.scan import ScanResult

COLUMNS = (
    "app",
    "kind",
    "methods",
    "path",
    "verdict",
    "guards",
    "schemes",
    "reason",
    "public_reason",
    "endpoint",
    "file",
    "line",
    "status_code",
    "response_model",
    "tags",
    "include_in_schema",
)
_FORMULA_STARTS = ("=", "+", "-", "@")


def write(result: ScanResult, view: View) -> Iterator[str]:
    project = result.project
    yield _line(COLUMNS)
    for operation in project.operations:
        yield _line(_row(operation))


def _row(operation: PathOperation) -> tuple[str, ...]:
    authentication = operation.authentication
    return (
        operation.app,
        operation.kind,
        " ".join(operation.methods),
        operation.path,
        authentication.verdict.value,
        " ".join(guard.name for guard in authentication.by),
        " ".join(authentication.schemes),
        authentication.reason,
        operation.public_reason or "",
        operation.endpoint_name,
        operation.location.path,
        str(operation.location.line),
        "" if operation.status_code is None else str(operation.status_code),
        operation.response_model or "",
        " ".join(operation.tags),
        "true" if operation.include_in_schema else "false",
    )


def _line(cells: tuple[str, ...]) -> str:
    line = io.StringIO()
    csv.writer(line, lineterminator="\n").writerow([_inert(cell) for cell in cells])
    return line.getvalue()


def _inert(cell: str) -> str:
    """The cell without line breaks, and with an apostrophe where a spreadsheet would see a formula."""
    shown = visible(cell)
    return f"'{shown}" if shown.lstrip().startswith(_FORMULA_STARTS) else shown
