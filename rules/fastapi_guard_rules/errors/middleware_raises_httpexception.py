"""FG604 middleware-raises-httpexception."""

from collections.abc import Iterator

import libcst as cst

from fastapi_guard.api import ERROR, Finding, Unit, http_error, is_middleware, leaves_function, rule


@rule("FG604", severity=ERROR, words=["HTTPException"])
def middleware_raises_httpexception(statement: cst.Raise, unit: Unit) -> Iterator[Finding]:
    """A middleware raises an HTTP error, where no handler of exceptions is left to answer it."""
    error = http_error(statement.exc, unit)
    function = unit.enclosing_function(statement) if error else None
    if error is None or function is None or not is_middleware(function, unit) or not leaves_function(statement, unit):
        return
    if error.status == 500:
        return  # what was meant is what becomes of it
    meant = f"HTTP {error.status}" if error.status else "an HTTP error"
    yield Finding(
        unit.location(error.call),
        f"`{function.name.value}` is a middleware and raises {meant}: the client gets a 500",
        help="Return a response with that status.",
        symbol=unit.symbol(function),
    )
