"""The nouns of the analysed application, in FastAPI's words: what rules look at and what `routes` prints.

Plain frozen values. How they come about is the evaluator's and the linker's business; nothing here reads a file.
"""

import ast
from collections.abc import Iterator
from dataclasses import dataclass, field
from enum import StrEnum

from fastapi_guard.finding import OperationPlace
from fastapi_guard.location import Location


class Verdict(StrEnum):
    """Who gets through to an operation without a credential."""

    REQUIRED = "required"
    """A stranger is always rejected."""
    OPTIONAL = "optional"
    """Identity is looked at; its absence is allowed."""
    INEFFECTIVE = "ineffective"
    """Looks like a guard and rejects nobody: a bare scheme, a decode without verification."""
    NONE = "none"
    UNKNOWN = "unknown"
    """Something that could not be resolved might guard it; `Authentication.reason` says what."""


class Via(StrEnum):
    """How a guard or dependency reaches an operation."""

    PARAMETER = "parameter"
    ALIAS = "alias"
    DECORATOR = "decorator"
    ROUTER = "router"
    INCLUDE = "include"
    APP = "app"
    MIDDLEWARE = "middleware"
    WRAPPER = "wrapper"
    BODY = "body"


@dataclass(frozen=True, slots=True)
class SecurityScheme:
    """An instance of a `fastapi.security` class, or of a subclass of one."""

    name: str
    """Class name as FastAPI would print it: `HTTPBearer`."""
    auto_error: bool | None
    """None where the value could not be resolved."""
    location: Location | None = None


@dataclass(frozen=True, slots=True)
class Guard:
    """Something that was found to authenticate an operation."""

    name: str
    location: Location | None
    via: Via
    verdict: Verdict = Verdict.REQUIRED
    """What it does to a stranger, taken alone."""
    rejects_at: Location | None = None
    """Where it raises or answers 401 or 403; None where it does not, or a library does."""
    reason: str = ""


@dataclass(frozen=True, slots=True)
class Authentication:
    """The verdict on one operation and what it rests on."""

    verdict: Verdict
    schemes: tuple[str, ...] = ()
    by: tuple[Guard, ...] = ()
    reason: str = ""
    """One clause that says why: for `unknown` and `ineffective` what is missing."""
    beside: tuple[Guard, ...] = ()
    """What else looks at identity, and does not decide."""


class WhyDead(StrEnum):
    """Why something that was written as a guard turns nobody away."""

    METADATA = "metadata"
    """It stands in `Annotated[...]` without `Depends`."""
    DEPENDENCIES_PARAMETER = "dependencies parameter"
    """`dependencies=[Depends(...)]` is a parameter of the function, not of its decorator."""
    FACTORY = "factory"
    """`Depends` is given the function that makes the guard."""
    CLASS = "class"
    """`Depends` is given the class whose instances guard."""
    DEFAULT = "default"
    """It is the default of a parameter, without `Depends`."""
    DECORATOR = "decorator"
    """It decorates what the route has already registered."""
    NOT_AWAITED = "not awaited"
    SCOPES = "scopes"
    """`Security(..., scopes=[...])` and nobody reads the scopes."""
    LETS_ALL_PASS = "lets all pass"
    """It runs, is called after a check, and has no way to turn anybody away."""
    CALLED = "called"
    """`Depends` is given what the dependency gave when the module was imported."""


@dataclass(frozen=True, slots=True)
class DeadGuard:
    """Something that was written to guard an operation and never runs."""

    why: WhyDead
    name: str
    """Dotted name of what does not run."""
    location: Location
    """Where it is written: the parameter, the `Depends(...)`, the decorator or the call."""
    taker: str = ""
    """The function that it stands in or above; the scopes that nobody reads."""
    parameter: str = ""
    defined_at: Location | None = None
    guards: bool = False
    """It would reject strangers or look at who calls; others are just not run."""


@dataclass(frozen=True, slots=True)
class Function:
    """A function or method of the analysed project: its syntax and where it stands."""

    name: str
    """Dotted: `app.api.tasks.read_task`."""
    module: str
    definition: ast.FunctionDef | ast.AsyncFunctionDef | ast.Lambda
    location: Location
    """The line of `def` (not of a decorator), through the end of the signature."""
    decorator_location: Location
    """The first decorator, or the `def` where there is none."""

    @property
    def is_async(self) -> bool:
        return isinstance(self.definition, ast.AsyncFunctionDef)


@dataclass(frozen=True, slots=True)
class Dependant:
    """A node of an operation's dependency tree, as `fastapi.dependencies.models.Dependant` will hold it."""

    name: str
    """Dotted name of the callable; of the class for an instance of one."""
    location: Location | None
    """`def` (for a factory's closure the inner one) or `class` line; None for library code."""
    via: Via
    children: tuple["Dependant", ...] = ()
    function: Function | None = None
    """What runs, when it is the project's own code."""
    scheme: SecurityScheme | None = None
    scopes: tuple[str, ...] = ()
    parameter: str = ""
    """The parameter that receives the result; empty for `dependencies=[...]`."""
    declared_at: Location | None = None
    """The `Depends(...)` itself."""
    unresolved: str = ""
    """Why the callable could not be resolved; empty when it was."""
    alternatives: tuple["Dependant", ...] = ()
    """What else may run here, when configuration or a condition chooses."""

    def walk(self) -> Iterator["Dependant"]:
        """This dependant and everything below it, in FastAPI's order (pre-order)."""
        yield self
        for child in self.children:
            yield from child.walk()


@dataclass(frozen=True, slots=True)
class IncludeContext:
    """One step from the application down to the operation: an `include_router` or `mount`, and the router it brings."""

    location: Location
    """The call."""
    router: "RouterPlace"
    prefix: str
    dependencies: tuple[Dependant, ...] = ()
    """What this call adds (its own `dependencies=`), resolved."""


@dataclass(frozen=True, slots=True)
class RouterPlace:
    """An `APIRouter(...)` or `FastAPI(...)` and where it is made."""

    name: str
    location: Location
    prefix: str = ""
    dependencies: tuple[Dependant, ...] = ()
    is_application: bool = False


@dataclass(frozen=True, slots=True)
class Parameter:
    """A parameter of a handler that FastAPI fills from the request."""

    name: str
    source: str
    """path, query, header, cookie, body, form, file, dependency, special (Request, Response, BackgroundTasks …), unknown."""
    annotation: str
    """Dotted name of the resolved type without Annotated, Optional and default; empty when there is none."""
    location: Location
    is_required: bool = True


@dataclass(frozen=True, slots=True)
class ColumnWrite:
    """A column that an operation sets, and where the value comes from."""

    column: str
    """`*` for whatever keys a mapping has."""
    source: str
    """principal, client, own (of a row that is the principal's), constant, unknown."""
    text: str
    """The value as the code has it: `payload.user_id`."""
    location: Location | None
    fields: tuple[str, ...] = ()
    """For `*`: the fields of the model that is written, where they are known."""
    taken_at: Location | None = None
    """The parameter that the value came in by."""
    field_locations: tuple[Location, ...] = ()
    """Where the fields are declared, in their order."""


@dataclass(frozen=True, slots=True)
class FunctionAround:
    """The function that a piece of code stands in."""

    name: str
    location: Location
    parameters: tuple[str, ...]
    """Its own, and those that its class is made with."""
    words: frozenset[str]
    """The names that its code uses."""


@dataclass(frozen=True, slots=True)
class DatabaseAccess:
    """Something that an operation does to the database, in its handler or in what the handler calls."""

    kind: str
    """select, get, insert, update, delete, upsert, save, commit, flush, refresh, rollback."""
    table: str
    """Dotted name of the table's class; empty when it is not known."""
    owner_column: str
    """The column that says whose row it is; empty when the table has none of its own."""
    parents: tuple[str, ...]
    """Owned tables that a row belongs to, where it has no owner column of its own."""
    scope: str
    """What limits it to the user: statement, check (after loading), client (a value that the client chose), optional
    (a filter that some paths leave out), nothing; unowned (the table belongs to nobody), derived (from rows that were judged), public (rows that everybody may
    see), role, write, unknown."""
    location: Location
    """The call that touches the database."""
    sites: tuple[Location, ...]
    """The calls that lead there from the handler, outermost first; empty in the handler itself."""
    is_bounded: bool
    """It has some condition."""
    module: str
    """The module that the call stands in."""
    query: Location | None = None
    """Where the statement begins that the call runs; of a write of a loaded row, the statement that loaded it."""
    compares: tuple[str, ...] = ()
    """The columns that its conditions compare: `Task.id`."""
    is_by_key: bool = False
    """It asks for one row by its primary key."""
    is_aggregate: bool = False
    """It counts, and gives no rows."""
    exposes: bool = False
    """What it reads is part of the answer."""
    changes: bool = False
    """What it reads is changed or deleted afterwards."""
    role: str = ""
    """The test of a role that it runs behind, as written."""
    client_value: str = ""
    """The value of the client that the owner column is compared with: `user_id`."""
    optional_test: str = ""
    """The test that decides whether the owner is compared, as written."""
    kept_in: str = ""
    """Where its row is kept and answered from before the owner is compared: `cache[task_id]`."""
    writes: tuple[ColumnWrite, ...] = ()
    joined: tuple[str, ...] = ()
    """The other tables that the statement speaks of."""
    tenant_column: str = ""
    """The column that says to which customer of the service a row belongs."""
    is_of_principals: bool = False
    """The table holds the users or tenants themselves."""
    untied: tuple[tuple[str, str], ...] = ()
    """Tables (dotted name, owner column) whose rows it gives, and that nothing ties to the one whose owner it compares."""
    follows: tuple[tuple[str, str, str], ...] = ()
    """Relationships by which rows of owned tables are answered: name, dotted name of the table, its owner column."""
    function: FunctionAround | None = None
    """The function that the call stands in, where that is not the handler."""
    is_proven: bool = False
    """Of a write of a password: the client sends something that proves the account to be his."""

    @property
    def in_handler(self) -> bool:
        """The handler itself touches the database."""
        return not self.sites


@dataclass(frozen=True, slots=True)
class BlockingCall:
    """A call that waits inside an `async def`, and so stops every other request."""

    name: str
    """`requests.get`, `session.exec`."""
    waits_for: str
    """`the database`."""
    location: Location
    sites: tuple[Location, ...]
    """The calls that lead there from the `async def`, outermost first; empty when it waits itself."""
    function: str
    """Dotted name of the `async def`."""
    is_session: bool
    """A session or connection of SQLAlchemy waits."""


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
    dead_guards: tuple[DeadGuard, ...] = ()
    """What was written to guard it and never runs."""
    public_reason: str | None = None
    """Why it may be public: declared by comment or configuration, or public by nature; None otherwise."""

    def walk_dependencies(self) -> Iterator[Dependant]:
        """The flattened dependency tree in FastAPI's order."""
        for dependency in self.dependencies:
            yield from dependency.walk()

    @property
    def places(self) -> tuple[OperationPlace, ...]:
        """This operation as findings name it, one for each method."""
        methods = self.methods or ("WEBSOCKET",)
        return tuple(
            OperationPlace(method, self.path, self.location.path, self.decorator_location.line, self.location.line)
            for method in methods
        )

    @property
    def title(self) -> str:
        """`GET /api/tasks`, as messages name an operation."""
        return f"{'/'.join(self.methods) or 'WEBSOCKET'} {self.path}"


@dataclass(frozen=True, slots=True)
class Middleware:
    """A middleware of an application."""

    name: str
    location: Location | None
    """Its `class` or `def`; None for library code."""
    added_at: Location
    options: tuple[tuple[str, object], ...] = ()
    """The keyword arguments whose value is known, a setting by its default: texts, numbers, tuples of them."""
    settings: tuple[tuple[str, str], ...] = ()
    """The keyword arguments that a setting gives, and what it is called."""

    def option(self, name: str) -> object:
        """The value of a keyword argument; None when it is not given or not known."""
        return dict(self.options).get(name)


@dataclass(frozen=True, slots=True)
class Application:
    """A `FastAPI()` of the project: `module:attribute`, `module:function()` or `module:Class.attribute`."""

    name: str
    location: Location
    place: RouterPlace
    middlewares: tuple[Middleware, ...] = ()
    """In the order in which they are added: the last one sees a request first."""


@dataclass(frozen=True, slots=True)
class Unmounted:
    """A router with operations that no application includes."""

    router: RouterPlace
    operations: tuple[PathOperation, ...]


@dataclass(frozen=True, slots=True)
class Unresolved:
    """A registration or inclusion that the model could not follow."""

    kind: str
    """include_router, route, mount, router, dependency, steps."""
    location: Location
    reason: str


@dataclass(frozen=True, slots=True)
class Project:
    """Everything that is known of the analysed code base: what rules may ask."""

    applications: tuple[Application, ...] = ()
    operations: tuple[PathOperation, ...] = ()
    """Of all applications, in the order in which the application would match them."""
    unmounted: tuple[Unmounted, ...] = ()
    unresolved: tuple[Unresolved, ...] = ()
    fastapi_version: tuple[int, ...] = ()
    """The version that version-dependent behaviour was read for, and where it was found in `version_source`."""
    version_source: str = ""
