"""What a handler leaves to be run beside its request, and which of its parameters it gives away for that."""

from __future__ import annotations

import ast

from fastapi_guard.facts.nodes import nodes_of
from fastapi_guard.knowledge.scheduling import BACKGROUND_TASKS, CREATES_TASKS
from fastapi_guard.project.evaluator.binding import plain_type
from fastapi_guard.project.model import PathOperation, Scheduled
from fastapi_guard.project.trace import Trace
from fastapi_guard.project.values import Argument, External, Member, Result, Value


def scheduled_in(trace: Trace, operation: PathOperation) -> tuple[Scheduled, ...]:
    """The tasks that the handler itself starts or adds, in order."""
    endpoint = operation.endpoint
    if endpoint is None:
        return ()
    own: set[int] | None = None
    found: dict[Scheduled, None] = {}
    for event in trace.distinct().events:
        if event.kind != "call" or event.place is None or not isinstance(event.value, Result):
            continue
        node, kind = event.place.node, _kind(event.value)
        if not kind or not isinstance(node, ast.Call):
            continue
        if own is None:
            own = {id(each) for each in nodes_of(endpoint.definition)}
        if id(node) not in own:
            continue
        if kind == "create_task" and _is_waited_for(node, endpoint.definition):
            continue
        names = dict.fromkeys(
            root for value in [*node.args, *(keyword.value for keyword in node.keywords)] for root in _roots(value)
        )
        found[Scheduled(kind, tuple(names), event.place.module.location(node))] = None
    return tuple(found)


def _kind(call: Result) -> str:
    callee = call.callee
    if isinstance(callee, External):
        return "create_task" if callee.name in CREATES_TASKS else ""
    return (
        "add_task"
        if isinstance(callee, Member) and callee.name == "add_task" and _is_background(callee.receiver)
        else ""
    )


def _is_background(value: Value) -> bool:
    if isinstance(value, Argument) and value.annotation is not None:
        value = plain_type(value.annotation)
    elif isinstance(value, Result):
        value = value.callee
    return isinstance(value, External) and value.name in BACKGROUND_TASKS


def _roots(value: ast.expr) -> list[str]:
    """The variables that a task is given: `session`, `service` of `service.run`, what the coroutine is called with."""
    if isinstance(value, ast.Name):
        return [value.id]
    if isinstance(value, (ast.Attribute, ast.Starred)):
        return _roots(value.value)
    if isinstance(value, ast.Lambda):
        return [node.id for node in ast.walk(value.body) if isinstance(node, ast.Name)]
    if isinstance(value, ast.Call):
        inner = [value.func, *value.args, *(keyword.value for keyword in value.keywords)]
        return [root for each in inner for root in _roots(each)]
    return []


def _is_waited_for(call: ast.Call, function: ast.AST) -> bool:
    """Whether the handler awaits the task, or hands it to something that may."""
    for node in nodes_of(function):
        if isinstance(node, ast.Expr) and node.value is call:
            return False
        if isinstance(node, ast.Assign) and node.value is call and isinstance(node.targets[0], ast.Name):
            return _is_awaited(node.targets[0].id, function)
    return True


def _is_awaited(name: str, function: ast.AST) -> bool:
    for node in nodes_of(function):
        if isinstance(node, (ast.Await, ast.Return)) and node.value is not None:
            if any(isinstance(below, ast.Name) and below.id == name for below in ast.walk(node.value)):
                return True
    return False
