"""FG503 orm-model-as-response."""

import ast
from collections.abc import Iterator

from fastapi_guard.api import WARNING, Finding, PathOperation, Project, rule


@rule("FG503", severity=WARNING)
def orm_model_as_response(operation: PathOperation, project: Project) -> Iterator[Finding]:
    """An operation returns rows of a table as they are, and declares no model of what it answers."""
    endpoint = operation.endpoint
    if endpoint is None or operation.kind != "http" or operation.response_model is not None:
        return
    if not operation.returned_table or isinstance(endpoint.definition, ast.Lambda) or endpoint.definition.returns:
        return
    name = operation.endpoint_name.rpartition(".")[2]
    table = operation.returned_table.rpartition(".")[2]
    yield Finding(
        endpoint.location,
        f"`{name}` answers with `{table}` as it is stored: every column, and each that is added later, is public",
        operations=operation.places,
        help="Annotate the return type, or declare `response_model`, with a model of what clients may see.",
        symbol=operation.endpoint_name,
    )
