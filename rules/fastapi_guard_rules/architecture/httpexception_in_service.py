"""FG803 httpexception-in-service."""

from collections.abc import Iterator

import libcst as cst

from fastapi_guard.api import (
    SERVICE_LAYERS,
    WARNING,
    Finding,
    Unit,
    holds_endpoints,
    http_error,
    in_layer,
    is_called_by_fastapi,
    rule,
)


@rule("FG803", severity=WARNING, profile="strict", words=["HTTPException"])
def httpexception_in_service(
    call: cst.Call, unit: Unit, *, data_layers: tuple[str, ...] = SERVICE_LAYERS
) -> Iterator[Finding]:
    """A service, or what it stands on, answers with an HTTP status."""
    error = http_error(call, unit) if in_layer(unit.path, data_layers) else None
    if error is None or holds_endpoints(unit) or is_called_by_fastapi(call, unit):
        return
    function = unit.enclosing_function(call)
    name = function.name.value if function else "this module"
    status = f"HTTP {error.status}" if error.status else "an HTTP status"
    yield Finding(
        unit.location(call),
        f"`{name}` is part of a service and answers with {status}: only an HTTP request can call it",
        help="Raise an error of the domain, and let a handler of exceptions give it a status.",
        symbol=unit.symbol(function) if function else "",
    )
