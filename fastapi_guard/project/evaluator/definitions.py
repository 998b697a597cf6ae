"""`def` and `class`: functions with the scope that they close over, classes with their namespace."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from typing import TYPE_CHECKING

from fastapi_guard.project.evaluator.assignments import set_name
from fastapi_guard.project.evaluator.dispatch import evaluate, run_block
from fastapi_guard.project.evaluator.ways import FALLS
from fastapi_guard.project.scope import Scope
from fastapi_guard.project.values import (
    Class,
    Descriptor,
    External,
    Function,
    Literal,
    Mapping,
    Place,
    Sequence,
    Value,
)

if TYPE_CHECKING:
    from fastapi_guard.project.evaluator.interpreter import Interpreter


def define_function(interpreter: Interpreter, statement: ast.FunctionDef | ast.AsyncFunctionDef, scope: Scope) -> int:
    from fastapi_guard.project.evaluator.decorators import apply_decorator

    value: Value = make_function(interpreter, statement, scope)
    decorators = [(node, evaluate(interpreter, node, scope)) for node in statement.decorator_list]
    for node, decorator in reversed(decorators):
        value = apply_decorator(interpreter, decorator, value, Place(scope.module, node), scope)
    if _is_overload_stub(decorators) and statement.name in scope.names:
        return FALLS
    set_name(scope, statement.name, value)
    return FALLS


def _is_overload_stub(decorators: list[tuple[ast.expr, Value]]) -> bool:
    return any(isinstance(value, External) and value.name.endswith(".overload") for _, value in decorators)


def make_function(
    interpreter: Interpreter, node: ast.FunctionDef | ast.AsyncFunctionDef | ast.Lambda, scope: Scope
) -> Function:
    """The function object of a `def` or `lambda`, without its decorators."""
    name = getattr(node, "name", "<lambda>")
    owner = scope.function if scope.kind == "class" and isinstance(scope.function, Class) else None
    defaults: dict[str, Value] = {}
    if scope.kind == "function":
        defaults = {
            parameter.arg: evaluate(interpreter, default, scope)
            for parameter, default in defaults_of(node.args)
            if not isinstance(default, ast.Call)
        }
    return Function(qualified(scope, name), node, scope, scope.module, owner, defaults=defaults)


def defaults_of(arguments: ast.arguments) -> Iterator[tuple[ast.arg, ast.expr]]:
    """Parameters that have a default, with it."""
    positional = [*arguments.posonlyargs, *arguments.args]
    if arguments.defaults:
        yield from zip(positional[-len(arguments.defaults) :], arguments.defaults, strict=True)
    for parameter, default in zip(arguments.kwonlyargs, arguments.kw_defaults, strict=True):
        if default is not None:
            yield parameter, default


def qualified(scope: Scope, name: str) -> str:
    """`Class.method` or `function.<locals>.inner`, as `__qualname__` has it."""
    holder = scope.function
    if isinstance(holder, Class):
        return f"{holder.name}.{name}"
    if isinstance(holder, Function):
        return f"{holder.name}.<locals>.{name}"
    return name


def _tell_bases(interpreter: Interpreter, cls: Class) -> None:
    """What Python does with a new class: its bases know it, `__init_subclass__` and the metaclass's `__init__` run."""
    from fastapi_guard.project.evaluator.runs import call_function

    for base in cls.bases:
        if isinstance(base, Class):
            base.subclasses.append(cls)
    for ancestor in cls.linearized()[1:]:
        found = ancestor.namespace.get("__init_subclass__") if isinstance(ancestor, Class) else None
        function = found.function if isinstance(found, Descriptor) else found
        if isinstance(function, Function):
            keywords = {name: value for name, value in cls.keywords.items() if name != "metaclass"}
            call_function(interpreter, function, (cls,), keywords)
            break
    metaclass = next(
        (
            base.keywords["metaclass"]
            for base in cls.linearized()
            if isinstance(base, Class) and "metaclass" in base.keywords
        ),
        None,
    )
    made = metaclass.lookup("__init__") if isinstance(metaclass, Class) else None
    function = interpreter.settle(made[0]) if made else None
    if isinstance(function, Function):
        bases = Sequence("tuple", list(cls.bases))
        call_function(interpreter, function, (cls, Literal(cls.name), bases, Mapping(dict(cls.namespace.items()))), {})


def define_class(interpreter: Interpreter, statement: ast.ClassDef, scope: Scope) -> int:
    from fastapi_guard.project.evaluator.decorators import apply_decorator

    bases: list[Value] = []
    for node in statement.bases:
        if isinstance(node, ast.Starred):
            continue
        base = evaluate(interpreter, node, scope)
        bases.append(base)
    keywords = {kw.arg: evaluate(interpreter, kw.value, scope) for kw in statement.keywords if kw.arg}
    cls = Class(qualified(scope, statement.name), statement, scope, scope.module, bases, keywords)
    body = Scope(scope.module, cls.namespace, parent=scope, kind="class", function=cls)
    run_block(interpreter, statement.body, body)
    _tell_bases(interpreter, cls)
    value: Value = cls
    for node in reversed(statement.decorator_list):
        value = apply_decorator(
            interpreter, evaluate(interpreter, node, scope), value, Place(scope.module, node), scope
        )
    set_name(scope, statement.name, value)
    return FALLS
