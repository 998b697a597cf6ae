"""FG153 jwt-algorithms-missing."""

from collections.abc import Iterator

import libcst as cst

from fastapi_guard.api import (
    ERROR,
    Finding,
    Unit,
    algorithm_names,
    argument,
    comes_from_header,
    has_star,
    is_decode,
    is_test,
    is_unverified,
    rule,
)


@rule("FG153", severity=ERROR, words=["jwt"])
def jwt_algorithms_missing(call: cst.Call, unit: Unit) -> Iterator[Finding]:
    """A token is decoded without saying by which algorithm it may be signed, or with a list that lets it choose."""
    if not is_decode(call, unit) or is_unverified(call, unit) or has_star(call) or is_test(unit.path):
        return
    algorithms = argument(call, "algorithms", 2)
    fault = _fault(algorithms, unit)
    if not fault:
        return
    function = unit.enclosing_function(call)
    yield Finding(
        unit.location(algorithms or call),
        f"`{function.name.value if function else 'the module'}` {fault}",
        help='Name the one algorithm that your tokens are signed with: `algorithms=["HS256"]`.',
        symbol=unit.symbol(function) if function else "",
    )


def _fault(algorithms: cst.BaseExpression | None, unit: Unit) -> str:
    if algorithms is None or (isinstance(algorithms, cst.Name) and algorithms.value == "None"):
        return "decodes a token without `algorithms`: PyJWT refuses every token, python-jose takes what the token names"
    if comes_from_header(algorithms, unit):
        return "takes the algorithm from the token itself: whoever writes the token chooses how it is verified"
    names = [name.upper() for name in algorithm_names(algorithms, unit)]
    if "NONE" in names:
        return "accepts the algorithm `none`: a token without signature passes"
    if any(name.startswith("HS") for name in names) and any(name[:2] in ("RS", "ES", "PS") for name in names):
        return "accepts shared and public keys at once: a token signed with the public key as secret may pass"
    return ""
