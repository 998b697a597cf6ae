"""From files to the model: evaluate what registers, name the applications, combine their routers."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import partial

from fastapi_guard.location import Location
from fastapi_guard.project.authentication import Judge, KnownGuards
from fastapi_guard.project.constants import plain_constant, setting_of
from fastapi_guard.project.dependencies import DependencyReader, identify
from fastapi_guard.project.errors import raised_names
from fastapi_guard.project.evaluator.interpreter import STEPS_PER_ROOT, EvaluatorOptions, Interpreter
from fastapi_guard.project.evaluator.routers import VALIDATION_ERRORS
from fastapi_guard.project.judging import Readers, judged
from fastapi_guard.project.linking import Linker
from fastapi_guard.project.mcp import mcp_servers
from fastapi_guard.project.model import (
    Application,
    Middleware,
    PathOperation,
    Project,
    Unmounted,
    Unresolved,
    ValidationHandler,
)
from fastapi_guard.project.registration import Include, Router
from fastapi_guard.project.roots import run_roots
from fastapi_guard.project.router_names import alternatives, distinct, names_of_routers
from fastapi_guard.project.shared_uses import shared_states
from fastapi_guard.project.sources import Sources
from fastapi_guard.project.token_kinds import token_readers
from fastapi_guard.project.values import (
    External,
    Mapping,
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


def build_project(
    sources: Sources,
    finder: ModuleFinder,
    options: BuildOptions | None = None,
) -> Project:
    """The model of everything below the root."""
    options = options or BuildOptions()
    evaluation = EvaluatorOptions(options.router_classes, options.authorizers, options.fastapi_version >= UNWRAPS_SINCE)
    interpreter = Interpreter(sources.tree_and_text, finder, sources.seeds, evaluation)
    run_roots(interpreter, sources)
    return link(interpreter, options)


def link(interpreter: Interpreter, options: BuildOptions) -> Project:
    """Combine what was registered into operations."""
    names = names_of_routers(interpreter)
    reader = DependencyReader(interpreter)
    linker = Linker(interpreter, reader, options.fastapi_version, names)
    interpreter.steps_left = STEPS_PER_ROOT * 10
    passed_over = alternatives(interpreter)
    applications = [
        router
        for router in distinct([router for router in interpreter.routers if not router.is_replaced], names)
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
            operations += [judged(readers, operation) for operation in by_application[id(router)]]
    unmounted = _unmounted(interpreter, linker, partial(judged, readers))
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
        shared_states=shared_states((readers.state.gathered(middlewares),), operations),
        mcp_servers=mcp_servers(interpreter, linker, operations),
        raised_names=raised_names(interpreter),
        token_readers=token_readers(readers.ownership.identities),
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
