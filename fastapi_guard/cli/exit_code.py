"""The exit codes: 0 clean, 1 findings, 2 wrong use or a fault, 3 nothing to analyse."""

from fastapi_guard.finding import Severity
from fastapi_guard.report.footer import is_empty
from fastapi_guard.scan import ScanResult

CLEAN, FOUND, WRONG, NOTHING = 0, 1, 2, 3
INTERRUPTED = 130
"""128 + SIGINT, as shells report it."""


def exit_code(
    result: ScanResult, *, fail_on: Severity | None, exit_zero: bool = False, allow_no_app: bool = False
) -> int:
    """The code for a result; `fail_on` None looks at problems only."""
    codes = {problem.code for problem in result.problems}
    if "FG002" in codes:
        return WRONG
    is_failing = fail_on is not None and any(diagnostic.severity >= fail_on for diagnostic in result.diagnostics)
    if codes or is_failing:
        return CLEAN if exit_zero else FOUND
    return NOTHING if is_empty(result) and not allow_no_app else CLEAN
