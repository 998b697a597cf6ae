"""What else an operation does: waits, calls, keeps, opens, leaves to be run, lets escape."""

from dataclasses import dataclass

from fastapi_guard.finding import OperationPlace
from fastapi_guard.location import Location


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
