"""FG405 return-httpexception."""

from collections.abc import Iterator

import libcst as cst

from fastapi_guard.api import ERROR, Finding, Unit, rule

HTTP_EXCEPTIONS = frozenset(
    {
        "fastapi.HTTPException",
        "fastapi.exceptions.HTTPException",
        "starlette.exceptions.HTTPException",
    }
)


@rule("FG405", severity=ERROR, words=["HTTPException"])
def return_httpexception(statement: cst.Return, unit: Unit) -> Iterator[Finding]:
    """An endpoint or a dependency returns an HTTPException that it builds, instead of raising it."""
    if not isinstance(statement.value, cst.Call) or unit.resolve(statement.value) not in HTTP_EXCEPTIONS:
        return
    function = unit.enclosing_function(statement)
    if function is None:
        return
    name = function.name.value
    if unit.is_endpoint(function):
        effect = "the client gets status 200 and the exception as JSON"
    elif unit.is_dependency(function):
        effect = "the request goes on, with the exception as its value"
    else:
        return
    yield Finding(
        unit.location(statement),
        f"`{name}` returns an HTTPException instead of raising it: {effect}",
        help="Write `raise` instead of `return`.",
        symbol=unit.symbol(function),
    )
