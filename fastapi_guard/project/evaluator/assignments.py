"""Binding: names, attributes, items and tuples of targets."""

from __future__ import annotations

import ast
from typing import TYPE_CHECKING

from fastapi_guard.project.evaluator.branches import shown_test
from fastapi_guard.project.evaluator.dispatch import evaluate
from fastapi_guard.project.evaluator.iteration import iterate
from fastapi_guard.project.evaluator.operators import binary, key_of
from fastapi_guard.project.evaluator.route_objects import adopt, route_list, set_route_attribute
from fastapi_guard.project.evaluator.ways import FALLS
from fastapi_guard.project.registration import Include, Mount, Overrides, Route, RouteList, Router, is_held_by
from fastapi_guard.project.scope import Scope
from fastapi_guard.project.values import (
    BoundMethod,
    Class,
    Conditional,
    Function,
    Instance,
    Item,
    Literal,
    Mapping,
    Module,
    Operation,
    Place,
    Result,
    Sequence,
    Value,
    choice,
)

if TYPE_CHECKING:
    from fastapi_guard.project.evaluator.interpreter import Interpreter


def assign(interpreter: Interpreter, statement: ast.Assign, scope: Scope) -> int:
    value = evaluate(interpreter, statement.value, scope)
    for target in statement.targets:
        bind(interpreter, target, value, scope)
    return FALLS


def annotated_assign(interpreter: Interpreter, statement: ast.AnnAssign, scope: Scope) -> int:
    if scope.kind == "class" and isinstance(scope.function, Class) and isinstance(statement.target, ast.Name):
        scope.function.annotations[statement.target.id] = statement.annotation
    if statement.value is not None:
        bind(interpreter, statement.target, evaluate(interpreter, statement.value, scope), scope)
    return FALLS


def augmented_assign(interpreter: Interpreter, statement: ast.AugAssign, scope: Scope) -> int:
    load = ast.copy_location(_as_load(statement.target), statement.target)
    current = evaluate(interpreter, load, scope)
    added = evaluate(interpreter, statement.value, scope)
    if isinstance(current, Sequence) and isinstance(statement.op, ast.Add):
        if isinstance(added, Sequence) and interpreter.conditions:
            current.items.extend(Conditional(item, interpreter.conditions[-1]) for item in added.items)
        elif isinstance(added, Sequence):
            current.items.extend(added.items)
            current.is_complete = current.is_complete and added.is_complete
        else:
            current.is_complete = False
        if isinstance(current, RouteList):
            adopt(interpreter, current, Place(scope.module, statement))
        return FALLS
    value = binary(interpreter, statement.op, current, added, Place(scope.module, statement))
    bind(interpreter, statement.target, value, scope)
    return FALLS


def _as_load(target: ast.expr) -> ast.expr:
    if isinstance(target, ast.Name):
        return ast.Name(target.id, ast.Load())
    if isinstance(target, ast.Attribute):
        return ast.Attribute(target.value, target.attr, ast.Load())
    if isinstance(target, ast.Subscript):
        return ast.Subscript(target.value, target.slice, ast.Load())
    return target


def bind(interpreter: Interpreter, target: ast.expr, value: Value, scope: Scope) -> None:
    """Assign a value to a target: a name, an attribute, an item, or a tuple of targets."""
    if isinstance(target, ast.Name):
        set_name(scope, target.id, value)
    elif isinstance(target, (ast.Tuple, ast.List)):
        _unpack(interpreter, target.elts, value, scope)
    elif isinstance(target, ast.Attribute):
        set_attribute(
            interpreter, evaluate(interpreter, target.value, scope), target.attr, value, Place(scope.module, target)
        )
    elif isinstance(target, ast.Subscript):
        receiver = evaluate(interpreter, target.value, scope)
        key = evaluate(interpreter, target.slice, scope)
        if interpreter.trace is not None and not isinstance(key, Literal):
            interpreter.note("store", Operation("[]", (receiver, key, value)), Place(scope.module, target))
        hashable = key_of(key)
        if isinstance(receiver, Overrides) and hashable is not None:
            receiver.items[hashable[0]] = _if_it_happens(interpreter, value)
        elif isinstance(receiver, Mapping) and hashable is not None:
            at = hashable[0]
            if interpreter.conditions:
                value = (
                    choice([receiver.items[at], value])
                    if at in receiver.items
                    else Conditional(value, interpreter.conditions[-1])
                )
            receiver.items[at] = value
        elif isinstance(receiver, Mapping):
            receiver.is_complete = False
    elif isinstance(target, ast.Starred):
        bind(interpreter, target.value, value, scope)


def _if_it_happens(interpreter: Interpreter, value: Value) -> Value:
    """A value together with what decides whether the running code runs."""
    if interpreter.conditions:
        return Conditional(value, interpreter.conditions[-1])
    tests = [*map(shown_test, (*interpreter.undecided, *interpreter.doubts)), *interpreter.switches]
    tests = [test for test in tests if test]
    return Conditional(value, tests[-1], is_undecided=True) if tests else value


def set_name(scope: Scope, name: str, value: Value) -> None:
    """Bind a name in this scope, or in the one that `global` or `nonlocal` names."""
    if name in scope.outer_names:
        outer = scope.parent
        while outer is not None:
            if name in outer.names and outer.kind == "function":
                outer.names[name] = value
                return
            outer = outer.parent
        scope.module.names[name] = value
        return
    scope.names[name] = value


def set_attribute(
    interpreter: Interpreter, receiver: Value, name: str, value: Value, place: Place | None = None
) -> None:
    """`receiver.name = value`."""
    if interpreter.trace is not None:
        interpreter.note("set", Operation(name, (receiver, value)), place)
    if isinstance(receiver, (Instance, Result)):
        if interpreter.conditions and name in receiver.attributes:
            value = choice([receiver.attributes[name], value], interpreter.conditions[-1])
        receiver.attributes[name] = value
        if isinstance(value, Router) and isinstance(receiver, Instance) and is_held_by(value, receiver.cls):
            value.held_as = f"{receiver.cls.module.name}:{receiver.cls.name}.{name}"
    elif isinstance(receiver, (Function, BoundMethod)):
        function = receiver.function if isinstance(receiver, BoundMethod) else receiver
        function.attributes[name] = value
    elif isinstance(receiver, (Route, Include, Mount)):
        set_route_attribute(receiver, name, value)
    elif isinstance(receiver, Router) and name == "routes":
        receiver.entries[:] = iterate(interpreter, value) or []
        adopt(interpreter, route_list(receiver), place)
    elif isinstance(receiver, Router):
        if name in ("prefix", "tags", "dependencies", "include_in_schema", "route_class"):
            receiver.options[name] = value
        receiver.attributes[name] = value
    elif isinstance(receiver, Class):
        receiver.namespace[name] = value
    elif isinstance(receiver, Module):
        receiver.scope.names[name] = value


def _unpack(interpreter: Interpreter, targets: list[ast.expr], value: Value, scope: Scope) -> None:
    items = iterate(interpreter, value)
    starred = next((i for i, target in enumerate(targets) if isinstance(target, ast.Starred)), None)
    if (
        items is None
        or (starred is None and len(items) != len(targets))
        or (starred is not None and len(items) < len(targets) - 1)
    ):
        for index, target in enumerate(targets):
            bind(interpreter, target, Item(value, Literal(index)), scope)
        return
    if starred is None:
        for target, item in zip(targets, items, strict=True):
            bind(interpreter, target, item, scope)
        return
    after = len(targets) - starred - 1
    for target, item in zip(targets[:starred], items, strict=False):
        bind(interpreter, target, item, scope)
    bind(interpreter, targets[starred], Sequence("list", items[starred : len(items) - after]), scope)
    for target, item in zip(targets[starred + 1 :], items[len(items) - after :], strict=True):
        bind(interpreter, target, item, scope)
