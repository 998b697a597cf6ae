"""What is written to the log, and which of it is a credential."""

import re
from collections.abc import Iterator

import libcst as cst

from fastapi_guard.facts.unit import Unit

LEVELS = frozenset(
    {"critical", "debug", "error", "exception", "fatal", "info", "log", "success", "trace", "warn", "warning"}
)
LOGGING_CALLS = ("print(", *(f"{prefix}{level}(" for level in sorted(LEVELS) for prefix in ("", "a")))
"""One of them is called where something is written to the log."""

LIBRARIES = ("logging.", "loguru.", "structlog.")
REQUESTS = frozenset({"fastapi.Request", "fastapi.requests.Request", "starlette.requests.Request"})

_LOGGER = re.compile(r"_?(?:\w+_)?log(?:ger)?", re.IGNORECASE)
_CREDENTIAL = re.compile(
    r"(?!\w*(?:dummy|fake|hash|mask|obfuscat|partial|redact|sanitiz|short|truncat))"
    r"(?!(?:\w+_)?(?:cancel|continuation|csrf|eos|first|last|max|min|next|num|page|pad|previous|stop|sync)_token$)_?(?:\w+_)?"
    r"(?:access_?key|api_?key|auth_?header|authorization|bearer|jwt|otp|passphrase|passwd|password|private_?key|pwd|secret|secret_?key|token)",
    re.IGNORECASE,
)
_COOKIE_OR_HEADER = re.compile(
    r"(?:.*[_-])?(?:api-?key|authorization|cookie|jwt|secret|session|sid|token)", re.IGNORECASE
)
_READABLE = frozenset({"decode", "get_secret_value", "strip"})
"""Methods that give the secret itself."""


def is_logging(call: cst.Call, unit: Unit) -> bool:
    """Whether a call writes to the log; `print` does in modules that serve requests."""
    if unit.resolve(call) == "builtins.print":
        return bool(unit.surroundings.endpoint_lines or unit.surroundings.dependency_lines)
    func = call.func
    if not isinstance(func, cst.Attribute) or not {func.attr.value, func.attr.value.removeprefix("a")} & LEVELS:
        return False
    if (unit.resolve(func) or "").startswith(LIBRARIES):
        return True
    receiver = func.value
    name = receiver.attr.value if isinstance(receiver, cst.Attribute) else getattr(receiver, "value", "")
    return isinstance(name, str) and _LOGGER.fullmatch(name) is not None


def logged_credentials(call: cst.Call, unit: Unit) -> Iterator[str]:
    """The credentials among what a call writes, as the code names them."""
    for argument in call.args:
        for value in _values(argument.value):
            named = _credential(value, unit)
            if named:
                yield named


def _values(node: cst.BaseExpression) -> Iterator[cst.BaseExpression]:
    """The expressions whose values an argument puts into the text."""
    if isinstance(node, cst.FormattedString):
        for part in node.parts:
            if isinstance(part, cst.FormattedStringExpression):
                yield from _values(part.expression)
    elif isinstance(node, (cst.BinaryOperation, cst.ConcatenatedString)):
        yield from _values(node.left)
        yield from _values(node.right)
    elif isinstance(node, cst.IfExp):
        yield from _values(node.body)
        yield from _values(node.orelse)
    elif isinstance(node, (cst.Tuple, cst.List)):
        for element in node.elements:
            yield from _values(element.value)
    elif isinstance(node, cst.Dict):
        for entry in node.elements:
            yield from _values(entry.value)
    elif isinstance(node, cst.Call) and isinstance(node.func, cst.Name) and node.func.value in ("repr", "str"):
        for argument in node.args[:1]:
            yield from _values(argument.value)
    elif isinstance(node, cst.Call) and isinstance(node.func, cst.Attribute) and node.func.attr.value == "format":
        for argument in node.args:
            yield from _values(argument.value)
    else:
        yield node


def _credential(node: cst.BaseExpression, unit: Unit) -> str:
    """How a sentence names the credential that an expression is; empty when it is none."""
    if isinstance(node, cst.Call) and isinstance(node.func, cst.Attribute) and node.func.attr.value in _READABLE:
        return _credential(node.func.value, unit)
    if isinstance(node, cst.Name):
        return node.value if _CREDENTIAL.fullmatch(node.value) else ""
    if isinstance(node, cst.Attribute):
        if node.attr.value in ("cookies", "headers") and _is_request(node.value, unit):
            return f"{_text(node.value)}.{node.attr.value}"
        return f"{_text(node.value)}.{node.attr.value}" if _CREDENTIAL.fullmatch(node.attr.value) else ""
    key = _key(node)
    if key:
        holder = node.func.value if isinstance(node, cst.Call) and isinstance(node.func, cst.Attribute) else None
        holder = node.value if isinstance(node, cst.Subscript) else holder
        is_sent = isinstance(holder, cst.Attribute) and holder.attr.value in ("cookies", "headers")
        pattern = _COOKIE_OR_HEADER if is_sent else _CREDENTIAL
        return key if pattern.fullmatch(key) else ""
    return ""


def _key(node: cst.BaseExpression) -> str:
    """`k` of `holder["k"]` and `holder.get("k")`."""
    value: cst.CSTNode | None = None
    if isinstance(node, cst.Subscript) and len(node.slice) == 1 and isinstance(node.slice[0].slice, cst.Index):
        value = node.slice[0].slice.value
    elif (
        isinstance(node, cst.Call)
        and isinstance(node.func, cst.Attribute)
        and node.func.attr.value == "get"
        and node.args
    ):
        value = node.args[0].value
    return str(value.evaluated_value) if isinstance(value, cst.SimpleString) else ""


def _is_request(node: cst.BaseExpression, unit: Unit) -> bool:
    function = unit.enclosing_function(node)
    if function is None or not isinstance(node, cst.Name):
        return False
    every = [*function.params.posonly_params, *function.params.params, *function.params.kwonly_params]
    return any(
        each.name.value == node.value
        and each.annotation is not None
        and unit.resolve(each.annotation.annotation) in REQUESTS
        for each in every
    )


def _text(node: cst.BaseExpression) -> str:
    return node.value if isinstance(node, cst.Name) else "…"
