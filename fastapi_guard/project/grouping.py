"""Open operations by their cause: an application, a router or a handler that lacks a guard, or an inclusion that forgot one."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from enum import StrEnum

from fastapi_guard.location import Location
from fastapi_guard.project.model import IncludeContext, PathOperation, Project, RouterPlace, Verdict
from fastapi_guard.project.public import is_public
from fastapi_guard.project.seeds import TEST_FILE

SERVED = frozenset({"http", "websocket"})
"""Kinds of operations for which FastAPI runs dependencies."""


class Cause(StrEnum):
    """Where the guard that a group of operations lacks would stand."""

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
    """Operations that do reject strangers: of the same router, or, where it has none, of the same application."""


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


def open_groups(project: Project, kind: str, authentication: str) -> Iterator[OpenGroup]:
    """The operations of a kind that a stranger may call and that are not public, by what causes it."""
    served = [operation for operation in project.operations if operation.kind in SERVED and not _is_test_helper(operation)]
    private = [operation for operation in served if not is_public(operation, authentication)]
    bypassing = {id(operation) for bypass in bypasses(project, authentication) for operation in bypass.operations}
    by_application = _grouped(private, lambda operation: application_of(operation).location)
    by_handler: dict[Location, list[tuple[PathOperation, tuple[PathOperation, ...]]]] = {}
    for inside in by_application.values():
        open_here = [operation for operation in inside if _is_open(operation) and id(operation) not in bypassing]
        wanted = tuple(operation for operation in open_here if operation.kind == kind)
        if not wanted:
            continue
        application = application_of(wanted[0])
        if all(map(_is_open, inside)):
            yield OpenGroup(Cause.APPLICATION, application.location, application, wanted, ())
            continue
        guarded = _guarded(inside)
        for siblings in _grouped(inside, lambda operation: operation.router.location).values():
            here = tuple(operation for operation in wanted if operation in siblings)
            if not here:
                continue
            router = here[0].router
            if not router.is_application and all(map(_is_open, siblings)):
                yield OpenGroup(Cause.ROUTER, router.location, router, here, guarded)
                continue
            for operation in here:
                nearby = _guarded(siblings) or guarded
                by_handler.setdefault(operation.decorator_location, []).append((operation, nearby))
    for location, found in by_handler.items():
        operations = tuple(operation for operation, _ in found)
        yield OpenGroup(Cause.HANDLER, location, operations[0].router, operations, found[0][1])
