"""FG404 duplicate-route."""

from collections.abc import Iterator

from fastapi_guard.api import ERROR, Finding, Location, PathOperation, Project, Related, are_exclusive, rule, shape_of


@rule("FG404", severity=ERROR)
def duplicate_route(project: Project, _: Project) -> Iterator[Finding]:
    """Two operations of an application have one method and one path: the second is never called."""
    for operations in (project.operations, *(unmounted.operations for unmounted in project.unmounted)):
        yield from _duplicates([operation for operation in operations if operation.kind in ("http", "websocket")])


def _duplicates(operations: list[PathOperation]) -> Iterator[Finding]:
    first_by_request: dict[tuple[Location, str, str], int] = {}
    for index, operation in enumerate(operations):
        if "{unresolved}" in operation.path:
            continue
        requests = [
            (operation.application.location, method, shape_of(operation.path))
            for method in operation.methods or ("WEBSOCKET",)
        ]
        earlier = [first_by_request.setdefault(request, index) for request in requests]
        if index in earlier:
            continue
        first = operations[earlier[0]]
        if are_exclusive(first, operation):
            continue
        if first.endpoint_name == operation.endpoint_name and first.location == operation.location:
            continue  # whichever answers, it is the same function
        name, other = (each.endpoint_name.rpartition(".")[2] for each in (operation, first))
        yield Finding(
            operation.registered_at,
            f"{operation.title} is answered by `{other}`, which is registered first: this `{name}` is never called",
            operations=operation.places,
            related=(Related(first.registered_at, "registered first"),),
            symbol=operation.endpoint_name,
        )
