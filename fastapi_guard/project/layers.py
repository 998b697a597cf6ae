"""Whether a project keeps its database accesses in a layer of their own, and which handlers go past it."""

from __future__ import annotations

from collections.abc import Sequence

from pathspec import GitIgnoreSpec

from fastapi_guard.project.model import DatabaseAccess, Function, PathOperation, Project

TRANSACTIONS = frozenset({"commit", "flush", "refresh", "rollback"})


def handler_accesses(operation: PathOperation) -> tuple[DatabaseAccess, ...]:
    """What the handler itself does to rows; a transaction that it ends is no access by itself."""
    own = tuple(access for access in operation.accesses if access.in_handler and _stands_in(access, operation.endpoint))
    return own if any(access.kind not in TRANSACTIONS for access in own) else ()


def _stands_in(access: DatabaseAccess, endpoint: Function | None) -> bool:
    """Whether it is written in the function itself, and not in a dependency that was run before it."""
    if endpoint is None or access.location.path != endpoint.location.path:
        return False
    last = endpoint.definition.end_lineno or endpoint.definition.lineno
    return endpoint.definition.lineno <= access.location.line <= last


def has_data_layer(project: Project, layers: Sequence[str]) -> bool:
    """Whether operations reach the database through files that the globs of service and data layers match."""
    spec = GitIgnoreSpec.from_lines(layers)
    paths = {
        access.location.path
        for operation in project.operations
        for access in operation.accesses
        if not access.in_handler
    }
    return any(spec.match_file(path) for path in paths)
