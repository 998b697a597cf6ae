"""FG156 jwt-errors-unhandled."""

from collections.abc import Iterator

import libcst as cst

from fastapi_guard.api import ERROR, MEDIUM, Finding, Unit, is_decode, is_test, is_unverified, lets_errors_out, rule


@rule("FG156", severity=ERROR, confidence=MEDIUM, words=["jwt"])
def jwt_errors_unhandled(call: cst.Call, unit: Unit) -> Iterator[Finding]:
    """A handler or a dependency decodes a token and lets the errors of forged ones out."""
    function = unit.enclosing_function(call)
    if function is None or not is_decode(call, unit) or is_unverified(call, unit) or is_test(unit.path):
        return
    if not (unit.is_endpoint(function) or unit.is_dependency(function)) or not lets_errors_out(call, unit):
        return
    yield Finding(
        unit.location(call),
        f"a broken or forged token makes `{function.name.value}` raise: the client gets 500 instead of 401",
        help="Catch `jwt.InvalidTokenError` (`JWTError` of python-jose) and raise 401.",
        symbol=unit.symbol(function),
    )
