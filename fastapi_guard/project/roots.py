"""Runs what registers: modules, factories, starts of applications."""

from __future__ import annotations

import ast
from collections.abc import Callable, Mapping
from functools import partial

from fastapi_guard.location import Location
from fastapi_guard.project.callers import undecided_arguments
from fastapi_guard.project.evaluator.calls import call, call_function
from fastapi_guard.project.evaluator.interpreter import STEPS_PER_ROOT, Interpreter
from fastapi_guard.project.evaluator.signals import OutOfSteps
from fastapi_guard.project.model import (
    Unresolved,
)
from fastapi_guard.project.registration import Include, Mount, Route, Router
from fastapi_guard.project.router_names import names_of_routers
from fastapi_guard.project.seeds import registering_functions
from fastapi_guard.project.sources import Sources
from fastapi_guard.project.startup import may_register
from fastapi_guard.project.values import (
    BoundMethod,
    Class,
    Descriptor,
    Function,
    Instance,
    Value,
)

STEPS_OF_A_START = STEPS_PER_ROOT // 8
"""For code that runs when an application starts and can register nothing: only what it sets up may matter."""


def _run_root(
    interpreter: Interpreter, path: str, run: Callable[[], object], line: int = 1, *, may_register: bool = True
) -> None:
    """Evaluate one root within its budget; what is left out is worth a word where it might register something."""
    interpreter.steps_left = STEPS_PER_ROOT if may_register else STEPS_OF_A_START
    interpreter.runs.clear()
    try:
        run()
    except (OutOfSteps, RecursionError):
        interpreter.call_stack.clear()
        interpreter.steps_left = STEPS_PER_ROOT
        if may_register:
            entry = Unresolved("steps", Location(path, line), "evaluating this takes too many steps")
            interpreter.unresolved.append(entry)


def run_roots(interpreter: Interpreter, sources: Sources) -> None:
    """Run everything that may make a router or register something on one, as far as the budget goes."""
    for path in sorted(interpreter.seeds):
        _run_root(interpreter, path, partial(interpreter.import_module, path))
    registering = {
        path: tuple(registering_functions(module.tree))
        for path in sorted(interpreter.seeds)
        if (module := interpreter.module(path)) is not None
    }
    _run_callers(interpreter, registering, sources)
    started: set[int] = set()
    _run_lifespans(interpreter, started)
    _run_differing(interpreter, registering, sources)
    _run_uncalled(interpreter, registering, sources)
    _run_lifespans(interpreter, started)


Registering = Mapping[str, tuple[tuple[ast.ClassDef | None, ast.FunctionDef | ast.AsyncFunctionDef], ...]]
"""The functions that register, with their class, by the path of a seed."""


def _run_callers(interpreter: Interpreter, registering: Registering, sources: Sources) -> None:
    """Modules that register nothing themselves but call what does: `app = create_app()` in a module of its own."""
    wanted = {
        definition.name
        for functions in registering.values()
        for owner, definition in functions
        if owner is None and id(definition) not in interpreter.called
    }
    if not wanted:
        return
    for path in sources.that_call(*wanted):
        if path not in interpreter.seeds:
            _run_root(interpreter, path, partial(interpreter.run_module, path))


def _run_lifespans(interpreter: Interpreter, started: set[int]) -> None:
    """What applications do when they start, once for each: routes are also registered there."""
    for router in list(interpreter.routers):
        if id(router) in started:
            continue
        started.add(id(router))
        location = router.place.module.location(router.place.node)
        lifespan = router.options.get("lifespan")
        if isinstance(lifespan, (Function, BoundMethod)):
            start = partial(call, interpreter, lifespan, (router,), {}, router.place, None)
            registers = may_register(interpreter, lifespan)
            _run_root(interpreter, location.path, start, location.line, may_register=registers)
        for handler in router.startup:
            start = partial(call, interpreter, handler, (), {}, router.place, None)
            registers = may_register(interpreter, handler)
            _run_root(interpreter, location.path, start, location.line, may_register=registers)


def _run_differing(interpreter: Interpreter, registering: Registering, sources: Sources) -> None:
    """Factories of which some callers were followed and some were not: once more, for what all of them may get.

    The application of that run stands for those that no module holds by a name of its own.
    """
    names = names_of_routers(interpreter)
    made_by: dict[str, list[Router]] = {}
    for router in interpreter.routers:
        if router.is_application and names[id(router)] == router.made_in:
            made_by.setdefault(router.made_in, []).append(router)
    for path, functions in registering.items():
        module = interpreter.module(path)
        for owner, definition in functions if module is not None else ():
            narrow = made_by.get(f"{module.name}:{definition.name}()", []) if module is not None else []
            value = module.names.get(definition.name) if module is not None and owner is None and narrow else None
            if value is None:
                continue
            run = partial(_run_for_all, interpreter, interpreter.settle(value), narrow, sources)
            _run_root(interpreter, path, run, definition.lineno)


def _run_for_all(interpreter: Interpreter, value: Value, narrow: list[Router], sources: Sources) -> None:
    """Run a factory on what its callers may give; what it makes takes the place of the `narrow` applications."""
    if not isinstance(value, Function):
        return
    arguments = undecided_arguments(interpreter, value, sources)
    if not arguments:
        return
    before = {id(router): len(router.entries) for router in interpreter.routers}
    call_function(interpreter, value, (), arguments)
    made = [router for router in interpreter.routers if id(router) not in before]
    for router in interpreter.routers:
        if id(router) in before:
            _register_once(router, before[id(router)])
    if any(router.is_application and router.entries for router in made):
        for router in narrow:
            router.is_replaced = True


def _register_once(router: Router, before: int) -> None:
    """Keep of what came to a router after its first `before` entries only what other lines had not registered yet."""
    known = {entry.place.node for entry in router.entries[:before] if isinstance(entry, (Route, Include, Mount))}
    router.entries[before:] = [
        entry
        for entry in router.entries[before:]
        if not (isinstance(entry, (Route, Include, Mount)) and entry.place.node in known)
    ]


def _run_uncalled(interpreter: Interpreter, registering: Registering, sources: Sources) -> None:
    """Factories and registering functions that no module-level code calls: run them for what they would do."""
    for path, functions in registering.items():
        module = interpreter.module(path)
        for owner, definition in functions if module is not None else ():
            if id(definition) in interpreter.called:
                continue
            value = module.names.get(owner.name if owner else definition.name) if module is not None else None
            if value is not None:
                method = definition.name if owner else None
                run = partial(_run_abstractly, interpreter, interpreter.settle(value), method, sources)
                _run_root(interpreter, path, run, definition.lineno)


def _run_abstractly(interpreter: Interpreter, value: Value, method: str | None, sources: Sources) -> None:
    """Call a function, or a method of an object made for it, with arguments that nobody knows."""
    if method is None:
        if isinstance(value, Function):
            call_function(interpreter, value, (), undecided_arguments(interpreter, value, sources))
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
