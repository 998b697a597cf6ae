"""FG807 external-call-in-route."""

from collections.abc import Iterator

from fastapi_guard.api import MODEL, TOOLS, WARNING, Finding, PathOperation, Project, Related, passes_on, rule


@rule("FG807", severity=WARNING, profile="strict")
def external_call_in_route(operation: PathOperation, project: Project) -> Iterator[Finding]:
    """A handler talks to somebody else's service itself."""
    calls = [call for call in operation.outside_calls if call.answered_by not in (MODEL, TOOLS)]
    if not calls or operation.endpoint is None or passes_on(operation):
        return
    name = operation.endpoint_name.rpartition(".")[2]
    yield Finding(
        operation.endpoint.location,
        f"`{name}` calls `{calls[0].name}` itself: without {calls[0].answered_by} it can be neither tested nor reused",
        operations=operation.places,
        related=tuple(Related(call.location, f"asks {call.answered_by}") for call in calls),
        help="Move the call into a module for that service, and call that.",
        symbol=operation.endpoint_name,
    )
