"""FG411 error-returned-with-200."""

import re
from collections.abc import Iterator

import libcst as cst

from fastapi_guard.api import WARNING, Finding, Unit, argument, caught_by, handler_around, rule, status_of, walk

ERROR_KEYS = frozenset({"err", "error", "error_message", "errors"})
SUCCESS_KEYS = frozenset({"ok", "success", "succeeded", "successful"})
FAILED = frozenset({"error", "fail", "failure"})
BESIDE_AN_ERROR = frozenset(
    {"code", "detail", "details", "message", "msg", "reason", "status", "status_code", *ERROR_KEYS, *SUCCESS_KEYS}
)

ANSWERS_OF_THEIR_OWN = re.compile(
    r"(?:^|_)(?:web_?hooks?|hooks?|callback|graphql|rpc|json_?rpc|events?|slack|telegram|health\w*|ready|readiness|live|liveness"
    r"|ping|probe|status|check\w*|test|validat\w*|verify|diagnos\w*)(?:_|$)"
)
"""Endpoints whose protocol puts the error into the body, or whose question is whether something works."""


_TELLING = "|".join(sorted({"status", *ERROR_KEYS, *SUCCESS_KEYS}))


@rule("FG411", severity=WARNING, words=[re.compile(rf"[\"'](?:{_TELLING})[\"']|\b(?:{_TELLING})\s*=")], served=True)
def error_returned_with_200(statement: cst.Return, unit: Unit) -> Iterator[Finding]:
    """An endpoint returns a body that says that it failed, with a status that says that it did not."""
    entries = dict(_entries(statement.value, unit))
    failure = _failure(entries, is_handling=handler_around(statement, unit) is not None)
    if failure is None:
        return
    function = unit.enclosing_function(statement)
    if function is None or not unit.is_endpoint(function) or ANSWERS_OF_THEIR_OWN.search(function.name.value.lower()):
        return
    if any(_sets_status(node) for node in walk(function.body)) or _is_outcome(statement, function, failure):
        return
    if _lacks_a_package(handler_around(statement, unit), unit):
        return
    yield Finding(
        unit.location(statement),
        f"`{function.name.value}` returns `{failure}` with the status of a success",
        help="Raise `HTTPException` with the status that says what went wrong.",
        symbol=unit.symbol(function),
    )


def _entries(value: cst.BaseExpression | None, unit: Unit) -> Iterator[tuple[str, cst.BaseExpression]]:
    """Keys and values of what is returned: of a dict, of the content of a response, of a model's keywords."""
    if isinstance(value, cst.Dict):
        for element in value.elements:
            if isinstance(element, cst.DictElement) and isinstance(element.key, cst.SimpleString):
                yield str(element.key.evaluated_value), element.value
    elif isinstance(value, cst.Call):
        name = (unit.resolve(value) or "").rpartition(".")[2]
        if name.endswith("JSONResponse"):
            status = argument(value, "status_code", 1)
            if status is None or (status_of(status, unit) or 500) < 300:
                yield from _entries(argument(value, "content", 0), unit)
        elif name == "dict" or (name[:1].isupper() and not _takes_status(value)):
            yield from ((given.keyword.value, given.value) for given in value.args if given.keyword is not None)


def _takes_status(call: cst.Call) -> bool:
    return any(given.keyword is not None and given.keyword.value == "status_code" for given in call.args)


def _failure(entries: dict[str, cst.BaseExpression], *, is_handling: bool) -> str | None:
    """The entry that says that it failed."""
    if "jsonrpc" in entries:
        return None
    for key, value in entries.items():
        if key in SUCCESS_KEYS and isinstance(value, cst.Name) and value.value == "False":
            return f"{key}: False"
        text = value.evaluated_value if isinstance(value, cst.SimpleString) else None
        if key == "status" and isinstance(text, str) and text in FAILED:
            return f"status: {text}"
        if key in ERROR_KEYS and (
            _says_something(value) or (_may_say(value) and (is_handling or set(entries) <= BESIDE_AN_ERROR))
        ):
            return key
    return None


def _says_something(value: cst.BaseExpression) -> bool:
    """A text that is written here."""
    return isinstance(value, (cst.FormattedString, cst.ConcatenatedString)) or (
        isinstance(value, cst.SimpleString) and bool(value.evaluated_value)
    )


def _may_say(value: cst.BaseExpression) -> bool:
    if isinstance(value, cst.Name):
        return value.value not in ("None", "False")
    return isinstance(value, (cst.Call, cst.Attribute)) or (isinstance(value, cst.Dict) and bool(value.elements))


def _is_outcome(statement: cst.Return, function: cst.FunctionDef, failure: str) -> bool:
    """`return Cancelled(success=False)` beside `return Cancelled(success=True)`: the question was whether it worked."""
    key, _, value = failure.partition(": ")
    made = statement.value
    if value != "False" or not isinstance(made, cst.Call):
        return False
    return any(
        isinstance(node, cst.Call)
        and node.func.deep_equals(made.func)
        and any(
            given.keyword is not None
            and given.keyword.value == key
            and isinstance(given.value, cst.Name)
            and given.value.value == "True"
            for given in node.args
        )
        for node in walk(function.body)
    )


def _lacks_a_package(handler: cst.ExceptHandler | None, unit: Unit) -> bool:
    """`except ImportError`: a part of the application that is not installed here."""
    names = caught_by(handler, unit) if handler is not None else ()
    return bool(names) and all(name in ("builtins.ImportError", "builtins.ModuleNotFoundError") for name in names)


def _sets_status(node: cst.CSTNode) -> bool:
    """`response.status_code = 404`."""
    return (
        isinstance(node, cst.AssignTarget)
        and isinstance(node.target, cst.Attribute)
        and node.target.attr.value == "status_code"
    )
