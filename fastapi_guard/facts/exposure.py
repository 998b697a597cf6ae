"""Where an `except` puts the text of what it caught into something that a client gets."""

import re
from collections.abc import Iterator
from dataclasses import dataclass

import libcst as cst

from fastapi_guard.facts.http_errors import argument, caught_by, mentions, only_reads_input, walk_own
from fastapi_guard.facts.unit import Unit
from fastapi_guard.facts.walk import children, walk
from fastapi_guard.knowledge.exceptions import is_internal

TRACEBACKS = frozenset({"traceback.format_exc", "traceback.format_exception", "traceback.format_tb", "sys.exc_info"})

ERROR_KEYS = frozenset(
    {
        "content",
        "detail",
        "details",
        "err",
        "error",
        "error_message",
        "errors",
        "exception",
        "message",
        "msg",
        "reason",
        "response",
        "text",
        "traceback",
    }
)
"""Keys and keywords under which a failure is told."""

SENDING_METHODS = frozenset({"send_json", "send_text"})

RESPONSES = (
    *("EventSourceResponse", "FileResponse", "HTMLResponse", "JSONResponse", "ORJSONResponse", "PlainTextResponse"),
    *("RedirectResponse", "Response", "StreamingResponse", "UJSONResponse"),
)
"""The classes of answers in FastAPI and Starlette."""

EXPOSING_CODE: tuple[str | re.Pattern[str], ...] = (
    *("exception_handler", "HTTPException", *sorted(SENDING_METHODS), *(f"{name}(" for name in RESPONSES)),
    re.compile(r"\bdetail\s*="),
    re.compile(rf"return\b(?:[\s(]|#[^\n]*\n)*\{{[\s\S]*?[\"'](?i:{'|'.join(sorted(ERROR_KEYS))})[\"']+\s*:"),
)
"""One of them stands wherever a function that FastAPI does not call itself tells a client of an exception."""

HARMLESS_ATTRIBUTES = frozenset(
    {"__class__", "code", "detail", "errno", "errors", "name", "response", "returncode", "status", "status_code"}
)
"""Attributes of an exception that are no text of its own."""

HARMLESS_FUNCTIONS = frozenset(
    {"builtins.type", "builtins.isinstance", "builtins.id", "builtins.getattr", "builtins.hasattr"}
)


@dataclass(frozen=True, slots=True, eq=False)
class Exposure:
    """A text of an exception on its way to a client."""

    text: cst.BaseExpression
    exception: str
    """As a sentence names it: `Exception`, or `whatever fails`."""
    what: str
    """What it is put into."""
    is_certain: bool
    """Whether it certainly reaches a client."""


def tells_internals(handler: cst.ExceptHandler, unit: Unit) -> bool:
    """Whether an `except` catches exceptions whose text nobody wrote for clients."""
    internal = [name for name in caught_by(handler, unit) if name is not None and is_internal(name)]
    return bool(internal) and not (
        all(name.startswith("builtins.") for name in internal) and only_reads_input(handler, unit)
    )


def caught_texts(handler: cst.ExceptHandler | cst.FunctionDef, unit: Unit) -> frozenset[str]:
    """The variables that hold the exception or its text: its own name, and those that the handler makes of it."""
    names: set[str] = set()
    if isinstance(handler, cst.FunctionDef):
        registered = registered_exception(handler, unit)
        names.update((registered[1],) if registered else ())
    elif handler.name and isinstance(handler.name.name, cst.Name):
        names.add(handler.name.name.value)
    for node in walk_own(handler.body):
        if isinstance(node, cst.Assign) and _texts_in(node.value, frozenset(names), unit):
            names.update(target.target.value for target in node.targets if isinstance(target.target, cst.Name))
    return frozenset(names)


def registered_exception(function: cst.FunctionDef, unit: Unit) -> tuple[str, str] | None:
    """The internal exception that `@app.exception_handler(...)` registers a function for, and the parameter that takes it."""
    parameters = [*function.params.posonly_params, *function.params.params]
    for decorator in function.decorators:
        call = decorator.decorator
        if not (
            isinstance(call, cst.Call)
            and isinstance(call.func, cst.Attribute)
            and call.func.attr.value == "exception_handler"
        ):
            continue
        name = unit.resolve(call.args[0].value) if call.args else None
        if name is not None and is_internal(name) and len(parameters) == 2:
            return name, parameters[1].name.value
    return None


def exposed_texts(
    handler: cst.ExceptHandler | cst.FunctionDef, names: frozenset[str], unit: Unit, *, is_answer: bool
) -> Iterator[Exposure]:
    """The exposed texts of a handler, each place once; `is_answer` says that what the function returns is an answer."""
    caught = (
        caught_by(handler, unit)
        if isinstance(handler, cst.ExceptHandler)
        else (registered_exception(handler, unit) or ("",))[:1]
    )
    exception = _named(caught)
    seen: set[cst.CSTNode] = set()
    for node in walk_own(handler.body):
        for carrier, what, is_certain in _carriers(node, unit, is_answer=is_answer):
            for text in _texts_in(carrier, names, unit):
                if text not in seen and not _is_for_debugging(text, unit, handler) and not _is_own(text, names, unit):
                    seen.add(text)
                    yield Exposure(text, exception, what, is_certain)


def _named(caught: tuple[str | None, ...]) -> str:
    internal = [name for name in caught if name is not None and is_internal(name)]
    short = internal[0].rpartition(".")[2] if internal else "Exception"
    return "whatever fails" if short in ("Exception", "BaseException") else f"`{short}`"


def _carriers(node: cst.CSTNode, unit: Unit, *, is_answer: bool) -> Iterator[tuple[cst.CSTNode, str, bool]]:
    """The expressions of a statement or call that go to a client, what they go with, and whether that is certain."""
    if isinstance(node, cst.Raise) and isinstance(node.exc, cst.Call):
        resolved = unit.resolve(node.exc) or ""
        detail = argument(node.exc, "detail", 1 if resolved.endswith("HTTPException") else None)
        if detail is not None:
            yield detail, "the detail of the error", True
    elif isinstance(node, cst.Return) and node.value is not None:
        yield from _returned(node.value, unit, is_answer=is_answer)
    elif isinstance(node, cst.Call):
        method = node.func.attr.value if isinstance(node.func, cst.Attribute) else ""
        if method in SENDING_METHODS and node.args:
            yield node.args[0].value, "a message to the client", True
    elif isinstance(node, cst.Yield) and is_answer and node.value is not None:
        yield node.value, "the stream", True


def _returned(value: cst.BaseExpression, unit: Unit, *, is_answer: bool) -> Iterator[tuple[cst.CSTNode, str, bool]]:
    if isinstance(value, cst.Call):
        name = (unit.resolve(value) or "").rpartition(".")[2]
        if name.endswith("Response") and (unit.resolve(value) or "").partition(".")[0] in ("fastapi", "starlette"):
            content = argument(value, "content", 0)
            if content is not None:
                yield content, "the answer", True
        elif is_answer and name[:1].isupper():
            yield from ((given.value, "the answer", True) for given in value.args if given.keyword is not None)
    elif is_answer:
        yield value, "the answer", True
    elif isinstance(value, cst.Dict):
        for element in value.elements:
            key = element.key if isinstance(element, cst.DictElement) else None
            if isinstance(key, cst.SimpleString) and str(key.evaluated_value).lower() in ERROR_KEYS:
                yield element.value, "a result that tells the failure", False


def _texts_in(node: cst.CSTNode, names: frozenset[str], unit: Unit) -> list[cst.BaseExpression]:
    """The outermost expressions below a node that are a text of the exception."""
    found: list[cst.BaseExpression] = []
    stack: list[cst.CSTNode] = [node]
    while stack:
        current = stack.pop()
        if isinstance(current, cst.Call):
            if unit.resolve(current) in TRACEBACKS:
                found.append(current)
                continue
            if unit.resolve(current) in HARMLESS_FUNCTIONS:
                continue
            if unit.resolve(current) in ("builtins.str", "builtins.repr") and any(
                _is_read(current, name) for name in names
            ):
                found.append(current)
                continue
            if (
                isinstance(current.func, cst.Name)
                and current.func.value[:1].islower()
                and unit.resolve(current) != "builtins.dict"
            ):
                continue  # what another function makes of it is not known
        if isinstance(current, cst.Attribute):
            if current.attr.value in HARMLESS_ATTRIBUTES and any(mentions(current.value, name) for name in names):
                continue
        if isinstance(current, cst.Name) and current.value in names:
            found.append(current)
            continue
        if isinstance(current, cst.IfExp) and _chooses_own(current.test, names, unit):
            stack.append(current.orelse)
            continue
        stack.extend(_children(current))
    return found


def _chooses_own(test: cst.BaseExpression, names: frozenset[str], unit: Unit) -> bool:
    """`isinstance(error, (ValueError, TaskError))`: whoever raises those writes their text for clients."""
    if not (isinstance(test, cst.Call) and unit.resolve(test) == "builtins.isinstance" and len(test.args) == 2):
        return False
    asked, classes = test.args[0].value, test.args[1].value
    if not (isinstance(asked, cst.Name) and asked.value in names):
        return False
    listed = [each.value for each in classes.elements] if isinstance(classes, cst.Tuple) else [classes]
    return not any(is_internal(unit.resolve(each) or "builtins.Exception") for each in listed)


def _is_own(text: cst.CSTNode, names: frozenset[str], unit: Unit) -> bool:
    """Whether a text stands where an `if` has said that the exception is one whose text is written for clients."""
    below, holder = text, unit.parent(text)
    while holder is not None and not isinstance(holder, cst.FunctionDef):
        if isinstance(holder, cst.If) and below is holder.body and _chooses_own(holder.test, names, unit):
            return True
        below, holder = holder, unit.parent(holder)
    return False


def _is_read(call: cst.Call, name: str) -> bool:
    return any(
        isinstance(given.value, (cst.Name, cst.Attribute)) and mentions(given.value, name) for given in call.args
    )


def _children(node: cst.CSTNode) -> list[cst.CSTNode]:
    """What can be a part of the text: not names of keywords and attributes."""
    if isinstance(node, cst.Attribute):
        return [node.value]
    if isinstance(node, cst.Arg):
        return [node.value]
    if isinstance(node, cst.IfExp):
        return [node.body, node.orelse]
    if isinstance(node, (cst.Comparison, cst.Lambda)):
        return []
    return children(node)


def _is_for_debugging(text: cst.CSTNode, unit: Unit, handler: cst.CSTNode) -> bool:
    """`str(error) if settings.debug else "…"`: what a developer asked for."""
    holder = unit.parent(text)
    while holder is not None and holder is not handler:
        if isinstance(holder, (cst.If, cst.IfExp)):
            names = [inner.value.lower() for inner in walk(holder.test) if isinstance(inner, cst.Name)]
            if any(
                word in name
                for name in names
                for word in ("debug", "development", "dev_mode", "environment", "verbose")
            ):
                return True
        holder = unit.parent(holder)
    return False
