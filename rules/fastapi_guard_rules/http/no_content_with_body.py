"""FG408 no-content-with-body."""

from collections.abc import Iterator

from fastapi_guard.api import ERROR, Finding, Location, PathOperation, Project, literal_kind, returns_of, rule

WITHOUT_BODY = frozenset({204, 205, 304})


@rule("FG408", severity=ERROR)
def no_content_with_body(operation: PathOperation, project: Project) -> Iterator[Finding]:
    """An operation with a status that has no body declares a response model or returns a value."""
    status = operation.status_code
    if status is None or not (status < 200 or status in WITHOUT_BODY):
        return
    name = operation.endpoint_name.rpartition(".")[2]
    if operation.response_model == "?":
        return
    if operation.response_model:
        yield Finding(
            operation.registered_at,
            f"`{name}` answers {status}, which has no body, and declares the response model "
            f"`{operation.response_model}`: FastAPI refuses it when the module is imported",
            operations=operation.places,
            help="Annotate the return as `None`, or answer with a status that has a body.",
            symbol=operation.endpoint_name,
        )
        return
    if operation.endpoint is None:
        return
    for statement in returns_of(operation.endpoint.definition):
        kind = literal_kind(statement.value)
        if kind not in ("", "None"):
            yield Finding(
                Location(operation.endpoint.location.path, statement.lineno, statement.col_offset + 1),
                f"`{name}` answers {status}, which has no body, and returns a {kind} that no client will see",
                operations=operation.places,
                help="Return nothing, or answer with a status that has a body.",
                symbol=operation.endpoint_name,
            )
