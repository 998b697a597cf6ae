"""FG901 missing-endpoint-docstring."""

import ast
import re
from collections.abc import Iterator

from fastapi_guard.api import INFO, Finding, PathOperation, Project, rule

OBVIOUS = re.compile(r"(?:add|create|delete|get|list|patch|post|put|read|remove|replace|update)_[a-z]+(?:_by_id)?")
"""Names of functions that say what their operation does to which resource."""


@rule("FG901", severity=INFO, profile="strict")
def missing_endpoint_docstring(
    operation: PathOperation, project: Project, *, except_crud: bool = False
) -> Iterator[Finding]:
    """An operation has neither a docstring nor a summary or a description."""
    endpoint = operation.endpoint
    if endpoint is None or operation.kind != "http" or not operation.include_in_schema or operation.is_described:
        return
    definition = endpoint.definition
    name = operation.endpoint_name.rpartition(".")[2]
    if isinstance(definition, ast.Lambda) or ast.get_docstring(definition) or (except_crud and OBVIOUS.fullmatch(name)):
        return
    yield Finding(
        endpoint.location,
        f"`{name}` has no docstring: the documentation says nothing of it but its name",
        operations=operation.places,
        help="Say in a sentence what the operation does, and to whom.",
        symbol=operation.endpoint_name,
    )
