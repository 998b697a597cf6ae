"""Coroutines that are made while a request is served and that nobody awaits."""

from __future__ import annotations

import ast

from fastapi_guard.facts.statements_in import statements_in
from fastapi_guard.project.authentication import Judge, without_wrappers
from fastapi_guard.project.dependencies import identify
from fastapi_guard.project.model import ForgottenCoroutine, PathOperation, WhyDead
from fastapi_guard.project.scope import ModuleScope
from fastapi_guard.project.trace import Event
from fastapi_guard.project.unawaited import BareCall, bare_calls
from fastapi_guard.project.values import BoundMethod, Function, Result, Value

AnyDef = ast.FunctionDef | ast.AsyncFunctionDef


class ForgottenReader:
    """Reads them from traces; a class because each call is looked at once."""

    def __init__(self, judge: Judge) -> None:
        self.judge = judge
        self._functions: dict[str, list[AnyDef]] = {}
        self._bare: dict[AnyDef, dict[int, BareCall]] = {}
        self._known: dict[ast.AST, tuple[str, AnyDef] | None] = {}

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
        bare = self._bare_call(module, event.place.node)
        if bare is None:
            return None
        use, around = bare
        name, defined_at, _ = identify(callee)
        return ForgottenCoroutine(name, use, around.name, module.location(event.place.node), defined_at)

    def _bare_call(self, module: ModuleScope, node: ast.AST) -> tuple[str, AnyDef] | None:
        """How the result of a call is used as it is, and the function that it stands in; None where it is not."""
        if node not in self._known:
            self._known[node] = self._read_call(module, node)
        return self._known[node]

    def _read_call(self, module: ModuleScope, node: ast.AST) -> tuple[str, AnyDef] | None:
        if module.path not in self._functions:
            self._functions[module.path] = [
                each for each in statements_in(module.tree) if isinstance(each, (ast.FunctionDef, ast.AsyncFunctionDef))
            ]
        line = getattr(node, "lineno", 0)
        for function in self._functions[module.path]:
            if function.lineno <= line <= (function.end_lineno or line):
                bare = self._bare_calls(function).get(id(node))
                if bare is not None and not bare.is_passed_on(function):
                    return bare.use, function
        return None

    def _bare_calls(self, function: AnyDef) -> dict[int, BareCall]:
        """The calls of a function whose results are used as they are; the caller of an endpoint awaits what it returns."""
        if function not in self._bare:
            self._bare[function] = {id(bare.call): bare for bare in bare_calls(function) if bare.use != "returned"}
        return self._bare[function]
