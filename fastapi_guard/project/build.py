"""From files to the model: evaluate what registers, name the applications, combine their routers."""

from __future__ import annotations

import ast
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from functools import partial

from fastapi_guard.location import Location
from fastapi_guard.project.authentication import Judge, KnownGuards
from fastapi_guard.project.blocking import BlockingReader
from fastapi_guard.project.constants import plain_constant, setting_of
from fastapi_guard.project.dead_guards import DeadGuardReader
from fastapi_guard.project.dependencies import DependencyReader, identify
from fastapi_guard.project.evaluator.calls import call, call_function
from fastapi_guard.project.evaluator.interpreter import STEPS_PER_ROOT, EvaluatorOptions, Interpreter
from fastapi_guard.project.evaluator.signals import OutOfSteps
from fastapi_guard.project.linking import Linker
from fastapi_guard.project.model import (
    Application,
    Authentication,
    DeadGuard,
    Middleware,
    PathOperation,
    Project,
    Unmounted,
    Unresolved,
    Verdict,
    WhyDead,
)
from fastapi_guard.project.principals import OwnershipReader
from fastapi_guard.project.registration import Include, Router
from fastapi_guard.project.seeds import TEST_FILE, is_seed, registering_functions
from fastapi_guard.project.values import BoundMethod, Class, Descriptor, Function, Instance, Value, options_of
from fastapi_guard.project.versions import NEWEST_KNOWN
from fastapi_guard.source.modules import ModuleFinder


@dataclass(frozen=True, slots=True)
class BuildOptions:
    """What configuration and lock files tell the model."""

    fastapi_version: tuple[int, ...] = NEWEST_KNOWN
    version_source: str = "assumed"
    router_classes: tuple[str, ...] = ()
    known_guards: KnownGuards = KnownGuards()
    app: str = ""
    """`module:attribute` of the only application to keep; empty for all."""


def build_project(
    texts: Mapping[str, str],
    tree_of: Callable[[str], ast.Module | None],
    finder: ModuleFinder,
    options: BuildOptions | None = None,
) -> Project:
    """The model of everything below the root."""
    options = options or BuildOptions()
    seeds = frozenset(path for path, text in texts.items() if is_seed(path, text))

    def tree_and_text(path: str) -> tuple[ast.Module, str] | None:
        tree = tree_of(path) if path in texts else None
        return (tree, texts[path]) if tree is not None else None

    interpreter = Interpreter(tree_and_text, finder, seeds, EvaluatorOptions(options.router_classes))
    for path in sorted(seeds):
        _run_root(interpreter, path, partial(interpreter.import_module, path))
    _run_callers(interpreter, seeds, texts)
    _run_uncalled(interpreter, seeds)
    _run_lifespans(interpreter)
    return link(interpreter, options)


def _run_root(interpreter: Interpreter, path: str, run: Callable[[], object], line: int = 1) -> None:
    """Evaluate one root within its budget."""
    interpreter.steps_left = STEPS_PER_ROOT
    interpreter.runs.clear()
    try:
        run()
    except (OutOfSteps, RecursionError):
        interpreter.call_stack.clear()
        interpreter.unresolved.append(Unresolved("steps", Location(path, line), "evaluating this takes too many steps"))


def _run_callers(interpreter: Interpreter, seeds: frozenset[str], texts: Mapping[str, str]) -> None:
    """Modules that register nothing themselves but call what does: `app = create_app()` in a module of its own."""
    wanted = {
        definition.name
        for path in seeds
        if (module := interpreter.module(path)) is not None
        for owner, definition in registering_functions(module.tree)
        if owner is None and id(definition) not in interpreter.called
    }
    if not wanted:
        return
    calls = re.compile(rf"\b(?:{'|'.join(map(re.escape, sorted(wanted)))})\s*\(")
    for path in sorted(texts):
        if path not in seeds and not TEST_FILE.search(path) and calls.search(texts[path]):
            _run_root(interpreter, path, partial(interpreter.run_module, path))


def _run_lifespans(interpreter: Interpreter) -> None:
    """What applications do when they start: routes are also registered there."""
    for router in list(interpreter.routers):
        location = router.place.module.location(router.place.node)
        lifespan = router.options.get("lifespan")
        if isinstance(lifespan, (Function, BoundMethod)):
            start = partial(call, interpreter, lifespan, (router,), {}, router.place, None)
            _run_root(interpreter, location.path, start, location.line)
        for handler in router.startup:
            start = partial(call, interpreter, handler, (), {}, router.place, None)
            _run_root(interpreter, location.path, start, location.line)


def _run_uncalled(interpreter: Interpreter, seeds: frozenset[str]) -> None:
    """Factories and registering functions that no module-level code calls: run them for what they would do."""
    for path in sorted(seeds):
        module = interpreter.module(path)
        if module is None:
            continue
        for owner, definition in registering_functions(module.tree):
            if id(definition) in interpreter.called:
                continue
            value = module.names.get(owner.name if owner else definition.name)
            if value is not None:
                method = definition.name if owner else None
                run = partial(_run_abstractly, interpreter, interpreter.settle(value), method)
                _run_root(interpreter, path, run, definition.lineno)


def _run_abstractly(interpreter: Interpreter, value: Value, method: str | None) -> None:
    """Call a function, or a method of an object made for it, with arguments that nobody knows."""
    if method is None:
        if isinstance(value, Function):
            call_function(interpreter, value, (), {})
        return
    if not isinstance(value, Class):
        return
    found = value.namespace.get(method)
    function = found.function if isinstance(found, Descriptor) else found
    if not isinstance(function, Function):
        return
    receiver = call(interpreter, value, (), {}, None, None)
    if id(function.definition) in interpreter.called:
        return
    if isinstance(found, Descriptor) and found.kind == "staticmethod":
        call_function(interpreter, function, (), {})
    elif isinstance(receiver, (Instance, Router)):
        call(interpreter, BoundMethod(function, receiver), (), {}, None, None)


def link(interpreter: Interpreter, options: BuildOptions) -> Project:
    """Combine what was registered into operations."""
    names = names_of_routers(interpreter)
    reader = DependencyReader(interpreter)
    linker = Linker(interpreter, reader, options.fastapi_version, names)
    interpreter.steps_left = STEPS_PER_ROOT * 10
    passed_over = _alternatives(interpreter)
    applications = [
        router
        for router in _distinct(interpreter.routers, names)
        if router.is_application and not router.condition and id(router) not in passed_over
        if router.entries or router.options or not names[id(router)].endswith("<unnamed>")
    ]
    if options.app:
        applications = [router for router in applications if names[id(router)] == options.app]
    judge = Judge(interpreter, reader, options.known_guards)
    by_application = {id(router): list(linker.operations(router)) for router in applications}
    ownership = OwnershipReader(interpreter, judge)
    dead = DeadGuardReader(interpreter, reader, judge.behaviours)
    blocking = BlockingReader(judge)
    ownership.learn(
        operation
        for router in applications
        if id(router) not in linker.mounted
        for operation in by_application[id(router)]
    )
    operations: list[PathOperation] = []
    nouns: list[Application] = []
    for router in applications:
        place = linker.place(router)
        nouns.append(Application(place.name, place.location, place, _middlewares(router)))
        if id(router) not in linker.mounted:
            operations += [
                _judged(judge, ownership, blocking, dead, linker, operation) for operation in by_application[id(router)]
            ]
    unmounted = _unmounted(
        interpreter, linker, lambda operation: _judged(judge, ownership, blocking, dead, linker, operation)
    )
    unresolved = sorted(
        {*interpreter.unresolved, *linker.unresolved}, key=lambda item: (item.location, item.kind, item.reason)
    )
    return Project(
        tuple(nouns), tuple(operations), unmounted, tuple(unresolved), options.fastapi_version, options.version_source
    )


def _middlewares(router: Router) -> tuple[Middleware, ...]:
    """The middlewares of an application as `why` names them."""
    return tuple(
        Middleware(
            *identify(middleware.target)[:2],
            middleware.place.module.location(middleware.place.node),
            tuple(
                (name, known)
                for name, value in middleware.options.items()
                if (known := plain_constant(value)) is not None
            ),
            tuple((name, setting) for name, value in middleware.options.items() if (setting := setting_of(value))),
        )
        for middleware in router.middlewares
    )


def _judged(
    judge: Judge,
    ownership: OwnershipReader,
    blocking: BlockingReader,
    dead: DeadGuardReader,
    linker: Linker,
    operation: PathOperation,
) -> PathOperation:
    """The operation with its verdict."""
    endpoint = linker.endpoints.get(id(operation))
    if endpoint is None:
        return replace(
            operation,
            authentication=Authentication(Verdict.UNKNOWN, reason="what is mounted here is not the project's code"),
        )
    accesses, checks_role = ownership.accesses(operation, endpoint)
    dead_guards = dead.of(operation, endpoint)
    verdict = judge.judge(operation, linker.chains[id(operation)], endpoint)
    return replace(
        operation,
        authentication=_with_dead_guards(verdict, dead_guards),
        accesses=accesses,
        checks_role=checks_role,
        blocking=blocking.of(operation, endpoint),
        dead_guards=dead_guards,
    )


def _with_dead_guards(verdict: Authentication, dead_guards: tuple[DeadGuard, ...]) -> Authentication:
    """An operation that looks guarded by something that never runs is no open one: its guard is ineffective."""
    reason = next((guard for guard in dead_guards if guard.guards or guard.why is WhyDead.LETS_ALL_PASS), None)
    if verdict.verdict is not Verdict.NONE or reason is None:
        return verdict
    return replace(
        verdict, verdict=Verdict.INEFFECTIVE, reason=f"{reason.name} is written as a guard and turns nobody away"
    )


def _distinct(routers: list[Router], names: dict[int, str]) -> list[Router]:
    """Routers in the order of their places; of several made by one call, the one that a module holds."""
    by_place: dict[tuple[str, int, int], list[Router]] = {}
    for router in routers:
        location = router.place.module.location(router.place.node)
        by_place.setdefault((location.path, location.line, location.column), []).append(router)
    kept = []
    for key in sorted(by_place):
        same = by_place[key]
        held = [router for router in same if names.get(id(router), "").endswith("()") is False]
        best = max(same, key=lambda router: len(router.entries))
        kept += list({names[id(router)]: router for router in held}.values()) or [best]
    return kept


def names_of_routers(interpreter: Interpreter) -> dict[int, str]:
    """`module:attribute` where a module holds the router, else the class attribute or the function that made it."""
    names: dict[int, str] = {}
    for router in interpreter.routers:
        names[id(router)] = router.held_as or router.made_in or f"{router.place.module.name}:<unnamed>"
    for path in sorted(interpreter.modules, reverse=True):
        module = interpreter.modules[path]
        for name, value in module.names.items() if module else ():
            if module is None:
                continue
            if isinstance(value, Class):
                for attribute, held in value.namespace.items():
                    if isinstance(held, Router):
                        names[id(held)] = f"{module.name}:{value.name}.{attribute}"
            for option in options_of(value):
                if isinstance(option, Router):
                    separator = ":" if option.is_application else "."
                    names[id(option)] = f"{module.name}{separator}{name}"
    return names


def _alternatives(interpreter: Interpreter) -> set[int]:
    """Applications of which another one stands under the same name: `app = FastAPI(...) if debug else FastAPI()`."""
    passed_over: set[int] = set()
    for module in interpreter.modules.values():
        for value in module.names.values() if module else ():
            routers = [option for option in options_of(value) if isinstance(option, Router) and option.is_application]
            if len(routers) > 1:
                best = max(reversed(routers), key=lambda router: (not router.condition, len(router.entries)))
                passed_over.update(id(router) for router in routers if router is not best)
    return passed_over


def _unmounted(
    interpreter: Interpreter, linker: Linker, judged: Callable[[PathOperation], PathOperation]
) -> tuple[Unmounted, ...]:
    """Routers with operations that no application reaches; only the topmost of each tree."""
    lost = [router for router in interpreter.routers if id(router) not in linker.reached and not router.is_application]
    inside = {
        id(entry.router)
        for router in lost
        for entry in router.entries
        if isinstance(entry, Include) and entry.router is not router
    }
    found = []
    places = {(r.place.module.path, r.place.node) for r in interpreter.routers if id(r) in linker.reached}
    for router in lost:
        if id(router) in inside or (router.place.module.path, router.place.node) in places:
            continue
        operations = [operation for operation in linker.operations(router) if operation.kind != "mount"]
        if operations:
            found.append(Unmounted(linker.place(router), tuple(map(judged, operations))))
    return tuple(sorted({item.router.location: item for item in found}.values(), key=lambda item: item.router.location))
