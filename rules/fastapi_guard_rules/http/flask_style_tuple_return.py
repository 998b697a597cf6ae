"""FG413 flask-style-tuple-return."""

import ast
from collections.abc import Iterator

from fastapi_guard.api import ERROR, Finding, Location, PathOperation, Project, returns_of, rule, written_status


@rule("FG413", severity=ERROR)
def flask_style_tuple_return(operation: PathOperation, project: Project) -> Iterator[Finding]:
    """An endpoint returns a body and a status as a tuple, as Flask would take it."""
    if operation.endpoint is None or "tuple" in (operation.response_model or "").lower():
        return
    for statement in returns_of(operation.endpoint.definition):
        value = statement.value
        if not isinstance(value, ast.Tuple) or len(value.elts) not in (2, 3):
            continue
        status = written_status(value.elts[1])
        if status is None or written_status(value.elts[0]) is not None:
            continue
        name = operation.endpoint_name.rpartition(".")[2]
        yield Finding(
            Location(operation.endpoint.location.path, statement.lineno, statement.col_offset + 1),
            f"`{name}` returns a tuple with the status {status}: the client gets "
            f"{operation.status_code or 200} and a list that holds {status}",
            operations=operation.places,
            help="Raise `HTTPException`, return a `JSONResponse` with `status_code`, or set it on an injected `Response`.",
            symbol=operation.endpoint_name,
        )
