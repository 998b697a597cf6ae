"""FG409 catch-all-before-routes."""

from collections.abc import Iterator

from fastapi_guard.api import (
    ERROR,
    Finding,
    PathOperation,
    Project,
    Related,
    are_exclusive,
    ends_in_anything,
    rule,
    takes,
)


@rule("FG409", severity=ERROR)
def catch_all_before_routes(project: Project, _: Project) -> Iterator[Finding]:
    """A route or mount that takes every path stands before operations that can so never be called."""
    for index, first in enumerate(project.operations):
        if not _takes_everything(first):
            continue
        hidden = [later for later in project.operations[index + 1 :] if _is_hidden(first, later)]
        if hidden:
            examples = ", ".join(operation.title for operation in hidden[:3])
            more = f" and {len(hidden) - 3} more" if len(hidden) > 3 else ""
            yield Finding(
                first.registered_at,
                f"{first.path or '/'} takes every request before {examples}{more} can: they are never called",
                operations=tuple(place for operation in hidden for place in operation.places),
                related=tuple(Related(operation.registered_at, "never called") for operation in hidden),
                help="Register it after everything else.",
                symbol=first.endpoint_name,
            )


def _takes_everything(operation: PathOperation) -> bool:
    if operation.kind == "mount":
        return operation.path in ("", "/")
    return operation.kind in ("http", "starlette") and ends_in_anything(operation.path)


def _is_hidden(first: PathOperation, later: PathOperation) -> bool:
    if (
        first.application.location != later.application.location
        or later.kind != "http"
        or ends_in_anything(later.path)
        or "{unresolved}" in later.path
    ):
        return False
    if are_exclusive(first, later):
        return False
    if first.kind == "mount":
        return True
    return set(later.methods) <= set(first.methods) and takes(first.path, later.path)
