"""Turns what rules said into what is reported: merged, ordered, with a rule's identity and a fingerprint."""

import hashlib
from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import replace

from fastapi_guard.finding import Diagnostic, Finding
from fastapi_guard.location import Location
from fastapi_guard.repository import rule_page_url
from fastapi_guard.rule import Rule


def diagnostics_of(findings: Iterable[tuple[Rule, Finding]], texts: Mapping[str, str]) -> tuple[Diagnostic, ...]:
    """The findings ordered by place and code; the same thing said twice of one place is said once."""
    rule_by_code: dict[str, Rule] = {}
    finding_by_key: dict[tuple[Location, str, str], Finding] = {}
    for rule, finding in findings:
        rule_by_code[rule.code] = rule
        key = (finding.location, rule.code, finding.message)
        known = finding_by_key.get(key)
        finding_by_key[key] = _merged(known, finding) if known else finding
    lines_by_path: dict[str, list[str]] = {}
    seen: Counter[tuple[str, ...]] = Counter()
    diagnostics = []
    for (location, code, _), finding in sorted(finding_by_key.items(), key=lambda item: item[0]):
        if location.path not in lines_by_path:
            lines_by_path[location.path] = texts.get(location.path, "").split("\n")
        lines = lines_by_path[location.path]
        line = lines[location.line - 1] if 0 < location.line <= len(lines) else ""
        identity = (code, finding.symbol or location.path, " ".join(line.split()))
        seen[identity] += 1
        diagnostics.append(_diagnostic(rule_by_code[code], finding, fingerprint(*identity, seen[identity])))
    return tuple(diagnostics)


def fingerprint(code: str, symbol: str, line: str, occurrence: int) -> str:
    """Names a finding across edits elsewhere: no line number; the n-th of equal ones has the number n."""
    parts = "\0".join((code, symbol, line, str(occurrence)))
    return hashlib.sha256(parts.encode("utf-8", "surrogateescape")).hexdigest()[:16]


def _diagnostic(rule: Rule, finding: Finding, mark: str) -> Diagnostic:
    return Diagnostic(
        code=rule.code,
        name=rule.name,
        severity=finding.severity or rule.severity,
        confidence=finding.confidence or rule.confidence,
        finding=finding,
        url=rule_page_url(rule),
        help=finding.help,
        fingerprint=mark,
    )


def _merged(one: Finding, other: Finding) -> Finding:
    """A router that is included twice has each of its faults once, with all operations."""
    return replace(
        one,
        operations=tuple(dict.fromkeys((*one.operations, *other.operations))),
        related=tuple(dict.fromkeys((*one.related, *other.related))),
    )
