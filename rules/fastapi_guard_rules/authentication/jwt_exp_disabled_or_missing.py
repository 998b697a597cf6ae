"""FG155 jwt-exp-disabled-or-missing."""

import re
from collections.abc import Iterator

import libcst as cst

from fastapi_guard.api import (
    ERROR,
    Finding,
    Unit,
    algorithm_names,
    argument,
    has_star,
    is_decode,
    is_false,
    is_jwt_call,
    is_test,
    is_unverified,
    jwt_option,
    payload_keys,
    rule,
)

SUBJECT = re.compile(r"^(?:sub|id|uid|e?mail|role|roles|scope|scopes)$|user|account|member")
"""Claims that make a token speak for somebody."""


@rule("FG155", severity=ERROR, words=["jwt"])
def jwt_exp_disabled_or_missing(call: cst.Call, unit: Unit) -> Iterator[Finding]:
    """Tokens are made without a time at which they expire, or that time is not looked at."""
    if not is_jwt_call(call, unit) or has_star(call) or is_test(unit.path):
        return
    function = unit.enclosing_function(call)
    name = function.name.value if function else "the module"
    if is_decode(call, unit):
        option = jwt_option(call, "verify_exp", unit)
        if is_unverified(call, unit) or not is_false(option):
            return
        message = f"`{name}` switches `verify_exp` off: a token that was stolen once works forever"
    else:
        keys = payload_keys(argument(call, "payload", 0) or argument(call, "claims", 0), unit)
        algorithms = algorithm_names(argument(call, "algorithm", 2), unit)
        if (
            keys is None
            or not any(map(SUBJECT.search, keys))
            or "none" in algorithms
            or any("exp" in key.lower() for key in keys)
        ):
            return
        message = f"`{name}` makes a token without `exp`: once stolen, it works forever"
    yield Finding(
        unit.location(call),
        message,
        help="Give every token an `exp`, and have it verified.",
        symbol=unit.symbol(function) if function else "",
    )
