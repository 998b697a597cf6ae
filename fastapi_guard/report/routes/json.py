"""`json`: the inventory that other programs read. Its fields never change within a schema version."""

from collections.abc import Iterator
from typing import Any

from fastapi_guard.location import Location
from fastapi_guard.project.model import Authentication, PathOperation, Project
from fastapi_guard.report.json_text import dumps
from fastapi_guard.report.view import View
from fastapi_guard.scan import ScanResult

SCHEMA_VERSION = 1


def write(result: ScanResult, view: View) -> Iterator[str]:
    project = result.project
    yield dumps(document(project)) + "\n"


def document(project: Project) -> dict[str, Any]:
    """The whole inventory as plain values."""
    return {
        "schema_version": SCHEMA_VERSION,
        "root": ".",
        "apps": [
            {"name": app.name, "path": app.location.path, "line": app.location.line} for app in project.applications
        ],
        "routes": [route_record(operation) for operation in project.operations],
        "unmounted": [
            {
                "router": unmounted.router.name,
                "path": unmounted.router.location.path,
                "line": unmounted.router.location.line,
                "operations": len(unmounted.operations),
            }
            for unmounted in project.unmounted
        ],
        "unresolved": [
            {
                "kind": unresolved.kind,
                "path": unresolved.location.path,
                "line": unresolved.location.line,
                "reason": unresolved.reason,
            }
            for unresolved in project.unresolved
        ],
    }


def route_record(operation: PathOperation) -> dict[str, Any]:
    dependencies = tuple(operation.walk_dependencies())
    return {
        "app": operation.app,
        "kind": operation.kind,
        "methods": list(operation.methods),
        "path": operation.path,
        "endpoint": operation.endpoint_name,
        "file": operation.location.path,
        "line": operation.location.line,
        "decorator_line": operation.decorator_location.line,
        "status_code": operation.status_code,
        "response_model": operation.response_model if operation.response_model not in ("", "?") else None,
        "tags": list(operation.tags),
        "include_in_schema": operation.include_in_schema,
        "auth": _authentication(operation.authentication),
        "dependencies": [dependency.name for dependency in dependencies],
        "dependency_places": [_place(dependency.location) for dependency in dependencies if dependency.location],
    }


def _authentication(authentication: Authentication) -> dict[str, Any]:
    return {
        "verdict": authentication.verdict.value,
        "schemes": list(authentication.schemes),
        "by": [{"name": guard.name, **_place(guard.location), "via": guard.via.value} for guard in authentication.by],
    }


def _place(location: Location | None) -> dict[str, Any]:
    return {"path": location.path if location else None, "line": location.line if location else None}
