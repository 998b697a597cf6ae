"""An operation: a method and a path that FastAPI serves."""

from collections.abc import Iterator
from dataclasses import dataclass, field

from fastapi_guard.finding import OperationPlace
from fastapi_guard.location import Location
from fastapi_guard.project.model.authentication import Authentication, DeadGuard, Verdict
from fastapi_guard.project.model.database import DatabaseAccess
from fastapi_guard.project.model.dependencies import Dependant, Function, IncludeContext, Parameter, RouterPlace
from fastapi_guard.project.model.effects import (
    BlockingCall,
    Escape,
    ForgottenCoroutine,
    OpenedSession,
    OutsideCall,
    Scheduled,
    SecretField,
)


@dataclass(frozen=True, slots=True)
class PathOperation:
    """One effective route of an application: what FastAPI will serve, under its full path."""

    app: str
    kind: str
    """http, websocket, mount, starlette."""
    methods: tuple[str, ...]
    path: str
    endpoint: Function | None
    endpoint_name: str
    location: Location
    """The `def` of the endpoint; of the registration where the endpoint is not the project's code."""
    decorator_location: Location
    registered_at: Location
    """The decorator or the `add_api_route` call that made this route."""
    router: RouterPlace
    """The router or application it was registered on."""
    contexts: tuple[IncludeContext, ...]
    """From the application down to that router."""
    application: RouterPlace
    status_code: int | None = None
    response_model: str | None = None
    """Dotted name, `None` when absent; "" when `response_model=None` was written; `?` when it could not be resolved."""
    response_class: str | None = None
    tags: tuple[str, ...] = ()
    include_in_schema: bool = True
    is_described: bool = False
    """Its registration has a summary or a description of its own."""
    dependencies: tuple[Dependant, ...] = ()
    """Roots of the dependency tree, in FastAPI's order: application, include, router, decorator, parameters."""
    parameters: tuple[Parameter, ...] = ()
    unread_path_parameters: tuple[str, ...] = ()
    """Parameters of its path that neither the endpoint nor a dependency takes; none where that cannot be told."""
    arms: tuple[tuple[str, int, int], ...] = ()
    """The arms of conditions that it is registered and included in: file and line of the condition, number of the arm."""
    wrappers: tuple[Function, ...] = ()
    """Project functions that stand between the route and the endpoint (decorators under the route decorator)."""
    authentication: Authentication = field(default=Authentication(Verdict.UNKNOWN))
    accesses: tuple[DatabaseAccess, ...] = ()
    """Its effects on the database, in the order in which its code has them."""
    blocking: tuple[BlockingCall, ...] = ()
    """What stops the event loop when it runs, its dependencies included."""
    checks_role: bool = False
    """A dependency or the handler looks at what the principal may do: roles, is_superuser, scopes."""
    sessions: tuple[OpenedSession, ...] = ()
    """The sessions and connections that serving it opens or uses."""
    refusals: tuple[Location, ...] = ()
    """Where its handler itself raises 401 or 403."""
    returned_table: str = ""
    """Dotted name of the table whose rows its handler returns as they are."""
    forgotten: tuple[ForgottenCoroutine, ...] = ()
    """The coroutines that it makes and nobody awaits, but for those that guard: they are dead guards."""
    scheduled: tuple[Scheduled, ...] = ()
    """What its handler leaves to be run beside the request."""
    dead_guards: tuple[DeadGuard, ...] = ()
    """What was written to guard it and never runs."""
    outside_calls: tuple[OutsideCall, ...] = ()
    """What its handler itself asks of other services."""
    secret_fields: tuple[SecretField, ...] = ()
    """What its answer holds that no client may see."""
    escapes: tuple[Escape, ...] = ()
    """Exceptions that end as 500, each class once."""
    public_reason: str | None = None
    """Why it may be public: declared by comment or configuration, or public by nature; None otherwise."""

    def walk_dependencies(self) -> Iterator[Dependant]:
        """The flattened dependency tree in FastAPI's order."""
        for dependency in self.dependencies:
            yield from dependency.walk()

    @property
    def places(self) -> tuple[OperationPlace, ...]:
        """This operation as findings name it, one for each method."""
        return tuple(
            OperationPlace(method, self.path, self.location.path, self.decorator_location.line, self.location.line)
            for method in self._methods
        )

    @property
    def title(self) -> str:
        """`GET /api/tasks`, as messages name an operation."""
        return f"{'/'.join(self._methods)} {self.path}"

    @property
    def _methods(self) -> tuple[str, ...]:
        """The methods, `*` where they are not known; no WebSocket has one."""
        return self.methods or (("WEBSOCKET",) if self.kind == "websocket" else ("*",))
