"""FG873 mcp-call-in-route."""

from collections.abc import Iterator

from fastapi_guard.api import TOOLS, WARNING, Finding, PathOperation, Project, Related, rule


@rule("FG873", severity=WARNING, profile="strict")
def mcp_call_in_route(operation: PathOperation, project: Project) -> Iterator[Finding]:
    """A handler speaks with an MCP server itself."""
    calls = [call for call in operation.outside_calls if call.answered_by == TOOLS]
    if not calls or operation.endpoint is None:
        return
    name = operation.endpoint_name.rpartition(".")[2]
    yield Finding(
        operation.endpoint.location,
        f"`{name}` speaks with an MCP server itself, by `{calls[0].name}`: every handler that needs the tool has its own way "
        "of calling it and of failing",
        operations=operation.places,
        related=tuple(Related(call.location, "asks the MCP server") for call in calls),
        help="Wrap the tool in a function that is called after what it does, and call that.",
        symbol=operation.endpoint_name,
    )
