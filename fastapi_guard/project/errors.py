"""The exception classes of the project that answer a client: their status and what they say."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator

from fastapi_guard.facts.error_classes import ErrorClass, RaisedName
from fastapi_guard.facts.statements_in import statements_in
from fastapi_guard.facts.written_status import written_status
from fastapi_guard.project.evaluator.calls import call
from fastapi_guard.project.evaluator.expressions import evaluate
from fastapi_guard.project.evaluator.interpreter import STEPS_PER_ROOT, Interpreter
from fastapi_guard.project.evaluator.signals import AnalysedCodeRaises, OutOfSteps
from fastapi_guard.project.rejections import status_of
from fastapi_guard.project.scope import ModuleScope, Scope
from fastapi_guard.project.values import Choice, Class, Function, Instance, Literal, Operation, Setting, Value, constant

SAYING = ("detail", "message", "msg", "error", "default_detail", "default_message", "description")
"""Attributes and arguments that hold what an exception says."""

STATUS_PARAMETER = re.compile(r"status|code")

_HUMPS = re.compile(r"(?<=[a-z0-9])(?=[A-Z])|_+")
_KINDS = frozenset({"error", "exception", "http", "exc", "api", "base"})


def raised_names(interpreter: Interpreter) -> tuple[RaisedName, ...]:
    """Each way in which a module writes an exception class that answers a client, where it raises one."""
    interpreter.steps_left = STEPS_PER_ROOT
    known: dict[int, ErrorClass | None] = {}
    found: list[RaisedName] = []
    for path in sorted(interpreter.modules):
        module = interpreter.modules[path]
        if module is None or module.state != "done":
            continue
        for written in sorted(_raised_in(module)):
            cls = _class_of(interpreter, module, written)
            if cls is None:
                continue
            if id(cls) not in known:
                known[id(cls)] = error_class(interpreter, cls)
            error = known[id(cls)]
            if error is not None:
                found.append(RaisedName(path, written, error))
    return tuple(found)


def error_class(interpreter: Interpreter, cls: Class) -> ErrorClass | None:
    """The class as an answer; None for one that is no HTTP exception and that no exception handler answers."""
    is_http = any(name.endswith(".HTTPException") for name in cls.external_bases())
    is_handled = any(isinstance(base, Class) and base.handled_status is not None for base in cls.linearized())
    if not is_http and not is_handled:
        return None
    try:
        made = call(interpreter, cls, (), {}, None, None)
    except (AnalysedCodeRaises, OutOfSteps, RecursionError):
        return None
    texts = [text for value in _sayings(cls, made) for text in texts_of(value)]
    said = " ".join(" ".join([*texts]).lower().split())
    status = _own_status(cls, made) if _takes_status(cls) or _is_asked(interpreter, cls) else status_of(made)
    return ErrorClass(f"{cls.module.name}.{cls.name}", status, said, name_words(cls.name))


def _takes_status(cls: Class) -> bool:
    """Whether whoever raises it says which status: then the class has none."""
    found = cls.lookup("__init__")
    if found is None or not isinstance(found[0], Function):
        return False
    given = found[0].definition.args
    return any(STATUS_PARAMETER.search(each.arg) for each in (*given.posonlyargs, *given.args, *given.kwonlyargs))


def _is_asked(interpreter: Interpreter, cls: Class) -> bool:
    """Whether the exception handler that answers it asks the exception itself, or a table, for the status."""
    handlers = [handler for handled, handler in interpreter.exception_handlers if handled in cls.linearized()]
    return any(not isinstance(handler, Function) or not _answers_constantly(handler.definition) for handler in handlers)


def _answers_constantly(definition: ast.AST) -> bool:
    statuses = [
        node.value for node in ast.walk(definition) if isinstance(node, ast.keyword) and node.arg == "status_code"
    ]
    return bool(statuses) and all(written_status(status) is not None for status in statuses)


def _own_status(cls: Class, made: Value) -> int | None:
    """The status that the class itself holds, as an attribute of its body."""
    found = cls.lookup("status_code") or cls.lookup("http_status")
    known = constant(found[0]) if found is not None else None
    is_decided = isinstance(made, Instance) and "status_code" not in made.attributes and not _takes_status(cls)
    return known if isinstance(known, int) and 400 <= known < 600 and is_decided else None


def name_words(name: str) -> str:
    """What the name of an exception class says: `task not found` for `TaskNotFoundError`."""
    words = [word.lower() for word in _HUMPS.split(name.rpartition(".")[2]) if word]
    return " ".join(word for word in words if word not in _KINDS)


def _raised_in(module: ModuleScope) -> set[str]:
    """What follows `raise` in a module, where it is a name, an attribute of one, or a call of such."""
    written = set()
    for node in statements_in(module.tree):
        if isinstance(node, ast.Raise) and node.exc is not None:
            callee = node.exc.func if isinstance(node.exc, ast.Call) else node.exc
            inner = callee
            while isinstance(inner, ast.Attribute):
                inner = inner.value
            if isinstance(inner, ast.Name):
                written.add(ast.unparse(callee))
    return written


def _class_of(interpreter: Interpreter, module: ModuleScope, written: str) -> Class | None:
    if written.partition(".")[0] not in module.names:
        return None
    scope = Scope(module, module.names, None, "module")
    try:
        value = interpreter.settle(evaluate(interpreter, ast.parse(written, mode="eval").body, scope))
    except (AnalysedCodeRaises, OutOfSteps, RecursionError):
        return None
    return value if isinstance(value, Class) else None


def _sayings(cls: Class, made: Value) -> Iterator[Value]:
    if isinstance(made, Instance):
        held = {**made.arguments, **made.attributes}
        names = [*SAYING, *(f"super.{name}" for name in SAYING), "super.0", "super.1"]
        yield from (held[name] for name in names if name in held)
    for name in SAYING:
        found = cls.lookup(name)
        if found is not None:
            yield found[0]


def texts_of(value: Value, depth: int = 0) -> Iterator[str]:
    """The constant texts of a value: of an f-string its fixed parts, of a choice those of all options."""
    if depth > 8:
        return
    if isinstance(value, Literal):
        if isinstance(value.value, str):
            yield value.value
    elif isinstance(value, Setting):
        yield from texts_of(value.default, depth + 1)
    elif isinstance(value, (Operation, Choice)):
        for part in value.operands if isinstance(value, Operation) else value.options:
            yield from texts_of(part, depth + 1)
