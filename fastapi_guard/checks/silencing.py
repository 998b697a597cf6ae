"""Applies suppressions to diagnostics, and says of each suppression whether it did anything."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace

from fastapi_guard.checks.nouns import operations_of
from fastapi_guard.checks.settings import FileIgnores
from fastapi_guard.config.settings import PublicRoute
from fastapi_guard.finding import Diagnostic, OperationPlace, Suppressed
from fastapi_guard.project.model import PathOperation, Project, Verdict
from fastapi_guard.project.public import is_configured
from fastapi_guard.rule import Rule
from fastapi_guard.source.suppressions import Directive, Suppression


@dataclass(frozen=True, slots=True)
class Silenced:
    """Diagnostics after the suppressions had their say."""

    diagnostics: tuple[Diagnostic, ...]
    suppressed: tuple[Suppressed, ...]
    used: frozenset[tuple[Suppression, str]]
    """Suppressions that silenced something, with the code or name under which they did."""


def without_ignored_files(diagnostics: Iterable[Diagnostic], ignored: FileIgnores) -> tuple[Diagnostic, ...]:
    """Without the findings, and the operations of findings, in files where the configuration ignores their rule."""
    kept = []
    for diagnostic in diagnostics:
        if diagnostic.code in ignored(diagnostic.location.path):
            continue
        operations = diagnostic.finding.operations
        left = tuple(operation for operation in operations if diagnostic.code not in ignored(operation.file))
        if left or not operations:
            kept.append(_with_operations(diagnostic, left))
    return tuple(kept)


def silence(diagnostics: Iterable[Diagnostic], suppressions: Sequence[Suppression]) -> Silenced:
    """Take out what comments silence: whole findings at their place, else single operations of them."""
    by_path: dict[str, list[Suppression]] = {}
    for suppression in suppressions:
        by_path.setdefault(suppression.location.path, []).append(suppression)
    kept: list[Diagnostic] = []
    suppressed: list[Suppressed] = []
    used: set[tuple[Suppression, str]] = set()
    for diagnostic in diagnostics:
        place = diagnostic.location
        whole = [
            s for s in by_path.get(place.path, ()) if s.speaks_for(place.path, place.line) and _names(s, diagnostic)
        ]
        if whole:
            used.update((s, _names(s, diagnostic)) for s in whole)
            suppressed.append(_suppressed(diagnostic, whole[0], diagnostic.finding.operations))
            continue
        left = list(diagnostic.finding.operations)
        for path in sorted({operation.file for operation in left}):
            for suppression in by_path.get(path, ()):
                out = [operation for operation in left if _speaks_for_operation(suppression, operation)]
                if out and _names(suppression, diagnostic):
                    used.add((suppression, _names(suppression, diagnostic)))
                    suppressed.append(_suppressed(diagnostic, suppression, tuple(out)))
                    left = [operation for operation in left if operation not in out]
        if left or not diagnostic.finding.operations:
            kept.append(_with_operations(diagnostic, tuple(left)))
    return Silenced(tuple(kept), tuple(suppressed), frozenset(used))


def judged(
    suppressions: Sequence[Suppression],
    rules: Sequence[Rule],
    ran: frozenset[str],
    used: frozenset[tuple[Suppression, str]],
    project: Project,
) -> tuple[Suppression, ...]:
    """The suppressions with what they name in vain.

    Only rules that `ran` everywhere can show a suppression idle.
    """
    code_by_identity = {identity: rule.code for rule in rules for identity in (rule.code, rule.name)}
    return tuple(_judged(suppression, code_by_identity, ran, used, project) for suppression in suppressions)


def dead_entries(public: Sequence[PublicRoute], project: Project) -> tuple[Suppression, ...]:
    """The entries of the configuration that make nothing public, as declarations that do not.

    Where something could not be followed, the operation that an entry names may be there.
    """
    dead = []
    for route in public:
        meant = [operation for operation in operations_of(project) if is_configured(operation, route)]
        is_idle = all(operation.authentication.verdict is Verdict.REQUIRED for operation in meant)
        if is_idle and (meant or not project.unresolved):
            title = f"{route.method} {route.path}"
            dead.append(
                Suppression(
                    Directive.PUBLIC, route.location, None, (title,), route.reason or "configured", unused=("public",)
                )
            )
    return tuple(dead)


def _judged(
    suppression: Suppression,
    code_by_identity: Mapping[str, str],
    ran: frozenset[str],
    used: frozenset[tuple[Suppression, str]],
    project: Project,
) -> Suppression:
    if suppression.directive is Directive.PUBLIC:
        declared = [operation for operation in operations_of(project) if _declares(suppression, operation)]
        is_idle = all(operation.authentication.verdict is Verdict.REQUIRED for operation in declared)
        return replace(suppression, unused=("public",) if is_idle else ())
    unused = (
        code for code in suppression.codes if code_by_identity.get(code) in ran and (suppression, code) not in used
    )
    unknown = (code for code in suppression.codes if code not in code_by_identity)
    return replace(suppression, unused=tuple(unused), unknown=tuple(unknown))


def _declares(suppression: Suppression, operation: PathOperation) -> bool:
    places = (operation.location, operation.decorator_location, operation.registered_at)
    return any(suppression.speaks_for(place.path, place.line) for place in places)


def _names(suppression: Suppression, diagnostic: Diagnostic) -> str:
    """The word under which the suppression names the rule; empty when it does not."""
    return next((code for code in suppression.codes if code in (diagnostic.code, diagnostic.name)), "")


def _speaks_for_operation(suppression: Suppression, operation: OperationPlace) -> bool:
    return any(suppression.speaks_for(operation.file, line) for line in (operation.decorator_line, operation.line))


def _suppressed(diagnostic: Diagnostic, suppression: Suppression, operations: tuple[OperationPlace, ...]) -> Suppressed:
    return Suppressed(diagnostic, suppression.reason, suppression.location, operations)


def _with_operations(diagnostic: Diagnostic, operations: tuple[OperationPlace, ...]) -> Diagnostic:
    """The diagnostic about these operations only, without the related places of the others."""
    finding = diagnostic.finding
    if len(operations) == len(finding.operations):
        return diagnostic
    gone = {(place.file, line) for place in finding.operations for line in (place.decorator_line, place.line)}
    gone -= {(place.file, line) for place in operations for line in (place.decorator_line, place.line)}
    related = tuple(r for r in finding.related if (r.location.path, r.location.line) not in gone)
    return replace(diagnostic, finding=replace(finding, operations=operations, related=related))
