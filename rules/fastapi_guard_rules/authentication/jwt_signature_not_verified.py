"""FG151 jwt-signature-not-verified."""

import re
from collections.abc import Iterator

import libcst as cst

from fastapi_guard.api import ERROR, Finding, Unit, is_decode, is_test, is_unverified, rule, walk

HARMLESS_CLAIMS = frozenset({"alg", "aud", "exp", "iat", "iss", "jti", "kid", "nbf", "typ"})
"""Claims that choose a key or tell a time, and say nothing of who calls."""

PROMISES_TO_VERIFY = re.compile(r"authenticat|check|current_?user|require|validat|verif")
"""Names of helpers whose callers take the claims for verified."""


@rule("FG151", severity=ERROR, words=["jwt"])
def jwt_signature_not_verified(call: cst.Call, unit: Unit) -> Iterator[Finding]:
    """The claims of a token are taken without looking at its signature."""
    if not is_unverified(call, unit) or is_test(unit.path):
        return
    function = unit.enclosing_function(call)
    if function is None or not (
        unit.is_dependency(function)
        or unit.is_endpoint(function)
        or PROMISES_TO_VERIFY.search(function.name.value.lower())
    ):
        return
    if _is_verified_too(function, unit) or _hands_token_on(call, function) or not _tells_identity(call, function, unit):
        return
    yield Finding(
        unit.location(call),
        f"`{function.name.value}` takes the claims of a token without verifying its signature: anybody can write such a token",
        help="Decode with the key and `algorithms=[...]`, and leave `verify_signature` at its default.",
        symbol=unit.symbol(function),
    )


def _is_verified_too(function: cst.FunctionDef, unit: Unit) -> bool:
    """Whether the function looks into the token first, to find the key that it then verifies it with."""
    return any(
        is_decode(node, unit) and not is_unverified(node, unit) for node in walk(function) if isinstance(node, cst.Call)
    )


def _hands_token_on(call: cst.Call, function: cst.FunctionDef) -> bool:
    """Whether something else is given the same token, and may verify it."""
    token = call.args[0].value if call.args else None
    if not isinstance(token, cst.Name):
        return False
    others = (node for node in walk(function.body) if isinstance(node, cst.Call) and node is not call)
    return any(
        isinstance(given.value, cst.Name) and given.value.value == token.value for node in others for given in node.args
    )


def _tells_identity(call: cst.Call, function: cst.FunctionDef, unit: Unit) -> bool:
    """Whether more than harmless claims can be taken from the result."""
    holder = unit.parent(call)
    name = ""
    if isinstance(holder, cst.Assign) and isinstance(holder.targets[0].target, cst.Name):
        name = holder.targets[0].target.value
    if not name:
        return True
    uses = [node for node in walk(function.body) if isinstance(node, cst.Name) and node.value == name]
    return not all(_is_harmless_use(use, unit) for use in uses)


def _is_harmless_use(use: cst.Name, unit: Unit) -> bool:
    holder = unit.parent(use)
    if isinstance(holder, cst.AssignTarget):
        return True
    if isinstance(holder, cst.Attribute):
        holder = unit.parent(holder)
    if not isinstance(holder, (cst.Call, cst.Subscript)):
        return False
    keys = [node.evaluated_value for node in walk(holder) if isinstance(node, cst.SimpleString)]
    return bool(keys) and keys[0] in HARMLESS_CLAIMS
