"""What an operation does to the database, and whose rows it touches."""

from dataclasses import dataclass

from fastapi_guard.location import Location


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
