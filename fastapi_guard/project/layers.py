"""Whether a project keeps its database accesses in a layer of their own, and which handlers go past it."""

from __future__ import annotations

from collections.abc import Sequence

from pathspec import GitIgnoreSpec

from fastapi_guard.project.model import DatabaseAccess, PathOperation, Project

TRANSACTIONS = frozenset({"commit", "flush", "refresh", "rollback"})


def handler_accesses(operation: PathOperation) -> tuple[DatabaseAccess, ...]:
    """What the handler itself does to rows; a transaction that it ends is no access by itself."""
    own = tuple(access for access in operation.accesses if access.in_handler)
    return own if any(access.kind not in TRANSACTIONS for access in own) else ()


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
