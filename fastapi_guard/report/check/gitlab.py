"""`gitlab`: a Code Quality report."""

import hashlib
from collections import Counter
from collections.abc import Iterator
from typing import Any

from fastapi_guard.finding import Severity
from fastapi_guard.location import Location
from fastapi_guard.report.inert import visible
from fastapi_guard.report.json_text import dumps
from fastapi_guard.report.span import by_place, end_of, problems_by_place
from fastapi_guard.report.view import View
from fastapi_guard.scan import ScanResult

_SEVERITIES = {Severity.ERROR: "critical", Severity.WARNING: "major", Severity.INFO: "minor"}


def write(result: ScanResult, view: View) -> Iterator[str]:
    yield dumps(list(_issues(result))) + "\n"


def _issues(result: ScanResult) -> Iterator[dict[str, Any]]:
    seen: Counter[str] = Counter()
    for problem in problems_by_place(result.problems):
        identity = f"{problem.code}:{problem.location.path}"
        yield _issue(problem.code, problem.message, "blocker", problem.location, _unique(identity, seen))
    for diagnostic in by_place(result.diagnostics):
        message = f"{diagnostic.code}: {diagnostic.message}"
        severity = _SEVERITIES[diagnostic.severity]
        yield _issue(diagnostic.name, message, severity, diagnostic.location, _unique(diagnostic.fingerprint, seen))


def _issue(check_name: str, message: str, severity: str, location: Location, fingerprint: str) -> dict[str, Any]:
    return {
        "description": visible(message),
        "check_name": check_name,
        "fingerprint": fingerprint,
        "severity": severity,
        "location": {"path": location.path, "lines": {"begin": location.line, "end": end_of(location)[0]}},
    }


def _unique(identity: str, seen: Counter[str]) -> str:
    """A fingerprint that no other issue of the report has: GitLab drops all but one of equal ones."""
    seen[identity] += 1
    key = f"{identity}\0{seen[identity]}"
    return hashlib.sha256(key.encode("utf-8", "surrogatepass")).hexdigest()[:32]
