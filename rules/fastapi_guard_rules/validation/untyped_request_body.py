"""FG502 untyped-request-body."""

from collections.abc import Iterator

from fastapi_guard.api import ERROR, Finding, PathOperation, Project, passes_through, rule, untyped_bodies


@rule("FG502", severity=ERROR, profile="strict")
def untyped_request_body(operation: PathOperation, project: Project) -> Iterator[Finding]:
    """A body is taken as a dict, a list or anything, without a model."""
    endpoint = operation.endpoint
    if endpoint is None or operation.kind != "http" or passes_through(operation.path, operation.endpoint_name):
        return
    name = operation.endpoint_name.rpartition(".")[2]
    for parameter in untyped_bodies(endpoint.definition, operation.path, endpoint.location.path):
        yield Finding(
            parameter.location,
            f"`{name}` takes its body `{parameter.name}` as {parameter.kind}: nothing in it is validated",
            operations=operation.places,
            help="Declare a model with the fields that are read.",
            symbol=operation.endpoint_name,
        )
