"""The nouns of the analysed application, in FastAPI's words: what rules look at and what `routes` prints.

Plain frozen values. How they come about is the evaluator's and the linker's business; nothing here reads a file.
"""

import ast
from collections.abc import Iterator
from dataclasses import dataclass, field
from enum import StrEnum

from fastapi_guard.facts.error_classes import RaisedName
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
    columns: tuple[str, ...] = ()
    """The columns of the annotated class where it is a table."""


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
    as_given: tuple[str, ...] = ()
    """The columns that take exactly what the client sent."""
    role: str = ""
    """The test of a role that it stands behind, as written."""


@dataclass(frozen=True, slots=True)
class PasswordComparison:
    """A password of a user that is compared with what the client sent, unchanged."""

    column: str
    text: str
    """What it is compared with, as written."""
    location: Location | None
    """Where that is; None where the query does it."""


@dataclass(frozen=True, slots=True)
class Misread:
    """A part of a condition that Python decides before the database sees it."""

    text: str
    """As written: `Task.done == False and Task.user_id == user.id`."""
    outcome: str
    """What is left of it: "only `Task.done == False` reaches the query"."""
    location: Location


@dataclass(frozen=True, slots=True)
class Absence:
    """A row that may not be there and that nobody asks for before it is used."""

    given_by: str
    """The method that gives None: `session.get`, `.first`."""
    taken: str
    """What is taken of it, as written: `task.title`; empty where it is returned as it is."""
    location: Location | None
    """Where that is."""


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
    absence: Absence | None = None
    """What happens where the client asks for a row that does not exist, and nothing looks whether it does."""
    passwords: tuple[PasswordComparison, ...] = ()
    """The passwords that it, or a comparison of what it gives, asks for in plain text."""
    misread: tuple[Misread, ...] = ()
    """The parts of its conditions that never reach the database."""
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
class OutsideCall:
    """A call in a handler that leaves the process for somebody else's service."""

    name: str
    """`openai.AsyncOpenAI.chat.completions.create`."""
    answered_by: str
    """`a language model`, `an MCP server`, `another server`."""
    location: Location


@dataclass(frozen=True, slots=True)
class SecretField:
    """A field of an answer that, by its name, no client may see."""

    name: str
    declared_by: str
    """Dotted name of the class that declares it."""
    model: str
    """Dotted name of the class that is answered with: that one, or one that inherits from it."""
    location: Location
    """Where it is declared."""
    through: tuple[str, ...]
    """The fields that lead from the response model to its model; empty for the response model itself."""
    is_returned: bool
    """No response model lets it through: the handler returns the object as it is."""
    is_of_table: bool
    """The object is a row."""


@dataclass(frozen=True, slots=True)
class StateWrite:
    """A statement that writes to something that the next request finds."""

    kind: str
    """adds, changes (a part of it), removes, binds (a variable anew), counts."""
    location: Location
    function: str
    """Dotted name of the function that it stands in."""
    operations: tuple[OperationPlace, ...] = ()
    """The operations that run it."""

    @property
    def short_function(self) -> str:
        return self.function.rpartition(".")[2]


@dataclass(frozen=True, slots=True)
class SharedState:
    """A variable of a module, or an attribute of an object that outlives a request, that requests write to.

    Caches, objects that are made once, and what can only live in one process (tasks, locks, sockets) are none.
    """

    name: str
    """Dotted: `app.store.TASKS`, `app.store.Store.tasks`."""
    location: Location
    """The statement that makes it."""
    writes: tuple[StateWrite, ...]
    is_storage: bool
    """Handlers that write put things into it, and handlers that read give them out."""

    @property
    def short_name(self) -> str:
        return self.name.rpartition(".")[2]


@dataclass(frozen=True, slots=True)
class OpenedSession:
    """A session or connection to a database that is opened while a request is served, or that it uses."""

    name: str
    """What opens it, as written: `SessionLocal`."""
    location: Location
    sites: tuple[Location, ...]
    """The calls that lead there from the handler or the dependency, outermost first."""
    function: str
    """The function or method that opens it, `UnitOfWork.open`; empty at module level."""
    dependency: str
    """Dotted name of the dependency that it is opened for; empty for the handler."""
    fate: str
    """What becomes of it: closed, leaked, returned, yielded, kept (by an object), given (to a call), global."""
    taken_by: str
    """The call that takes it, as written: of helpers that only hand it out, that of the outermost one."""
    taker: str
    """The function that this call stands in."""
    taken_at: Location


@dataclass(frozen=True, slots=True)
class Scheduled:
    """Something that a handler leaves to be run beside its request."""

    kind: str
    """add_task (after the answer), create_task (at once, and not awaited)."""
    given: tuple[str, ...]
    """The variables of the handler that it is given."""
    location: Location


@dataclass(frozen=True, slots=True)
class ForgottenCoroutine:
    """A call of an `async def` of the project that nobody awaits."""

    name: str
    """Dotted name of what is called."""
    use: str
    """alone (a statement), asked (in a condition), kept (in a variable)."""
    function: str
    """The function that calls it."""
    location: Location
    defined_at: Location | None


@dataclass(frozen=True, slots=True)
class Escape:
    """An exception that comes out of a handler: nobody catches it and no exception handler answers it."""

    name: str
    """Dotted name of its class."""
    says: str
    """The words of its name and of its message, in lower case."""
    location: Location
    """Where it is raised."""
    sites: tuple[Location, ...]
    """The calls that lead there from the handler, outermost first; empty in the handler itself."""
    test: str
    """The condition that it is raised under, as written."""
    given: frozenset[str] = frozenset()
    """The names that the first of these calls is given."""


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
class ValidationHandler:
    """A function that answers requests that do not validate, in the place of FastAPI."""

    name: str
    location: Location
    status: int | None
    """What it answers with; None where that is no constant."""


@dataclass(frozen=True, slots=True)
class Application:
    """A `FastAPI()` of the project: `module:attribute`, `module:function()` or `module:Class.attribute`."""

    name: str
    location: Location
    place: RouterPlace
    middlewares: tuple[Middleware, ...] = ()
    """In the order in which they are added: the last one sees a request first."""
    validation_handler: ValidationHandler | None = None
    """The last one that is registered; None where FastAPI answers."""


@dataclass(frozen=True, slots=True)
class ModuleImport:
    """An import of one file of the project by another."""

    path: str
    """The file that imports."""
    imported: str
    """The file that something is taken from."""
    location: Location
    is_for_types: bool
    """It stands below `if TYPE_CHECKING` and is never run."""


@dataclass(frozen=True, slots=True)
class McpServer:
    """An MCP server that an application serves over HTTP to whoever asks."""

    name: str
    """The path that it is mounted at, as far as it is known; the class that mounts it otherwise."""
    location: Location
    """The call that mounts it."""
    made_at: Location | None
    application: RouterPlace | None
    serves_operations: bool
    """Its tools are the operations of the application."""


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
class TokenReader:
    """A place that reads a token whose kind it does not ask for, although there are several."""

    location: Location
    """Where the user is taken from the token."""
    function: str
    """Dotted."""
    table: str
    """The users whose tokens it means."""
    others: tuple[str, ...]
    """The users whose tokens it takes as well: they are signed with the same key."""


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
    shared_states: tuple[SharedState, ...] = ()
    """What the process keeps between requests."""
    mcp_servers: tuple[McpServer, ...] = ()
    """MCP servers that ask nobody who he is."""
    imports: tuple[ModuleImport, ...] = ()
    """Which files import which."""
    raised_names: tuple[RaisedName, ...] = ()
    """The exception classes that answer clients, as the modules that raise them know them."""
    token_readers: tuple[TokenReader, ...] = ()
    """Where tokens of one kind of users are taken for those of another."""

    @property
    def serving(self) -> frozenset[str]:
        """The files that hold functions that serve a path operation."""
        lost = (operation for router in self.unmounted for operation in router.operations)
        return frozenset(operation.location.path for operation in (*self.operations, *lost) if operation.endpoint)
