"""Open operations by their cause: an application, a router or a handler without a guard, or an inclusion without one."""

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from enum import StrEnum

from fastapi_guard.location import Location
from fastapi_guard.project.model import IncludeContext, PathOperation, Project, RouterPlace, Verdict
from fastapi_guard.project.public import is_public
from fastapi_guard.project.seeds import TEST_FILE

SERVED = frozenset({"http", "websocket"})
"""Kinds of operations for which FastAPI runs dependencies."""


class Cause(StrEnum):
    """Where the guard would stand that a group of operations lacks."""

    APPLICATION = "application"
    ROUTER = "router"
    HANDLER = "handler"


@dataclass(frozen=True, slots=True)
class OpenGroup:
    """Operations that a stranger may call for one reason."""

    cause: Cause
    location: Location
    """The `FastAPI(...)`, the `APIRouter(...)` or the first decorator of the handler."""
    place: RouterPlace
    """The application, or the router on which they are registered."""
    operations: tuple[PathOperation, ...]
    guarded: tuple[PathOperation, ...]
    """Operations that reject strangers: of the same router, or, where it has none, of the same application."""

    @property
    def symbol(self) -> str:
        """The dotted name of what the group's finding is about."""
        return self.operations[0].endpoint_name if self.cause is Cause.HANDLER else self.place.name

    @property
    def is_reads_beside_writes(self) -> bool:
        """Whether these only read, and what is guarded in their router also writes: such reads are often meant to be public."""
        neighbours = [operation for operation in self.guarded if operation.router.location == self.place.location]
        return (
            self.cause is Cause.HANDLER
            and all(map(is_read, self.operations))
            and any(not is_read(operation) for operation in neighbours)
        )


@dataclass(frozen=True, slots=True)
class Bypass:
    """An inclusion that lacks the guard which another inclusion of the same router has."""

    unguarded: IncludeContext
    guarded: IncludeContext
    operations: tuple[PathOperation, ...]
    """What is open by it."""
    twins: tuple[PathOperation, ...]
    """The same handlers, guarded."""


def application_of(operation: PathOperation) -> RouterPlace:
    """The innermost application around an operation: dependencies of those that mount it do not run."""
    around = [context.router for context in operation.contexts if context.router.is_application]
    return around[-1] if around else operation.application


def routers_of(operation: PathOperation) -> tuple[RouterPlace, ...]:
    """From the innermost application down to the router on which an operation is registered: whose dependencies run."""
    places = (operation.application, *(context.router for context in operation.contexts), operation.router)
    start = max(index for index, place in enumerate(places) if place.is_application or index == 0)
    return tuple({place.location: place for place in places[start:]}.values())


def open_groups(project: Project, kind: str, authentication: str) -> Iterator[OpenGroup]:
    """The operations of a kind that a stranger may call and that are not public, by what causes it.

    What an inclusion causes is left to `bypasses`.
    """
    private = _private(project, authentication)
    bypassing = {id(operation) for bypass in bypasses(project, authentication) for operation in bypass.operations}

    def is_wanted(operation: PathOperation) -> bool:
        return operation.kind == kind and is_open(operation) and id(operation) not in bypassing

    handlers: dict[Location, OpenGroup] = {}
    for inside in _grouped(private, lambda operation: application_of(operation).location):
        wanted = tuple(filter(is_wanted, inside))
        if wanted and all(map(is_open, inside)):
            application = application_of(wanted[0])
            yield OpenGroup(Cause.APPLICATION, application.location, application, wanted, ())
            continue
        guarded = tuple(filter(is_guarded, inside))
        for siblings in _grouped(inside, lambda operation: operation.router.location):
            here = tuple(filter(is_wanted, siblings))
            router = siblings[0].router
            if here and all(map(is_open, siblings)) and not router.is_application:
                yield OpenGroup(Cause.ROUTER, router.location, router, here, guarded)
                continue
            nearby = tuple(filter(is_guarded, siblings)) or guarded
            for operation in here:
                at = operation.decorator_location
                before = handlers[at].operations if at in handlers else ()
                handlers[at] = OpenGroup(Cause.HANDLER, at, router, (*before, operation), nearby)
    yield from handlers.values()


def bypasses(project: Project, authentication: str) -> Iterator[Bypass]:
    """Inclusions by which a stranger reaches handlers that are guarded below another inclusion of their router."""
    found: dict[Location, list[tuple[PathOperation, PathOperation, int]]] = {}
    for same in _grouped(_private(project, authentication), _registration):
        twin = next(filter(is_guarded, same), None)
        for operation in filter(is_open, same) if twin else ():
            step = _parting(operation.contexts, twin.contexts) if twin else None
            if twin and step is not None:
                found.setdefault(operation.contexts[step].location, []).append((operation, twin, step))
    for pairs in found.values():
        operation, twin, step = pairs[0]
        yield Bypass(
            operation.contexts[step],
            twin.contexts[step],
            tuple(operation for operation, _, _ in pairs),
            tuple(twin for _, twin, _ in pairs),
        )


def is_read(operation: PathOperation) -> bool:
    """Whether an operation is asked for by GET or HEAD only."""
    return bool(operation.methods) and set(operation.methods) <= {"GET", "HEAD"}


def is_open(operation: PathOperation) -> bool:
    """Whether nothing looks at who calls; never of a handler that could not be found, as it may."""
    return operation.authentication.verdict is Verdict.NONE and operation.endpoint is not None


def is_guarded(operation: PathOperation) -> bool:
    """Whether a stranger is always rejected."""
    return operation.authentication.verdict is Verdict.REQUIRED


def _private(project: Project, authentication: str) -> tuple[PathOperation, ...]:
    return tuple(
        operation
        for operation in project.operations
        if operation.kind in SERVED and not is_public(operation, authentication)
        if not TEST_FILE.search(operation.application.location.path)
    )


def _registration(operation: PathOperation) -> tuple[object, ...]:
    """What two operations have in common that one decorator made."""
    return (application_of(operation).location, operation.router, operation.registered_at, operation.location)


def _parting(one: Sequence[IncludeContext], other: Sequence[IncludeContext]) -> int | None:
    """The first step at which two ways to a router are not the same call; None when they are the same throughout."""
    steps = zip(one, other, strict=False)
    return next((index for index, (a, b) in enumerate(steps) if a.location != b.location), None)


def _grouped(
    operations: Iterable[PathOperation], key: Callable[[PathOperation], object]
) -> Iterator[tuple[PathOperation, ...]]:
    groups: dict[object, list[PathOperation]] = {}
    for operation in operations:
        groups.setdefault(key(operation), []).append(operation)
    yield from map(tuple, groups.values())
