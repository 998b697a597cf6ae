"""FG210 admin-route-without-role-check."""

import re
from collections.abc import Iterator

from fastapi_guard.api import LOW, MEDIUM, WARNING, Finding, PathOperation, Project, Verdict, is_public, rule

ADMIN = re.compile(r"/(?:super-?)?admin(?:istration|s)?(?:/|$)|/(?:back-?office|superuser)(?:/|$)", re.IGNORECASE)


@rule("FG210", severity=WARNING, confidence=LOW)
def admin_route_without_role_check(project: Project, context: Project) -> Iterator[Finding]:
    """An operation for administrators asks only for somebody who is signed in."""
    for operation in project.operations:
        if (
            operation.kind != "http"
            or operation.authentication.verdict is not Verdict.REQUIRED
            or operation.checks_role
        ):
            continue
        if not ADMIN.search(operation.path) or is_public(operation, "non-public"):
            continue
        guards = ", ".join(f"`{guard.name.rpartition('.')[2]}`" for guard in operation.authentication.by)
        yield Finding(
            operation.decorator_location,
            f"`{operation.title}` is for administrators and asks only for {guards}: whoever is signed in may call it",
            operations=operation.places,
            help="Depend on a callable that looks at the role of the user.",
            confidence=MEDIUM
            if _siblings_check(operation, project) and set(operation.methods) - {"GET", "HEAD"}
            else None,
            symbol=operation.endpoint_name,
        )


def _siblings_check(operation: PathOperation, project: Project) -> bool:
    return any(other.checks_role and other.router.location == operation.router.location for other in project.operations)
