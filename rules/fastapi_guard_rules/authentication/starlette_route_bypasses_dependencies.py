"""FG113 starlette-route-bypasses-dependencies."""

from collections.abc import Iterator

from fastapi_guard.api import (
    WARNING,
    Finding,
    PathOperation,
    Project,
    Related,
    Verdict,
    is_guarded,
    routers_of,
    rule,
    short_name,
)

SILENT = frozenset({Verdict.REQUIRED, Verdict.UNKNOWN})


@rule("FG113", severity=WARNING)
def starlette_route_bypasses_dependencies(operation: PathOperation, project: Project) -> Iterator[Finding]:
    """A route of Starlette's kind, for which FastAPI runs no dependencies, stands among operations that have some."""
    if operation.kind != "starlette" or operation.public_reason or operation.authentication.verdict in SILENT:
        return
    holders = [(place.location, place.dependencies) for place in routers_of(operation)]
    holders += [(step.location, step.dependencies) for step in operation.contexts if not step.router.is_application]
    skipped = dict.fromkeys(root.name.rpartition(".")[2] for _, roots in holders for root in roots)
    if skipped:
        what = f"what it depends on there is not run: {', '.join(f'`{root}`' for root in skipped)}"
    elif any(is_guarded(other) for other in project.operations if other.router.location == operation.router.location):
        what = f"other operations of `{short_name(operation.router)}` are guarded"
    else:
        return
    yield Finding(
        operation.registered_at,
        f"`{operation.title}` is registered as a route of Starlette's, and {what}",
        operations=operation.places,
        related=tuple(Related(place, "declared here") for place, roots in dict(holders).items() if roots),
        help="Register it as a path operation (`@app.get`, `add_api_route`).",
        symbol=operation.endpoint_name,
    )
