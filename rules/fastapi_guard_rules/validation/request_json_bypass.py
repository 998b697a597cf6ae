"""FG505 request-json-bypass."""

from collections.abc import Iterator

from fastapi_guard.api import WARNING, Finding, PathOperation, Project, passes_through, raw_body_reads, rule


@rule("FG505", severity=WARNING, profile="strict")
def request_json_bypass(operation: PathOperation, project: Project) -> Iterator[Finding]:
    """An endpoint reads the body from the request instead of declaring a model."""
    endpoint = operation.endpoint
    if endpoint is None or operation.kind != "http" or passes_through(operation.path, operation.endpoint_name):
        return
    name = operation.endpoint_name.rpartition(".")[2]
    for read in raw_body_reads(endpoint.definition, endpoint.location.path):
        yield Finding(
            read.location,
            f"`{name}` reads `{read.name}` from the request: it is neither validated nor documented",
            operations=operation.places,
            help="Take a model as a parameter; FastAPI reads, validates and documents it.",
            symbol=operation.endpoint_name,
        )
