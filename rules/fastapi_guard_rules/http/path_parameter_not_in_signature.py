"""FG403 path-parameter-not-in-signature."""

from collections.abc import Iterator

from fastapi_guard.api import ERROR, Finding, PathOperation, Project, rule


@rule("FG403", severity=ERROR)
def path_parameter_not_in_signature(operation: PathOperation, project: Project) -> Iterator[Finding]:
    """A parameter of the path is taken neither by the endpoint nor by what it depends on."""
    if operation.endpoint is None or operation.kind not in ("http", "websocket"):
        return
    name = operation.endpoint_name.rpartition(".")[2]
    filled = {parameter.name for parameter in operation.parameters if parameter.source == "dependency"}
    for missing in operation.unread_path_parameters:
        if f"{{{missing}:path}}" in operation.path:
            continue  # it is there to match: one page for every path below
        reason = "fills it from a dependency" if missing in filled else "has no parameter of that name"
        yield Finding(
            operation.registered_at,
            f"`{{{missing}}}` in the path of {operation.title} is ignored: `{name}` {reason}",
            operations=operation.places,
            symbol=operation.endpoint_name,
        )
