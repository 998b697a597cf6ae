"""FG872 llm-call-in-route."""

from collections.abc import Iterator

from fastapi_guard.api import MODEL, WARNING, Finding, PathOperation, Project, Related, rule


@rule("FG872", severity=WARNING, profile="strict")
def llm_call_in_route(operation: PathOperation, project: Project) -> Iterator[Finding]:
    """A handler asks a language model itself."""
    calls = [call for call in operation.outside_calls if call.answered_by == MODEL]
    if not calls or operation.endpoint is None or not any(each.accesses for each in project.operations):
        return
    name = operation.endpoint_name.rpartition(".")[2]
    yield Finding(
        operation.endpoint.location,
        f"`{name}` asks a language model itself, by `{calls[0].name}`: its prompt, its limits and its failures are HTTP's",
        operations=operation.places,
        related=tuple(Related(call.location, "asks the model") for call in calls),
        help="Put prompt, call and limits into a module of their own, and call that.",
        symbol=operation.endpoint_name,
    )
