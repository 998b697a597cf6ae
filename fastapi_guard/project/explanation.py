"""Why an operation has its verdict: the way from the application down to its handler, and what each place contributes."""

from collections.abc import Iterator
from dataclasses import dataclass
from enum import StrEnum

from fastapi_guard.location import Location
from fastapi_guard.project.model import (
    Dependant,
    Guard,
    Middleware,
    PathOperation,
    Project,
    RouterPlace,
    Via,
)


class StepKind(StrEnum):
    """A place on the way that could bring a guard."""

    APPLICATION = "application"
    MOUNT = "mount"
    INCLUDE = "include"
    ROUTER = "router"
    DECORATOR = "decorator"
    WRAPPER = "wrapper"
    HANDLER = "handler"


@dataclass(frozen=True, slots=True)
class Step:
    """One place on the way from the application to the handler."""

    kind: StepKind
    name: str
    """Of the application, router or function; for an include or mount of what it brings."""
    location: Location
    prefix: str = ""
    dependencies: tuple[Dependant, ...] = ()
    """What is added here."""
    is_outside: bool = False
    """An application further down is mounted: what is added here does not run for its operations."""


@dataclass(frozen=True, slots=True)
class NearMiss:
    """Something that could have guarded the operation and does not."""

    kind: str
    """alias, sibling, auto-error, commented-out, exempt, websocket, shadowed."""
    text: str
    location: Location | None = None


@dataclass(frozen=True, slots=True)
class Explanation:
    """The proof tree of one operation, for protected and unprotected alike."""

    operation: PathOperation
    steps: tuple[Step, ...]
    middlewares: tuple[Middleware, ...]
    """Of the applications around it, outermost first."""
    near_misses: tuple[NearMiss, ...]

    def effect_of(self, name: str, location: Location | None) -> Guard | None:
        """What a dependency, middleware or wrapper does to a stranger; None when it has nothing to do with identity."""
        authentication = self.operation.authentication
        guards = [guard for guard in (*authentication.by, *authentication.beside) if guard.name == name]
        return next((guard for guard in guards if guard.location == location), None)

    def middleware_effect(self, middleware: Middleware) -> Guard | None:
        """What a middleware does to a stranger who asks for this path."""
        authentication = self.operation.authentication
        guards = (*authentication.by, *authentication.beside)
        return next((guard for guard in guards if guard.via is Via.MIDDLEWARE and guard.name == middleware.name), None)


def steps_of(operation: PathOperation) -> Iterator[Step]:
    """The way to an operation, in the order in which it is written down."""
    mounts = [index for index, context in enumerate(operation.contexts) if context.router.is_application]
    last_mount = mounts[-1] if mounts else -1
    yield _place(operation.application, is_outside=bool(mounts))
    for index, context in enumerate(operation.contexts):
        is_outside = index < last_mount
        kind = StepKind.MOUNT if context.router.is_application else StepKind.INCLUDE
        yield Step(kind, context.router.name, context.location, context.prefix, context.dependencies, is_outside)
        yield _place(context.router, is_outside=is_outside)
    own = tuple(root for root in operation.dependencies if root.via is Via.DECORATOR)
    if operation.kind == "mount":
        yield Step(StepKind.MOUNT, operation.endpoint_name, operation.registered_at, operation.path)
        return
    yield Step(StepKind.DECORATOR, "", operation.registered_at, dependencies=own)
    for wrapper in operation.wrappers:
        yield Step(StepKind.WRAPPER, wrapper.name, wrapper.location)
    taken = tuple(root for root in operation.dependencies if root.via in (Via.PARAMETER, Via.ALIAS))
    yield Step(StepKind.HANDLER, operation.endpoint_name, operation.location, dependencies=taken)


def middlewares_of(project: Project, operation: PathOperation) -> tuple[Middleware, ...]:
    """The middlewares that see a request for an operation."""
    around = [operation.application, *(context.router for context in operation.contexts)]
    places = dict.fromkeys(place.location for place in around if place.is_application)
    by_place = {application.location: application.middlewares for application in project.applications}
    return tuple(middleware for place in places for middleware in by_place.get(place, ()))


def _place(place: RouterPlace, *, is_outside: bool) -> Step:
    kind = StepKind.APPLICATION if place.is_application else StepKind.ROUTER
    prefix = "" if place.is_application else place.prefix
    return Step(kind, place.name, place.location, prefix, place.dependencies, is_outside)
