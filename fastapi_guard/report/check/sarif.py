"""`sarif`: SARIF 2.1.0, as code scanning reads it."""

import re
from collections.abc import Iterator
from typing import Any
from urllib.parse import quote

from fastapi_guard.finding import Confidence, Diagnostic, Problem, Proof, Severity, Suppressed
from fastapi_guard.location import Location
from fastapi_guard.report.footer import count_operations
from fastapi_guard.report.inert import visible
from fastapi_guard.report.json_text import dumps
from fastapi_guard.report.span import by_place, end_of, problems_by_place
from fastapi_guard.report.view import RuleDescription, View
from fastapi_guard.repository import URL
from fastapi_guard.scan import ScanResult

SCHEMA = "https://docs.oasis-open.org/sarif/sarif/v2.1.0/errata01/os/schemas/sarif-schema-2.1.0.json"

_LEVELS = {Severity.ERROR: "error", Severity.WARNING: "warning", Severity.INFO: "note"}
_PRECISIONS = {Confidence.HIGH: "high", Confidence.MEDIUM: "medium", Confidence.LOW: "low"}
_SECURITY_SEVERITIES = {Severity.ERROR: "8.0", Severity.WARNING: "5.5", Severity.INFO: "3.0"}
_SECURITY_FAMILIES = frozenset({"authentication", "authorization", "configuration", "database", "errors", "web"})
_SECURITY_CODES = ("FG1", "FG2")
"""Codes that are about security whatever folder their rule stands in."""


def write(result: ScanResult, view: View) -> Iterator[str]:
    yield dumps(document(result, view)) + "\n"


def document(result: ScanResult, view: View) -> dict[str, Any]:
    """The whole log as plain values."""
    silenced = sorted(result.suppressed, key=lambda s: (s.location.path, s.location.line, s.diagnostic.code))
    reported = [*by_place(result.diagnostics), *(suppressed.diagnostic for suppressed in silenced)]
    first_by_code = {diagnostic.code: diagnostic for diagnostic in reversed(reported)}
    codes = sorted(first_by_code)
    index_by_code = {code: index for index, code in enumerate(codes)}
    run: dict[str, Any] = {
        "tool": {
            "driver": {
                "name": "fastapi-guard",
                "version": view.version,
                "informationUri": URL,
                "rules": [_rule(first_by_code[code], view.rules.get(code)) for code in codes],
            }
        },
        "automationDetails": {"id": f"fastapi-guard/{visible(view.git_prefix)}"},
        "originalUriBaseIds": {"%SRCROOT%": {"description": {"text": "The top level of the repository."}}},
        "columnKind": "unicodeCodePoints",
        "invocations": [
            {
                "executionSuccessful": not result.problems,
                "toolExecutionNotifications": [_notification(problem, view) for problem in _problems(result)],
            }
        ],
        "results": [
            *(_result(diagnostic, index_by_code, view) for diagnostic in by_place(result.diagnostics)),
            *(_suppressed(suppressed, index_by_code, view) for suppressed in silenced),
        ],
        "properties": {
            "files": len(result.files),
            "operations": count_operations(result.project),
            "notes": [visible(note) for note in result.notes],
        },
    }
    return {"$schema": SCHEMA, "version": "2.1.0", "runs": [run]}


def uri(path: str) -> str:
    """A relative path as a URI reference; bytes that are no UTF-8 keep their value."""
    try:
        return quote(path.encode("utf-8", "surrogateescape"))
    except UnicodeEncodeError:
        return quote(path.encode("utf-8", "surrogatepass"))


def _rule(diagnostic: Diagnostic, description: RuleDescription | None) -> dict[str, Any]:
    summary = visible(description.summary) if description else diagnostic.name.replace("-", " ")
    page = description.page if description else ""
    severity = description.severity if description else diagnostic.severity
    confidence = description.confidence if description else diagnostic.confidence
    is_security = diagnostic.code.startswith(_SECURITY_CODES) or (
        description is not None and description.family in _SECURITY_FAMILIES
    )
    properties: dict[str, Any] = {
        "precision": _PRECISIONS[confidence],
        "problem.severity": {"note": "recommendation"}.get(_LEVELS[severity], _LEVELS[severity]),
        "tags": [*(["security"] if is_security else []), *([description.family] if description else [])],
    }
    if is_security:
        properties["security-severity"] = _SECURITY_SEVERITIES[severity]
    rule: dict[str, Any] = {
        "id": diagnostic.code,
        "name": _pascal(diagnostic.name),
        "shortDescription": {"text": summary},
        "fullDescription": {"text": summary},
        "help": {"text": page or summary, "markdown": page or summary},
        "defaultConfiguration": {"level": _LEVELS[severity]},
        "properties": properties,
    }
    return rule | ({"helpUri": diagnostic.url} if diagnostic.url else {})


def _result(diagnostic: Diagnostic, index_by_code: dict[str, int], view: View) -> dict[str, Any]:
    finding = diagnostic.finding
    text = visible(finding.message)
    if diagnostic.help:
        text = f"{text}\n{visible(diagnostic.help)}"
    result: dict[str, Any] = {
        "ruleId": diagnostic.code,
        "ruleIndex": index_by_code[diagnostic.code],
        "level": _LEVELS[diagnostic.severity],
        "message": {"text": _bracketed(text)},
        "locations": [_location(finding.location, view)],
        "partialFingerprints": {"fastapiGuardFingerprint/v1": diagnostic.fingerprint},
        "properties": {
            "confidence": diagnostic.confidence.label,
            "operations": [visible(f"{operation.method} {operation.path}") for operation in finding.operations],
        },
    }
    if finding.related:
        result["relatedLocations"] = [
            {"id": index, **_location(related.location, view, related.message)}
            for index, related in enumerate(finding.related, start=1)
        ]
    steps = [_location(proof.location, view, proof.text) for proof in _walk(finding.proof) if proof.location]
    if steps:
        flow = {"threadFlows": [{"locations": [{"location": step} for step in steps]}]}
        result["codeFlows"] = [flow]
    return result


def _suppressed(suppressed: Suppressed, index_by_code: dict[str, int], view: View) -> dict[str, Any]:
    suppression = {
        "kind": "inSource",
        "justification": visible(suppressed.reason),
        "location": _location(suppressed.location, view),
    }
    return {**_result(suppressed.diagnostic, index_by_code, view), "suppressions": [suppression]}


def _notification(problem: Problem, view: View) -> dict[str, Any]:
    return {
        "level": "error",
        "descriptor": {"id": problem.code},
        "message": {"text": _bracketed(visible(problem.message))},
        "locations": [_location(problem.location, view)],
    }


def _problems(result: ScanResult) -> list[Problem]:
    return problems_by_place(result.problems)


def _location(location: Location, view: View, message: str = "") -> dict[str, Any]:
    end_line, end_column = end_of(location)
    place: dict[str, Any] = {
        "physicalLocation": {
            "artifactLocation": {"uri": uri(view.git_prefix + location.path), "uriBaseId": "%SRCROOT%"},
            "region": {
                "startLine": max(location.line, 1),
                "startColumn": max(location.column, 1),
                "endLine": max(end_line, 1),
                "endColumn": max(end_column, 1),
            },
        }
    }
    return place | ({"message": {"text": _bracketed(visible(message))}} if message else {})


def _walk(proofs: tuple[Proof, ...]) -> Iterator[Proof]:
    pending = list(reversed(proofs))
    while pending:
        proof = pending.pop()
        yield proof
        pending.extend(reversed(proof.children))


def _bracketed(text: str) -> str:
    """The text with brackets escaped: SARIF reads `[words](1)` in messages as a link."""
    return re.sub(r"[\\\[\]]", r"\\\g<0>", text)


def _pascal(name: str) -> str:
    return "".join(part[:1].upper() + part[1:] for part in name.split("-"))
