"""Coroutines that are made while a request is served and that nobody awaits."""

from __future__ import annotations

import ast

from fastapi_guard.project.authentication import Judge, without_wrappers
from fastapi_guard.project.dependencies import identify
from fastapi_guard.project.model import ForgottenCoroutine, PathOperation, WhyDead
from fastapi_guard.project.scope import ModuleScope
from fastapi_guard.project.trace import Event
from fastapi_guard.project.unawaited import unawaited_calls
from fastapi_guard.project.values import BoundMethod, Function, Result, Value

AnyDef = ast.FunctionDef | ast.AsyncFunctionDef


class ForgottenReader:
    """Reads them from traces; a class because the calls of a module are looked at once."""

    def __init__(self, judge: Judge) -> None:
        self.judge = judge
        self._bare: dict[str, dict[int, tuple[str, AnyDef]]] = {}

    def of(self, operation: PathOperation, endpoint: Value) -> tuple[ForgottenCoroutine, ...]:
        """Those of the handler, of its dependencies and of what they call, each once; not those that guard."""
        targets = [without_wrappers(endpoint)]
        targets += [
            target
            for node in operation.walk_dependencies()
            if (target := self.judge.reader.target_of(node)) is not None and node.location is not None
        ]
        guards = {dead.location for dead in operation.dead_guards if dead.why is WhyDead.NOT_AWAITED}
        found: dict[ForgottenCoroutine, None] = {}
        for target in targets:
            for event in self.judge.behaviours.trace_of(target).events:
                made = self._of_event(event) if event.kind == "coroutine" else None
                if made is not None and made.location not in guards:
                    found[made] = None
        return tuple(found)

    def _of_event(self, event: Event) -> ForgottenCoroutine | None:
        callee = event.value.callee if isinstance(event.value, Result) else None
        function = callee.function if isinstance(callee, BoundMethod) else callee
        if event.place is None or not isinstance(function, Function) or function.decorators or callee is None:
            return None  # a decorator that could not be followed may run it
        module = event.place.module
        bare = self._bare_calls(module).get(id(event.place.node))
        if bare is None:
            return None
        use, around = bare
        name, defined_at, _ = identify(callee)
        return ForgottenCoroutine(name, use, around.name, module.location(event.place.node), defined_at)

    def _bare_calls(self, module: ModuleScope) -> dict[int, tuple[str, AnyDef]]:
        """The calls of a module whose results are used as they are, how, and the functions that they stand in."""
        if module.path not in self._bare:
            self._bare[module.path] = {
                id(call): (_use(call, function), function)
                for function in ast.walk(module.tree)
                if isinstance(function, (ast.FunctionDef, ast.AsyncFunctionDef))
                for call in unawaited_calls(function, is_endpoint=True, local=True)
            }
        return self._bare[module.path]


def _use(call: ast.Call, function: AnyDef) -> str:
    for node in ast.walk(function):
        if isinstance(node, ast.Expr) and node.value is call:
            return "alone"
        if isinstance(node, (ast.Assign, ast.AnnAssign)) and node.value is call:
            return "kept"
    return "asked"
