"""FG401 route-shadowed."""

from collections.abc import Iterator

from fastapi_guard.api import (
    ERROR,
    Finding,
    Location,
    PathOperation,
    Project,
    Related,
    are_exclusive,
    ends_in_anything,
    rule,
    shape_of,
    takes,
)


@rule("FG401", severity=ERROR)
def route_shadowed(project: Project, _: Project) -> Iterator[Finding]:
    """An earlier operation's parameter takes what a later path has as text: the later one is never called."""
    for operations in (project.operations, *(unmounted.operations for unmounted in project.unmounted)):
        yield from _shadowed(operations)


def _shadowed(operations: tuple[PathOperation, ...]) -> Iterator[Finding]:
    taking: dict[Location, list[PathOperation]] = {}
    for operation in operations:
        if operation.kind != "http" or "{unresolved}" in operation.path:
            continue
        earlier = taking.setdefault(operation.application.location, [])
        first = next((other for other in earlier if _shadows(other, operation)), None)
        if "{" in operation.path and not ends_in_anything(operation.path):
            earlier.append(operation)
        if first is None or first.location == operation.location:
            continue  # whichever answers, it is the same function
        name, other = (each.endpoint_name.rpartition(".")[2] for each in (operation, first))
        yield Finding(
            operation.registered_at,
            f"{operation.title} is answered by `{other}` ({first.path}), which is registered first: "
            f"`{name}` is never called",
            operations=operation.places,
            related=(Related(first.registered_at, "registered first"),),
            help="Register the path without a parameter first.",
            symbol=operation.endpoint_name,
        )


def _shadows(first: PathOperation, later: PathOperation) -> bool:
    if are_exclusive(first, later):
        return False
    if not set(later.methods) <= set(first.methods) or shape_of(first.path) == shape_of(later.path):
        return False
    return takes(first.path, later.path)
