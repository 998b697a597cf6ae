"""From files to the model: evaluate what registers, name the applications, combine their routers."""

from __future__ import annotations

import ast
import re
from collections.abc import Callable
from collections.abc import Mapping as TextsByPath
from dataclasses import dataclass, replace
from functools import partial

from fastapi_guard.location import Location
from fastapi_guard.project.answers import AnswerReader
from fastapi_guard.project.authentication import Judge, KnownGuards, without_wrappers
from fastapi_guard.project.blocking import BlockingReader
from fastapi_guard.project.callers import undecided_arguments
from fastapi_guard.project.constants import plain_constant, setting_of
from fastapi_guard.project.dead_guards import DeadGuardReader
from fastapi_guard.project.dependencies import DependencyReader, identify
from fastapi_guard.project.errors import raised_names
from fastapi_guard.project.escapes import EscapeReader
from fastapi_guard.project.evaluator.calls import call, call_function
from fastapi_guard.project.evaluator.interpreter import STEPS_PER_ROOT, EvaluatorOptions, Interpreter
from fastapi_guard.project.evaluator.routers import VALIDATION_ERRORS
from fastapi_guard.project.evaluator.signals import OutOfSteps
from fastapi_guard.project.forgotten import ForgottenReader
from fastapi_guard.project.linking import Linker
from fastapi_guard.project.mcp import mcp_servers
from fastapi_guard.project.model import (
    Application,
    Authentication,
    DeadGuard,
    Middleware,
    PathOperation,
    Project,
    Unmounted,
    Unresolved,
    ValidationHandler,
    Verdict,
    WhyDead,
)
from fastapi_guard.project.outside import outside_calls
from fastapi_guard.project.principals import OwnershipReader
from fastapi_guard.project.registration import Include, Mount, Route, Router
from fastapi_guard.project.rejections import own_refusals
from fastapi_guard.project.scheduled import scheduled_in
from fastapi_guard.project.seeds import TEST_FILE, is_seed, registering_functions
from fastapi_guard.project.sessions import SessionReader
from fastapi_guard.project.shared_state import SharedStateReader
from fastapi_guard.project.startup import may_register
from fastapi_guard.project.token_kinds import token_readers
from fastapi_guard.project.values import (
    BoundMethod,
    Class,
    Descriptor,
    External,
    Function,
    Instance,
    Mapping,
    Value,
    options_of,
)
from fastapi_guard.project.versions import NEWEST_KNOWN
from fastapi_guard.source.modules import ModuleFinder

UNWRAPS_SINCE = (0, 123, 5)
"""Before, FastAPI read annotations that are text in the module of the outermost decorator (`get_typed_signature`)."""


@dataclass(frozen=True, slots=True)
class BuildOptions:
    """What configuration and lock files tell the model."""

    fastapi_version: tuple[int, ...] = NEWEST_KNOWN
    version_source: str = "assumed"
    router_classes: tuple[str, ...] = ()
    authorizers: tuple[str, ...] = ()
    known_guards: KnownGuards = KnownGuards()
    app: str = ""
    """`module:attribute` of the only application to keep; empty for all."""


@dataclass(frozen=True, slots=True)
class Readers:
    """What reads one side of an operation each."""

    linker: Linker
    judge: Judge
    ownership: OwnershipReader
    dead: DeadGuardReader
    blocking: BlockingReader
    state: SharedStateReader
    answers: AnswerReader
    sessions: SessionReader
    forgotten: ForgottenReader
    escapes: EscapeReader

    @classmethod
    def of(cls, interpreter: Interpreter, linker: Linker, judge: Judge) -> Readers:
        """The readers of one project."""
        return cls(
            linker,
            judge,
            OwnershipReader(interpreter, judge),
            DeadGuardReader(interpreter, judge.reader, judge.behaviours),
            BlockingReader(judge),
            SharedStateReader(interpreter, judge),
            AnswerReader(interpreter, judge),
            SessionReader(judge),
            ForgottenReader(judge),
            EscapeReader(interpreter, judge),
        )


def build_project(
    texts: TextsByPath[str, str],
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

    evaluation = EvaluatorOptions(options.router_classes, options.authorizers, options.fastapi_version >= UNWRAPS_SINCE)
    interpreter = Interpreter(tree_and_text, finder, seeds, evaluation)
    for path in sorted(seeds):
        _run_root(interpreter, path, partial(interpreter.import_module, path))
    registering = {
        path: tuple(registering_functions(module.tree))
        for path in sorted(seeds)
        if (module := interpreter.module(path)) is not None
    }
    _run_callers(interpreter, registering, texts)
    started: set[int] = set()
    _run_lifespans(interpreter, started)
    _run_differing(interpreter, registering, texts)
    _run_uncalled(interpreter, registering, texts)
    _run_lifespans(interpreter, started)
    return link(interpreter, options)


def _run_root(
    interpreter: Interpreter,
    path: str,
    run: Callable[[], object],
    line: int = 1,
    matters: Callable[[], bool] = lambda: True,
) -> None:
    """Evaluate one root within its budget; `matters` says whether what is left out is worth a word."""
    interpreter.steps_left = STEPS_PER_ROOT
    interpreter.runs.clear()
    try:
        run()
    except (OutOfSteps, RecursionError):
        interpreter.call_stack.clear()
        interpreter.steps_left = STEPS_PER_ROOT
        if matters():
            entry = Unresolved("steps", Location(path, line), "evaluating this takes too many steps")
            interpreter.unresolved.append(entry)


Registering = TextsByPath[str, tuple[tuple[ast.ClassDef | None, ast.FunctionDef | ast.AsyncFunctionDef], ...]]
"""The functions that register, with their class, by the path of a seed."""


def _run_callers(interpreter: Interpreter, registering: Registering, texts: TextsByPath[str, str]) -> None:
    """Modules that register nothing themselves but call what does: `app = create_app()` in a module of its own."""
    wanted = {
        definition.name
        for functions in registering.values()
        for owner, definition in functions
        if owner is None and id(definition) not in interpreter.called
    }
    if not wanted:
        return
    calls = re.compile(rf"\b(?:{'|'.join(map(re.escape, sorted(wanted)))})\s*\(")
    for path in sorted(texts):
        if path not in interpreter.seeds and not TEST_FILE.search(path) and calls.search(texts[path]):
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
            _run_root(interpreter, location.path, start, location.line, partial(may_register, interpreter, lifespan))
        for handler in router.startup:
            start = partial(call, interpreter, handler, (), {}, router.place, None)
            _run_root(interpreter, location.path, start, location.line, partial(may_register, interpreter, handler))


def _run_differing(interpreter: Interpreter, registering: Registering, texts: TextsByPath[str, str]) -> None:
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
            run = partial(_run_for_all, interpreter, interpreter.settle(value), narrow, texts)
            _run_root(interpreter, path, run, definition.lineno)


def _run_for_all(interpreter: Interpreter, value: Value, narrow: list[Router], texts: TextsByPath[str, str]) -> None:
    """Run a factory on what its callers may give; what it makes takes the place of the `narrow` applications."""
    if not isinstance(value, Function):
        return
    arguments = undecided_arguments(interpreter, value, texts)
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


def _run_uncalled(interpreter: Interpreter, registering: Registering, texts: TextsByPath[str, str]) -> None:
    """Factories and registering functions that no module-level code calls: run them for what they would do."""
    for path, functions in registering.items():
        module = interpreter.module(path)
        for owner, definition in functions if module is not None else ():
            if id(definition) in interpreter.called:
                continue
            value = module.names.get(owner.name if owner else definition.name) if module is not None else None
            if value is not None:
                method = definition.name if owner else None
                run = partial(_run_abstractly, interpreter, interpreter.settle(value), method, texts)
                _run_root(interpreter, path, run, definition.lineno)


def _run_abstractly(interpreter: Interpreter, value: Value, method: str | None, texts: TextsByPath[str, str]) -> None:
    """Call a function, or a method of an object made for it, with arguments that nobody knows."""
    if method is None:
        if isinstance(value, Function):
            call_function(interpreter, value, (), undecided_arguments(interpreter, value, texts))
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
        for router in _distinct([router for router in interpreter.routers if not router.is_replaced], names)
        if router.is_application and not router.condition and id(router) not in passed_over
        if router.entries or router.options or not names[id(router)].endswith("<unnamed>")
    ]
    if options.app:
        applications = [router for router in applications if names[id(router)] == options.app]
    readers = Readers.of(interpreter, linker, Judge(interpreter, reader, options.known_guards))
    by_application = {id(router): list(linker.operations(router)) for router in applications}
    readers.ownership.learn(
        operation
        for router in applications
        if id(router) not in linker.mounted
        for operation in by_application[id(router)]
    )
    operations: list[PathOperation] = []
    nouns: list[Application] = []
    for router in applications:
        place = linker.place(router)
        handler = _validation_handler(router, readers.judge)
        nouns.append(Application(place.name, place.location, place, _middlewares(router), handler))
        if id(router) not in linker.mounted:
            operations += [_judged(readers, operation) for operation in by_application[id(router)]]
    unmounted = _unmounted(interpreter, linker, partial(_judged, readers))
    middlewares = [middleware.target for router in applications for middleware in router.middlewares]
    unresolved = sorted(
        {*_still_unresolved(interpreter), *linker.unresolved}, key=lambda item: (item.location, item.kind, item.reason)
    )
    return Project(
        tuple(nouns),
        tuple(operations),
        unmounted,
        tuple(unresolved),
        options.fastapi_version,
        options.version_source,
        readers.state.states(middlewares),
        mcp_servers(interpreter, linker, operations),
        (),
        raised_names(interpreter),
        token_readers(readers.ownership.identities),
    )


def _still_unresolved(interpreter: Interpreter) -> list[Unresolved]:
    """What could not be followed when nobody knew the router, and never was with a router that is known."""
    return [item for item in interpreter.unresolved if interpreter.reported.get(item) not in interpreter.registering]


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


def _validation_handler(router: Router, judge: Judge) -> ValidationHandler | None:
    """What answers requests that do not validate, where FastAPI does not."""
    given = router.options.get("exception_handlers")
    mapped = given.items.items() if isinstance(given, Mapping) else ()
    handlers = [handler for key, handler in mapped if isinstance(key, External) and key.name in VALIDATION_ERRORS]
    handlers += router.validation_handlers
    if not handlers:
        return None
    name, location, _ = identify(handlers[-1])
    return ValidationHandler(name, location or _router_location(router), judge.answered_by(handlers[-1]))


def _router_location(router: Router) -> Location:
    return router.place.module.location(router.place.node)


def _judged(readers: Readers, operation: PathOperation) -> PathOperation:
    """The operation with its verdict."""
    endpoint = readers.linker.endpoints.get(id(operation))
    if endpoint is None:
        return replace(
            operation,
            authentication=Authentication(Verdict.UNKNOWN, reason="what is mounted here is not the project's code"),
        )
    accesses, checks_role = readers.ownership.accesses(operation, endpoint)
    dead_guards = readers.dead.of(operation, endpoint)
    route_class = readers.linker.route_classes.get(id(operation))
    verdict = readers.judge.judge(operation, readers.linker.chains[id(operation)], endpoint, route_class)
    readers.state.ran_by(operation, endpoint)
    chain = readers.linker.chains[id(operation)]
    secrets = readers.answers.secrets(readers.linker.response_models[id(operation)], endpoint)
    operation = replace(operation, dead_guards=dead_guards)
    trace = readers.judge.behaviours.trace_of(without_wrappers(endpoint))
    return replace(
        operation,
        authentication=_with_dead_guards(verdict, dead_guards),
        accesses=accesses,
        checks_role=checks_role,
        blocking=readers.blocking.of(operation, endpoint),
        outside_calls=outside_calls(readers.judge, operation, endpoint),
        secret_fields=secrets,
        sessions=readers.sessions.of(operation, endpoint),
        scheduled=scheduled_in(trace, operation),
        refusals=own_refusals(trace),
        forgotten=readers.forgotten.of(operation, endpoint),
        returned_table=readers.ownership.returned_table(endpoint),
        escapes=readers.escapes.of(operation, endpoint, chain),
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
    for router in (*interpreter.routers, *(presumed.router for presumed in interpreter.presumed.values())):
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
            for held in options_of(value):
                presumed = interpreter.presumed.get(id(held))
                option = presumed.router if presumed is not None else held
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
    lost = [
        router
        for router in interpreter.routers
        if id(router) not in linker.reached
        and not router.is_application
        and not {id(entry) for entry in router.entries} <= linker.served
    ]
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
