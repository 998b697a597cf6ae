"""FG118 raw-token-as-identity."""

import re
from collections.abc import Iterator

import libcst as cst

from fastapi_guard.api import ERROR, MEDIUM, Finding, Unit, is_test, rule

USER = re.compile(r"^(?:current_|auth_)?(?:user|user_?id|user_?name|owner_?id|account_?id|principal|subject|uid)$")


@rule("FG118", severity=ERROR, confidence=MEDIUM, words=["HTTPAuthorizationCredentials"])
def raw_token_as_identity(attribute: cst.Attribute, unit: Unit) -> Iterator[Finding]:
    """The token that a client sends is taken for the user's id."""
    if attribute.attr.value != "credentials" or not isinstance(attribute.value, cst.Name) or is_test(unit.path):
        return
    function = unit.enclosing_function(attribute)
    if function is None or not _is_bearer(function, attribute.value.value, unit):
        return
    name = _used_as(attribute, unit)
    if not USER.search(name.lower()):
        return
    yield Finding(
        unit.location(attribute),
        f"`{function.name.value}` takes the raw token for `{name}`: whoever sends another user's id is that user",
        help="Verify the token, and take the user from its claims or from the row that belongs to it.",
        symbol=unit.symbol(function),
    )


def _is_bearer(function: cst.FunctionDef, name: str, unit: Unit) -> bool:
    """Whether a parameter holds what `HTTPBearer` gives."""
    for parameter in (*function.params.params, *function.params.kwonly_params):
        if parameter.name.value == name and parameter.annotation is not None:
            annotation = parameter.annotation.annotation
            if isinstance(annotation, cst.Subscript) and isinstance(annotation.slice[0].slice, cst.Index):
                annotation = annotation.slice[0].slice.value
            return (unit.resolve(annotation) or "").endswith(".HTTPAuthorizationCredentials")
    return False


def _used_as(attribute: cst.Attribute, unit: Unit) -> str:
    """The name that the token is given."""
    holder = unit.parent(attribute)
    if isinstance(holder, cst.Assign) and isinstance(holder.targets[0].target, cst.Name):
        return holder.targets[0].target.value
    if isinstance(holder, cst.AnnAssign) and isinstance(holder.target, cst.Name):
        return holder.target.value
    if isinstance(holder, cst.Arg) and holder.keyword is not None:
        return holder.keyword.value
    if isinstance(holder, cst.DictElement) and isinstance(holder.key, cst.SimpleString):
        return str(holder.key.evaluated_value)
    return ""
