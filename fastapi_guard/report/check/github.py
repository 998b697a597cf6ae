"""`github`: workflow commands that GitHub Actions shows as annotations.

GitHub shows ten annotations of a kind for each step and drops the others without a word, so that the tenth says how
many there are.
"""

from collections.abc import Iterator
from dataclasses import dataclass

from fastapi_guard.finding import Confidence, Severity
from fastapi_guard.location import Location
from fastapi_guard.report.inert import visible, without_surrogates
from fastapi_guard.report.span import by_place, end_of, problems_by_place
from fastapi_guard.report.view import View
from fastapi_guard.scan import ScanResult

_LIMIT = 10
_COMMANDS = {Severity.ERROR: "error", Severity.WARNING: "warning", Severity.INFO: "notice"}


@dataclass(frozen=True, slots=True)
class _Annotation:
    title: str
    location: Location
    message: str
    confidence: Confidence = Confidence.HIGH


def write(result: ScanResult, view: View) -> Iterator[str]:
    for severity, annotations in _by_severity(result).items():
        command = _COMMANDS[severity]
        shown = annotations if len(annotations) <= _LIMIT else annotations[: _LIMIT - 1]
        for annotation in shown:
            yield _line(command, annotation, view)
        if len(annotations) > len(shown):
            rest = len(annotations) - len(shown)
            yield f"::{command} title=fastapi-guard::{rest} more findings of this kind are not shown here\n"


def _by_severity(result: ScanResult) -> dict[Severity, list[_Annotation]]:
    """Annotations of each kind, the worst first: problems, then findings by confidence."""
    annotations: dict[Severity, list[_Annotation]] = {severity: [] for severity in sorted(_COMMANDS, reverse=True)}
    for problem in problems_by_place(result.problems):
        annotations[Severity.ERROR].append(_Annotation(problem.code, problem.location, problem.message))
    for diagnostic in sorted(by_place(result.diagnostics), key=lambda diagnostic: -diagnostic.confidence):
        title = f"{diagnostic.code} {diagnostic.name}"
        message = f"{visible(diagnostic.message)}\n{visible(diagnostic.help)}".rstrip()
        annotations[diagnostic.severity].append(_Annotation(title, diagnostic.location, message, diagnostic.confidence))
    return annotations


def _line(command: str, annotation: _Annotation, view: View) -> str:
    location = annotation.location
    end_line, end_column = end_of(location)
    properties = {"title": annotation.title, "file": view.git_prefix + location.path, "line": str(location.line)}
    if end_line == location.line:
        properties["col"] = str(location.column)
    properties["endLine"] = str(end_line)
    if end_line == location.line:
        properties["endColumn"] = str(end_column)
    shown = ",".join(f"{key}={_property(value)}" for key, value in properties.items())
    return f"::{command} {shown}::{_data(annotation.message)}\n"


def _data(text: str) -> str:
    escaped = text.replace("%", "%25").replace("\r", "%0D").replace("\n", "%0A")
    return visible(without_surrogates(escaped))


def _property(text: str) -> str:
    return _data(text).replace(":", "%3A").replace(",", "%2C")
