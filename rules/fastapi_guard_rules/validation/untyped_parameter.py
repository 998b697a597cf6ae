"""FG511 untyped-parameter."""

from collections.abc import Iterator

from fastapi_guard.api import WARNING, Finding, PathOperation, Project, rule, unannotated

FROM_REQUEST = frozenset({"body", "cookie", "file", "form", "header", "path", "query"})


@rule("FG511", severity=WARNING, profile="strict")
def untyped_parameter(operation: PathOperation, project: Project) -> Iterator[Finding]:
    """A handler takes something of the request without saying what it is."""
    endpoint = operation.endpoint
    if endpoint is None or operation.kind not in ("http", "websocket"):
        return
    bare = unannotated(endpoint.definition)
    named = [
        parameter.name
        for parameter in operation.parameters
        if parameter.source in FROM_REQUEST
        and not parameter.annotation
        and parameter.name in bare
        and (parameter.source == "path" or not operation.unread_path_parameters)  # it was meant to be that of the path
    ]
    if named:
        name = operation.endpoint_name.rpartition(".")[2]
        listed = ", ".join(f"`{each}`" for each in named)
        yield Finding(
            endpoint.location,
            f"`{name}` takes {listed} without a type: whatever a client sends is passed on as text",
            operations=operation.places,
            symbol=operation.endpoint_name,
        )
