"""FG508 missing-response-model."""

import ast
from collections.abc import Iterator

from fastapi_guard.api import WARNING, Finding, PathOperation, Project, returns_a_response, returns_of, rule

WITHOUT_BODY = frozenset({204, 205, 304})
TYPED_CLASSES = ("JSONResponse", "ORJSONResponse", "UJSONResponse")


@rule("FG508", severity=WARNING, profile="strict")
def missing_response_model(operation: PathOperation, project: Project) -> Iterator[Finding]:
    """An operation returns data and declares no model for it."""
    endpoint = operation.endpoint
    if (
        endpoint is None
        or operation.kind != "http"
        or operation.response_model is not None
        or not operation.include_in_schema
    ):
        return
    if isinstance(endpoint.definition, ast.Lambda) or endpoint.definition.returns is not None:
        return
    if operation.status_code in WITHOUT_BODY or not (operation.response_class or "JSONResponse").endswith(
        TYPED_CLASSES
    ):
        return
    returned = [statement for statement in returns_of(endpoint.definition) if statement.value is not None]
    if not returned or all(returns_a_response(statement, endpoint.definition) for statement in returned):
        return
    name = operation.endpoint_name.rpartition(".")[2]
    yield Finding(
        endpoint.location,
        f"`{name}` has neither a response model nor a return annotation",
        operations=operation.places,
        help="Annotate what it returns, or declare `response_model`.",
        symbol=operation.endpoint_name,
    )
