"""FG119 identity-from-unverified-header."""

import re
from collections.abc import Iterator

import libcst as cst

from fastapi_guard.api import ERROR, MEDIUM, Finding, Unit, argument, rule, walk

IDENTITY = re.compile(
    r"^(?:x-)?(?:forwarded-|remote-|authenticated-|auth-request-|current-)?(?:user|user-?id|user-?name|user-?email|email|user-?role|role|is-?admin)$"
)
HEADERS = frozenset(
    {"fastapi.Header", "fastapi.Cookie", "fastapi.param_functions.Header", "fastapi.param_functions.Cookie"}
)
GUARDS = frozenset({"fastapi.Depends", "fastapi.Security"})


@rule(
    "FG119",
    severity=ERROR,
    confidence=MEDIUM,
    words=["Header", "Cookie", "headers", "cookies"],
    served=True,
    tests=False,
)
def identity_from_unverified_header(
    node: cst.Param | cst.Call | cst.Subscript, unit: Unit, *, trusted_identity_headers: tuple[str, ...] = ()
) -> Iterator[Finding]:
    """Who calls is read from a header or a cookie that anybody can send."""
    name = _parameter(node, unit) if isinstance(node, cst.Param) else _read(node)
    plain = name.lower().replace("_", "-")
    if not IDENTITY.search(plain) or plain in {trusted.lower() for trusted in trusted_identity_headers}:
        return
    function = _function(node, unit)
    if function is None or not (unit.is_endpoint(function) or unit.is_dependency(function)):
        return
    if any(isinstance(inner, cst.Call) and unit.resolve(inner) in GUARDS for inner in walk(function.params)):
        return  # somebody else says who calls
    yield Finding(
        unit.location(node),
        f"`{function.name.value}` believes `{name}`, which every client can send: whoever names another user is that user",
        help="Take the user from a verified token or session, or name the header in `trusted-identity-headers`.",
        symbol=unit.symbol(function),
    )


def _parameter(parameter: cst.Param, unit: Unit) -> str:
    """The header or cookie that FastAPI fills a parameter from."""
    sources = [parameter.default, parameter.annotation]
    for source in sources:
        for node in walk(source) if source is not None else ():
            if isinstance(node, cst.Call) and unit.resolve(node) in HEADERS:
                alias = argument(node, "alias", None)
                return str(alias.evaluated_value) if isinstance(alias, cst.SimpleString) else parameter.name.value
    return ""


def _read(node: cst.Call | cst.Subscript) -> str:
    """The key of `request.headers["..."]` and `request.cookies.get("...")`."""
    if isinstance(node, cst.Call):
        if not isinstance(node.func, cst.Attribute) or node.func.attr.value != "get" or not node.args:
            return ""
        mapping, key = node.func.value, node.args[0].value
    else:
        index = node.slice[0].slice
        mapping, key = node.value, index.value if isinstance(index, cst.Index) else node.value
    if not isinstance(mapping, cst.Attribute) or mapping.attr.value not in ("headers", "cookies"):
        return ""
    if not isinstance(mapping.value, cst.Name) or mapping.value.value not in ("request", "req", "websocket", "ws"):
        return ""
    return str(key.evaluated_value) if isinstance(key, cst.SimpleString) else ""


def _function(node: cst.CSTNode, unit: Unit) -> cst.FunctionDef | None:
    if not isinstance(node, cst.Param):
        return unit.enclosing_function(node)
    holder = unit.parent(node)
    while holder is not None and not isinstance(holder, cst.FunctionDef):
        holder = unit.parent(holder)
    return holder
