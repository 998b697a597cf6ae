"""FG209 auth-user-unused."""

import ast
from collections.abc import Iterator

from fastapi_guard.api import (
    MEDIUM,
    WARNING,
    DatabaseAccess,
    Finding,
    PathOperation,
    Project,
    Related,
    Verdict,
    principal_parameter,
    rule,
    unscoped,
)


@rule("FG209", severity=WARNING, confidence=MEDIUM)
def auth_user_unused(project: Project, context: Project) -> Iterator[Finding]:
    """A handler takes who calls, touches rows that belong to users, and never looks at who it was."""
    told = {id(operation) for found in unscoped(project) for operation in found.operations}
    for operation in project.operations:
        name = principal_parameter(operation)
        if (
            not name
            or name.startswith("_")
            or id(operation) in told
            or operation.authentication.verdict is not Verdict.REQUIRED
        ):
            continue
        access = next(filter(_is_owned, operation.accesses), None)
        taken = next((parameter for parameter in operation.parameters if parameter.name == name), None)
        if access is None or taken is None or operation.checks_role or _reads(operation, name):
            continue
        table = access.table.rpartition(".")[2]
        yield Finding(
            taken.location,
            f"`{name}` is never used, and `{table}` belongs to `{access.owner_column}`",
            operations=operation.places,
            related=(Related(access.query or access.location, f"`{table}` is touched here"),),
            help=f"Compare or set `{access.owner_column}` with it; where signing in is enough, depend in the decorator.",
            symbol=operation.endpoint_name,
        )


def _is_owned(access: DatabaseAccess) -> bool:
    """Rows of users that are written, or read by a query that could not be followed."""
    if not access.owner_column or access.is_of_principals or access.is_aggregate:
        return False
    if access.scope == "write":
        return access.kind == "insert" and all(write.source not in ("principal", "own") for write in access.writes)
    return access.scope == "unknown" and access.kind != "select"


def _reads(operation: PathOperation, name: str) -> bool:
    endpoint = operation.endpoint
    if endpoint is None or isinstance(endpoint.definition, ast.Lambda):
        return True
    nodes = (node for statement in endpoint.definition.body for node in ast.walk(statement))
    return any(isinstance(node, ast.Name) and node.id in (name, "locals") for node in nodes)
