"""The evaluator's state: modules, budget, and the entry points to evaluate, look up and call."""

from __future__ import annotations

import ast
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass

from fastapi_guard.project.evaluator.builtins import BUILTIN_NAMES
from fastapi_guard.project.evaluator.dispatch import run_block
from fastapi_guard.project.evaluator.expressions import EXPRESSIONS
from fastapi_guard.project.evaluator.files import module_constant
from fastapi_guard.project.evaluator.layouts import Layout, layout_of
from fastapi_guard.project.evaluator.presumed import Presumed
from fastapi_guard.project.evaluator.runs import call_function
from fastapi_guard.project.evaluator.signals import OutOfSteps
from fastapi_guard.project.evaluator.statements import STATEMENTS, bound_names
from fastapi_guard.project.model import Unresolved
from fastapi_guard.project.registration import Router
from fastapi_guard.project.scope import ModuleScope, Scope
from fastapi_guard.project.trace import Event, Trace, Watched
from fastapi_guard.project.values import Alias, External, Function, Literal, Module, Place, Result, Unknown, Value
from fastapi_guard.source.modules import ModuleFinder

STEPS_PER_ROOT = 200_000


@dataclass(frozen=True, slots=True)
class EvaluatorOptions:
    """What configuration tells the evaluator."""

    router_classes: tuple[str, ...] = ()
    """Dotted names of library classes that behave like `fastapi.APIRouter`."""
    authorizers: tuple[str, ...] = ()
    """Dotted names of callables that check whose rows are touched."""
    unwraps_annotations: bool = True
    """Annotations that are text mean what they mean beside the endpoint, also below a decorator of another module."""


class Interpreter:
    """Evaluates the project's code abstractly. A class because modules, routers and the budget live over its time."""

    def __init__(
        self,
        tree_of: Callable[[str], tuple[ast.Module, str] | None],
        finder: ModuleFinder,
        seeds: frozenset[str],
        options: EvaluatorOptions | None = None,
    ) -> None:
        """`tree_of(path)` gives syntax tree and text of a file, None when it has none.

        `seeds` are the files that register something: importing one of them runs it, as Python would; other modules
        are run when a name of theirs is needed.
        """
        self.expressions = EXPRESSIONS
        self.statements = STATEMENTS
        self.tree_of = tree_of
        self.finder = finder
        self.seeds = seeds
        self.options = options or EvaluatorOptions()
        self.modules: dict[str, ModuleScope | None] = {}
        self.routers: list[Router] = []
        self.unresolved: list[Unresolved] = []
        self.reported: dict[Unresolved, ast.AST] = {}
        """The call or decorator that an entry of `unresolved` is about."""
        self.registering: set[ast.AST] = set()
        """Calls and decorators that have registered something on a router that is known."""
        self.presumed: dict[int, Presumed] = {}
        """Objects of unknown library classes that are used as routers, by identity."""
        self.steps_left = STEPS_PER_ROOT
        self.mcp_mounts: list[Result] = []
        """Calls that add an MCP server to an application."""
        self.call_stack: list[Function] = []
        self.call_sites: list[Place] = []
        """The calls that lead to the running code, outermost first, while somebody watches."""
        self.executed: set[int] = set()
        self.called: set[int] = set()
        self.order = 0
        self.trace: Trace | None = None
        """What running code does is written down here while somebody watches."""
        self.runs: Counter[int] = Counter()
        """How often the current root has run each function body."""
        self.watched: dict[tuple[object, ...], Watched] = {}
        """Runs of functions that were watched, by function and the identity of what they were given."""
        self.conditions: list[str] = []
        """Settings that have to be changed from their default for the running code to run."""
        self.exception_handlers: list[tuple[Value, Value]] = []
        """Exception classes or statuses, and the handlers that applications have for them."""
        self.caught: list[str] = []
        """What the `except` clauses around the running code catch, as written."""
        self.undecided: list[ast.expr | None] = []
        """Tests that could not be decided, around the running code: it may run or not; None while somebody watches."""
        self.doubts: list[ast.expr] = []
        """Tests that could not be decided and that may have left the running function before."""
        self.switches: list[str] = []
        """Settings that decide whether the running code runs, whatever their default."""
        self.layouts: dict[ast.AST, Layout] = {}
        self.spelled: dict[ast.Constant, ast.expr | None] = {}
        """Annotations that are text, and the expressions that they spell."""
        self.resolving: set[tuple[str, str]] = set()
        self.leading: dict[str, bool] = {}
        """Packages, and whether importing them registers something."""
        self.is_budget_reported = False

    def layout(self, definition: ast.FunctionDef | ast.AsyncFunctionDef | ast.Lambda) -> Layout:
        """What a call of a function can fill."""
        known = self.layouts.get(definition)
        if known is None:
            known = self.layouts[definition] = layout_of(definition.args)
        return known

    def step(self) -> None:
        """Count one step.

        Raises OutOfSteps when the budget of the current root is used up.
        """
        self.steps_left -= 1
        if self.steps_left <= 0:
            raise OutOfSteps

    def note(self, kind: str, value: Value, place: Place | None) -> None:
        """Write down what happens, while somebody watches."""
        if self.trace is None:
            return
        settings = self.switches or self.conditions
        setting = settings[-1] if settings else ""
        caught = self.caught[-1] if self.caught else ""
        self.trace.events.append(Event(kind, value, place, setting, caught, tuple(self.call_sites)))

    def note_test(self, value: Value) -> None:
        """Write down whose truth is asked, while somebody watches."""
        if self.trace is not None:
            self.trace.tests.append(value)

    def next_order(self) -> int:
        """The position of the next registration."""
        self.order += 1
        return self.order

    def report(self, kind: str, place: Place, reason: str) -> None:
        """Remember something that could not be followed."""
        entry = Unresolved(kind, place.module.location(place.node), reason)
        if entry not in self.unresolved:
            self.unresolved.append(entry)
            self.reported[entry] = place.node

    # Modules

    def module(self, path: str) -> ModuleScope | None:
        """The module in a file, not necessarily run yet; None when the file has no tree."""
        if path not in self.modules:
            if path.endswith("/"):
                found: tuple[ast.Module, str] | None = (ast.Module([], []), "")
            else:
                found = self.tree_of(path)
            self.modules[path] = (
                None if found is None else ModuleScope(path, self.finder.dotted(path), found[0], found[1])
            )
        return self.modules[path]

    def run_module(self, path: str) -> ModuleScope | None:
        """Evaluate a module's top level once."""
        module = self.module(path)
        if module is not None and module.state == "new":
            module.state = "running"
            self._run_top_level(module, module.tree.body)
            module.state = "done"
        return module

    def _run_top_level(self, module: ModuleScope, statements: list[ast.stmt]) -> None:
        """Evaluate top-level statements that have not been evaluated yet."""
        scope = Scope(module, module.names, kind="module")
        # A module is run for all who import it: whoever watches the first of them does not watch this.
        undecided, self.undecided = self.undecided, []
        doubts, self.doubts = self.doubts, []
        trace, self.trace = self.trace, None
        try:
            for statement in statements:
                if id(statement) not in self.executed:
                    self.executed.add(id(statement))
                    run_block(self, [statement], scope)
        finally:
            self.undecided, self.doubts, self.trace = undecided, doubts, trace

    def import_module(self, path: str) -> None:
        """What an import statement does beyond binding a name: run a module that registers something.

        The packages around it run first: what they import may register on the routers of the module.
        """
        if path in self.seeds:
            for package in self.finder.packages(path):
                if self._leads_to_seeds(package):
                    self.run_module(package)
            self.run_module(path)

    def _leads_to_seeds(self, path: str) -> bool:
        """Whether a package's `__init__.py` registers something, or imports what does."""
        if path not in self.leading:
            self.leading[path] = path in self.seeds
            module = self.module(path)
            for statement in module.tree.body if module is not None else ():
                if isinstance(statement, ast.ImportFrom):
                    self.leading[path] = self.leading[path] or any(
                        target in self.seeds or (target.endswith("/__init__.py") and self._leads_to_seeds(target))
                        for target in self._imported(statement, path)
                    )
        return self.leading[path]

    def _imported(self, statement: ast.ImportFrom, importer: str) -> list[str]:
        """The project's files that `from x import y` runs."""
        name = statement.module or ""
        find = self.finder
        source = find.relative(name, statement.level, importer) if statement.level else find.resolve(name, importer)
        if source is None:
            return []
        return [source, *filter(None, (find.submodule(source, alias.name) for alias in statement.names))]

    def module_attribute(self, module: ModuleScope, name: str) -> Value:
        """What `module.name` is."""
        if module.state == "new":
            self.run_module(module.path)
        if name not in module.names and module.state == "running":
            self._bind_early(module, name)
        if name in module.names:
            return self.settle(module.names[name])
        if name.startswith("__"):
            known = module_constant(module, name)
            if known is not None:
                return known
        submodule = self.finder.submodule(module.path, name)
        if submodule is not None:
            scope = self.module(submodule)
            if scope is not None:
                self.import_module(submodule)
                return Module(scope)
        maker = self.settle(module.names["__getattr__"]) if "__getattr__" in module.names else None
        if isinstance(maker, Function) and not name.startswith("__"):
            made = call_function(self, maker, (Literal(name),), {})
            return (
                made
                if not isinstance(made, Unknown)
                else Unknown(f"{module.name}.{name} is made by the module's __getattr__")
            )
        return Unknown(f"{module.name} has no name {name} that could be found")

    def settle(self, value: Value) -> Value:
        """Follow an imported name to what it stands for."""
        while isinstance(value, Alias):
            key = (value.path, value.name)
            if key in self.resolving:
                return Unknown(f"{value.name} imports itself in a circle")
            bound = self._bound(value)
            if bound is not None:
                return bound
            self.resolving.add(key)
            try:
                module = self.module(value.path)
                if module is None:
                    return Unknown(f"{value.path} could not be parsed")
                value = self.module_attribute(module, value.name)
            finally:
                self.resolving.discard(key)
        return value

    def _bound(self, alias: Alias) -> Value | None:
        """What a module that was run has bound to an imported name, where it has not imported it in turn."""
        module = self.modules.get(alias.path)
        value = module.names.get(alias.name) if module is not None and module.state == "done" else None
        return None if isinstance(value, Alias) else value

    def _bind_early(self, module: ModuleScope, name: str) -> None:
        """A name that is needed before its statement was reached (modules that import each other)."""
        if module.bindings is None:
            module.bindings = {}
            for statement in module.tree.body:
                for bound in bound_names(statement):
                    module.bindings.setdefault(bound, []).append(statement)
        self._run_top_level(module, module.bindings.get(name, []))

    # Names

    def lookup(self, scope: Scope, name: str) -> Value:
        """What a bare name means in a scope."""
        value = scope.find(name) or self._global(scope.module, name)
        return self.settle(value) if isinstance(value, Alias) else value

    def _global(self, module: ModuleScope, name: str) -> Value:
        """What a name means that no function has bound."""
        if name not in module.names and module.state == "running":
            self._bind_early(module, name)
        if name in module.names:
            return module.names[name]
        known = module_constant(module, name) if name.startswith("__") else None
        if known is not None:
            return known
        return External(f"builtins.{name}") if name in BUILTIN_NAMES else Unknown(f"{name} is not bound here")
