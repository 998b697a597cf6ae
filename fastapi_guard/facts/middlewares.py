"""Functions that run as a middleware: around every request, outside of FastAPI's handlers of exceptions."""

import libcst as cst

from fastapi_guard.facts.http_errors import CATCH_ALL, HTTP_EXCEPTIONS, caught_by
from fastapi_guard.facts.unit import Unit

BASES = frozenset({"fastapi.middleware.BaseHTTPMiddleware", "starlette.middleware.base.BaseHTTPMiddleware"})


def is_middleware(function: cst.FunctionDef, unit: Unit) -> bool:
    """Whether a function is `@app.middleware("http")`, or `dispatch` of a `BaseHTTPMiddleware`."""
    for decorator in function.decorators:
        call = decorator.decorator
        if isinstance(call, cst.Call) and isinstance(call.func, cst.Attribute) and call.func.attr.value == "middleware":
            first = call.args[0].value if call.args else None
            if isinstance(first, cst.SimpleString) and first.evaluated_value == "http":
                return True
    body = unit.parent(function)
    holder = unit.parent(body) if body is not None else None
    return (
        function.name.value == "dispatch"
        and isinstance(holder, cst.ClassDef)
        and any(unit.resolve(base.value) in BASES for base in holder.bases)
    )


def leaves_function(statement: cst.Raise, unit: Unit) -> bool:
    """Whether no `try` of its function catches the HTTP error that a statement raises."""
    child: cst.CSTNode = statement
    holder = unit.parent(statement)
    while holder is not None and not isinstance(holder, (cst.FunctionDef, cst.Lambda)):
        if isinstance(holder, cst.Try) and child is holder.body:
            names = [name for handler in holder.handlers for name in caught_by(handler, unit)]
            if any(name is None or name in CATCH_ALL or name in HTTP_EXCEPTIONS for name in names):
                return False
        child, holder = holder, unit.parent(holder)
    return True
