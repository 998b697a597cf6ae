"""An application and the whole project."""

from dataclasses import dataclass

from fastapi_guard.facts.error_classes import RaisedName
from fastapi_guard.location import Location
from fastapi_guard.project.model.dependencies import RouterPlace
from fastapi_guard.project.model.effects import SharedState
from fastapi_guard.project.model.operation import PathOperation


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
