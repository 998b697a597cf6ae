"""FG662 insecure-cookie."""

import re
from collections.abc import Iterator

import libcst as cst

from fastapi_guard.api import WARNING, Finding, Unit, argument, is_test, literal_in, rule

IDENTITIES = re.compile(r"session|token|auth|jwt|sid$|access|refresh|login|user_?id|remember", re.IGNORECASE)
HARMLESS = re.compile(r"csrf|xsrf|^(?:is|has)_|_(?:expired|expires|expires_at|type)$", re.IGNORECASE)


@rule("FG662", severity=WARNING, words=["set_cookie"])
def insecure_cookie(call: cst.Call, unit: Unit) -> Iterator[Finding]:
    """A cookie that says who somebody is can be read by scripts, or is sent without encryption."""
    if not isinstance(call.func, cst.Attribute) or call.func.attr.value != "set_cookie" or is_test(unit.path):
        return
    if any(given.star for given in call.args):
        return  # what `**options` holds is not known
    key = argument(call, "key", 0)
    name = literal_in(key, unit) or _last_name(key)
    if not IDENTITIES.search(name) or HARMLESS.search(name) or _is_removed(call):
        return
    lacking = [
        option for option, position in (("httponly", 7), ("secure", 6)) if _is_off(argument(call, option, position))
    ]
    if not lacking:
        return
    function = unit.enclosing_function(call)
    harm = "scripts can read it" if "httponly" in lacking else "it is also sent without encryption"
    yield Finding(
        unit.location(_written_off(call, lacking) or call),
        f"the cookie `{name}` is set without {' and '.join(lacking)}: {harm}",
        help='Set `httponly=True, secure=True, samesite="lax"`.',
        symbol=unit.symbol(function) if function else "",
    )


def _written_off(call: cst.Call, lacking: list[str]) -> cst.Arg | None:
    """The argument that switches off the only option that is lacking."""
    named = [given for given in call.args if given.keyword is not None and given.keyword.value in lacking]
    return named[0] if len(lacking) == 1 and named else None


def _is_off(value: cst.BaseExpression | None) -> bool:
    return value is None or (isinstance(value, cst.Name) and value.value == "False")


def _is_removed(call: cst.Call) -> bool:
    """`max_age=0` or an empty value: the cookie is taken away."""
    age, value = argument(call, "max_age", 2), argument(call, "value", 1)
    is_over = isinstance(age, cst.Integer) and age.evaluated_value == 0
    return is_over or (isinstance(value, cst.SimpleString) and not value.evaluated_value)


def _last_name(node: cst.BaseExpression | None) -> str:
    if isinstance(node, cst.Attribute):
        return node.attr.value
    return node.value if isinstance(node, cst.Name) else ""
