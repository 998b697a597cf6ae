"""`json`: the proof tree for other programs; the dependency tree is flattened, each node with its depth."""

from collections.abc import Iterator
from typing import Any

from fastapi_guard.location import Location
from fastapi_guard.project.explanation import Explanation, Step
from fastapi_guard.project.model import Dependant, Guard
from fastapi_guard.report.json_text import dumps
from fastapi_guard.report.routes.json import route_record
from fastapi_guard.report.view import View
from fastapi_guard.report.why.queries import queries
from fastapi_guard.report.why.words import conclusion, dependency_text, effect_text, place_of, step_text

SCHEMA_VERSION = 1


def write(explanation: Explanation, view: View) -> Iterator[str]:
    yield dumps({"schema_version": SCHEMA_VERSION, "root": ".", **explanation_record(explanation)}) + "\n"


def explanation_record(explanation: Explanation) -> dict[str, Any]:
    """An explanation as plain values."""
    operation = explanation.operation
    return {
        "route": route_record(operation),
        "conclusion": conclusion(explanation),
        "reason": operation.authentication.reason,
        "public_reason": operation.public_reason,
        "guards": [
            *(_guard(guard, decides=True) for guard in operation.authentication.by),
            *(_guard(guard, decides=False) for guard in operation.authentication.beside),
        ],
        "way": [_step(step, explanation) for step in explanation.steps],
        "middlewares": [
            {
                "name": middleware.name,
                "place": _place(middleware.location),
                "added_at": _place(middleware.added_at),
                "effect": effect_text(explanation.middleware_effect(middleware)),
            }
            for middleware in explanation.middlewares
        ],
        "queries": [
            {
                "kind": access.kind,
                "table": access.table,
                "owner_column": access.owner_column or None,
                "scope": access.scope,
                "text": proof.text,
                "place": _place(proof.location),
                "calls": [_place(site) for site in access.sites],
            }
            for access, proof in queries(explanation)
        ],
        "near_misses": [
            {"kind": miss.kind, "text": miss.text, "place": _place(miss.location)} for miss in explanation.near_misses
        ],
    }


def _step(step: Step, explanation: Explanation) -> dict[str, Any]:
    return {
        "kind": step.kind.value,
        "name": step.name,
        "text": step_text(step, explanation),
        "place": _place(step.location),
        "prefix": step.prefix,
        "dependencies": [
            _dependency(node, depth, explanation) for root in step.dependencies for node, depth in _flattened(root, 0)
        ],
    }


def _flattened(node: Dependant, depth: int) -> Iterator[tuple[Dependant, int]]:
    yield node, depth
    for child in node.children:
        yield from _flattened(child, depth + 1)


def _dependency(node: Dependant, depth: int, explanation: Explanation) -> dict[str, Any]:
    guard = explanation.effect_of(node.name, node.location)
    return {
        "depth": depth,
        "name": node.name,
        "text": dependency_text(node, explanation),
        "parameter": node.parameter,
        "via": node.via.value,
        "place": _place(place_of(node)),
        "declared_at": _place(node.declared_at),
        "scopes": list(node.scopes),
        "scheme": {"name": node.scheme.name, "auto_error": node.scheme.auto_error} if node.scheme else None,
        "unresolved": node.unresolved or None,
        "verdict": guard.verdict.value if guard else None,
        "rejects_at": _place(guard.rejects_at) if guard else None,
    }


def _guard(guard: Guard, *, decides: bool) -> dict[str, Any]:
    return {
        "name": guard.name,
        "place": _place(guard.location),
        "via": guard.via.value,
        "verdict": guard.verdict.value,
        "reason": guard.reason,
        "rejects_at": _place(guard.rejects_at),
        "decides": decides,
    }


def _place(location: Location | None) -> dict[str, Any] | None:
    return {"path": location.path, "line": location.line} if location else None
