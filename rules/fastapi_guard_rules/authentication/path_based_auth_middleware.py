"""FG111 path-based-auth-middleware."""

from collections.abc import Iterator

import libcst as cst

from fastapi_guard.api import MEDIUM, WARNING, Finding, Unit, argument, definitions_of, is_test, rule, status_of, walk

REJECTIONS = frozenset({401, 403})
PASSES_ON = "call_next"


@rule("FG111", severity=WARNING, confidence=MEDIUM, profile="strict", words=[PASSES_ON])
def path_based_auth_middleware(statement: cst.If, unit: Unit) -> Iterator[Finding]:
    """A middleware decides by the path of the URL whether it asks who calls."""
    path = _path_in(statement.test, unit)
    function = unit.enclosing_function(statement)
    if path is None or function is None or is_test(unit.path) or not _calls_on(function):
        return
    if not any(_rejects(node, unit) for node in walk(function.body)):
        return
    exempts = any(_calls_on(line) for line in statement.body.body)
    if not exempts and not any(_rejects(node, unit) for node in walk(statement.body)):
        return
    decision = "lets requests pass" if exempts else "asks who calls"
    yield Finding(
        unit.location(statement.test),
        f"`{function.name.value}` {decision} by `{path}`: a new or differently written path has another guard than meant, "
        "and before Starlette 1.0.1 the Host header of the client is part of it",
        help='Guard routers with dependencies; where it has to be a middleware, compare `request.scope["path"]` as a whole.',
        symbol=unit.symbol(function),
    )


def _path_in(test: cst.BaseExpression, unit: Unit) -> str | None:
    """`request.url.path` as the condition writes it, also by a variable."""
    for node in walk(test):
        if _is_url_path(node):
            return unit.module.code_for_node(node)
        if isinstance(node, cst.Name) and any(
            _is_url_path(inner) for value in definitions_of(node, unit) for inner in walk(value)
        ):
            return node.value
    return None


def _is_url_path(node: cst.CSTNode) -> bool:
    return (
        isinstance(node, cst.Attribute)
        and node.attr.value == "path"
        and isinstance(node.value, cst.Attribute)
        and node.value.attr.value == "url"
    )


def _calls_on(node: cst.CSTNode) -> bool:
    return any(
        isinstance(inner, cst.Call) and isinstance(inner.func, cst.Name) and inner.func.value == PASSES_ON
        for inner in walk(node)
    )


def _rejects(node: cst.CSTNode, unit: Unit) -> bool:
    """Whether a call builds an answer, or an exception, of 401 or 403."""
    if not isinstance(node, cst.Call):
        return False
    positional = 1 if (unit.resolve(node) or "").endswith("Response") else 0
    return status_of(argument(node, "status_code", positional), unit) in REJECTIONS
