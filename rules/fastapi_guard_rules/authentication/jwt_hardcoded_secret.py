"""FG152 jwt-hardcoded-secret."""

from collections.abc import Iterator

import libcst as cst

from fastapi_guard.api import ERROR, Finding, Unit, argument, is_jwt_call, is_test, literal_texts, rule


@rule("FG152", severity=ERROR, words=["jwt"])
def jwt_hardcoded_secret(call: cst.Call, unit: Unit) -> Iterator[Finding]:
    """Tokens are signed or verified with a key that stands in the code."""
    if not is_jwt_call(call, unit) or is_test(unit.path):
        return
    function = unit.enclosing_function(call)
    for text in literal_texts(argument(call, "key", 1), unit):
        if not text.evaluated_value or "PUBLIC KEY" in str(text.evaluated_value):
            continue
        yield Finding(
            unit.location(text),
            "the key that tokens are signed with stands in the code: whoever reads it writes tokens for anybody",
            help="Read the key from the environment, without a default.",
            symbol=unit.symbol(function) if function else "",
        )
