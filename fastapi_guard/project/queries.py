"""Which queries an operation runs, on which tables, and what bounds them to its user."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

from fastapi_guard.knowledge.database import (
    CHECKS,
    EXECUTES,
    GETS,
    QUERY_ENDS,
    ROW_METHODS,
    SESSION_NAMES,
    TENANT_COLUMNS,
    TRANSACTIONS,
    WRITES,
)
from fastapi_guard.location import Location
from fastapi_guard.project.behaviour import dotted_name
from fastapi_guard.project.bounds import Bound, BoundReader
from fastapi_guard.project.evaluator.binding import plain_type
from fastapi_guard.project.model import ColumnWrite, DatabaseAccess
from fastapi_guard.project.origins import CLIENT, OWN, ROW, Origins, comes_from
from fastapi_guard.project.roles import role_around
from fastapi_guard.project.statements import Condition, Statement, StatementReader, written_by
from fastapi_guard.project.tables import Table, TableReader
from fastapi_guard.project.trace import Event, Trace
from fastapi_guard.project.values import (
    Argument,
    Choice,
    Coroutine,
    External,
    Instance,
    Item,
    Literal,
    Mapping,
    Member,
    Operation,
    Place,
    Result,
    Value,
)
from fastapi_guard.project.values import (
    Sequence as Items,
)
from fastapi_guard.project.writes import WriteReader


@dataclass(frozen=True, slots=True)
class Found:
    """A call that touches the database, before it is known what becomes of what it gives."""

    event: Event
    kind: str
    statement: Statement
    row: Value | None = None
    """What a write is given: a row."""
    cursor: Value | None = None
    """What gives the rows of an SQL text: the object whose method ran it."""

    @property
    def table(self) -> Table | None:
        tables = self.statement.tables
        return next(
            (table for table in tables if table.is_owned and not table.is_principal), tables[0] if tables else None
        )


@dataclass(frozen=True, slots=True)
class Known:
    """What is known of an operation before its queries are read."""

    principals: frozenset[tuple[int, int]]
    """Dependencies that say who calls."""
    givers: frozenset[tuple[int, int]]
    """Dependencies that give rows of his."""
    role: str
    """The test of a role that stands before the handler."""


class QueryReader:
    """Finds the database accesses in traces; a class because tables are read once."""

    def __init__(self, tables: TableReader) -> None:
        self.tables = tables
        self.statements = StatementReader(tables)
        self.bounds = BoundReader(tables)
        self.writes = WriteReader(self.statements)

    def accesses(self, trace: Trace, guards: Sequence[Trace], known: Known) -> tuple[DatabaseAccess, ...]:
        """Everything that a watched handler does to the database; `guards` are the traces of its dependencies."""
        origins = Origins(known.principals, known.givers)
        trace = trace.distinct()
        watched = (trace, *(guard.distinct() for guard in guards))
        compares = [event.value for each in watched for event in each.events if event.kind == "compare"]
        self._trust_compared(origins, compares, watched)
        found = list(self._found(trace))
        made: list[DatabaseAccess] = []
        loaded_at: list[tuple[Value, Location]] = []
        for access in found:
            checks = [*compares, *_asked(trace, access.event.value)] if access.kind in ("select", "get") else compares
            bound = self.bounds.bound(access.statement, access.table, origins, _load(access), checks)
            self._remember(origins, access, bound)
            made.append(self._made(access, bound, trace, origins, known.role, loaded_at))
        return tuple(dict.fromkeys(made))

    def principal_tables(self, trace: Trace) -> Iterator[str]:
        """Names of tables whose rows an authenticating dependency gives."""
        table = self.statements.table_of_object(trace.returned) if trace.returned is not None else None
        if table is not None and not (table.is_owned and table.owner_column != table_tenant(table)):
            yield table.short_name

    # Finding

    def _found(self, trace: Trace) -> Iterator[Found]:
        consumed = {
            id(event.value.callee.receiver)
            for event in trace.events
            if event.kind == "call" and isinstance(event.value, Result) and isinstance(event.value.callee, Member)
            if event.value.callee.name not in ROW_METHODS
        }
        for event in trace.events:
            if event.kind == "call" and isinstance(event.value, Result) and event.place is not None:
                found = self._of_call(event, event.value, consumed)
                if found is not None:
                    yield found

    def _of_call(self, event: Event, result: Result, consumed: set[int]) -> Found | None:
        callee, arguments = result.callee, result.arguments
        first = arguments[0] if arguments else next(iter(result.keywords.values()), None)
        if isinstance(callee, External):
            return self._paginated(event, callee, result)
        if not isinstance(callee, Member):
            return None
        receiver, name = callee.receiver, callee.name
        if name in GETS and (table := self.tables.of(first)):
            rest = [*arguments[1:], *(value for key, value in result.keywords.items() if key in ("ident", "id"))]
            key = Operation("keyword", (Literal(table.keys[0]), rest[0])) if rest else None
            conditions = (Condition(key),) if key is not None else ()
            return Found(event, "get", Statement("get", (table,), conditions, (), result.place))
        if name in EXECUTES and first is not None:
            statement = self.statements.statement(
                first, (*arguments[1:], *result.keywords.values()) if arguments else ()
            )
            if statement is not None:
                cursor = receiver if statement.place is None and not is_session(receiver) else None
                return Found(event, statement.kind, _placed(statement, result.place), None, cursor)
        if name in QUERY_ENDS and (statement := self.statements.legacy_query(receiver)) is not None:
            return Found(event, *_ended(statement, name, result))
        if id(result) not in consumed and (statement := self.statements.model_query(result)) is not None:
            return Found(event, statement.kind, statement)
        if name in TRANSACTIONS and is_session(receiver):
            return Found(event, name, Statement(name, ()))
        return self._written(event, result, callee, first)

    def _written(self, event: Event, result: Result, callee: Member, first: Value | None) -> Found | None:
        name = callee.name
        if name not in WRITES and name != "update_from_dict":
            return None
        written = callee.receiver if name == "save" or first is None else first
        if name == "delete" and first is None and not self._is_row(callee.receiver):
            return None
        table = self.statements.table_of_object(written)
        kind = WRITES.get(name, "save")
        if table is not None:
            return Found(event, kind, Statement(kind, (table,)), written)
        if name in ("add", "add_all", "merge", "delete") and is_session(callee.receiver):
            return Found(event, kind, Statement(kind, ()), written)
        return None

    def _is_row(self, value: Value) -> bool:
        return self.statements.table_of_object(value) is not None

    def _paginated(self, event: Event, callee: External, result: Result) -> Found | None:
        """`paginate(session, select(...))` of fastapi-pagination and its like."""
        if not callee.name.rpartition(".")[2].endswith("paginate"):
            return None
        for argument in [*result.arguments, *result.keywords.values()]:
            statement = self.statements.statement(argument) or self.statements.legacy_query(argument)
            if statement is not None and statement.tables:
                return Found(event, statement.kind, statement)
        return None

    # Judging

    def _trust_compared(self, origins: Origins, compares: list[Value], watched: Sequence[Trace]) -> None:
        """Values of the client that the code compares with the principal, or asks about it."""
        for compare in compares:
            if isinstance(compare, Operation) and len(compare.operands) == 2:
                one, other = compare.operands
                for side, against in ((one, other), (other, one)):
                    if (
                        origins.kinds(side) <= TRUSTABLE
                        and CLIENT in origins.kinds(side)
                        and origins.is_of_principal(against)
                    ):
                        origins.trust(side)
        for trace in watched:
            for call in trace.calls():
                values = [*call.arguments, *call.keywords.values()]
                if CHECKS.search(_last_name(call.callee)) and any(
                    origins.is_of_principal(value) for value in [*values, call.callee]
                ):
                    for value in values:
                        if origins.kinds(value) <= TRUSTABLE:
                            origins.trust(value)

    def _remember(self, origins: Origins, access: Found, bound: Bound) -> None:
        """What the query gives, for the values that are made of it."""
        if access.kind not in ("select", "get") or access.table is None:
            return
        if bound.scope in ("statement", "check"):
            origins.remember(access.event.value, OWN)
            for value in bound.values:
                if origins.kinds(value) <= TRUSTABLE:
                    origins.trust(value)
        elif access.table.is_owned and not access.table.is_principal:
            origins.remember(access.event.value, ROW)

    def _writes(self, access: Found, trace: Trace, load: Value, origins: Origins) -> tuple[ColumnWrite, ...]:
        """The columns that an access sets, or that are set on what it loads or makes."""
        if access.table is None:
            return ()
        written = list(self.writes.of(access.kind, access.statement, access.row, access.table, origins))
        if access.kind in ("select", "get") or (isinstance(access.row, Instance) and not access.row.is_abstract):
            written += self.writes.on_row(trace, load, origins)
        return tuple(dict.fromkeys(written))

    def _made(
        self,
        access: Found,
        bound: Bound,
        trace: Trace,
        origins: Origins,
        role: str,
        loaded_at: list[tuple[Value, Location]],
    ) -> DatabaseAccess:
        event, table, statement = access.event, access.table, access.statement
        assert event.place is not None
        location = event.place.module.location(event.place.node)
        begins = statement.place.module.location(statement.place.node) if statement.place is not None else location
        load = _load(access)
        if access.row is not None:
            begins = next((place for value, place in loaded_at if comes_from(access.row, value)), begins)
        elif access.kind in ("select", "get"):
            loaded_at.append((load, begins))
        is_read = access.kind in ("select", "get")
        return DatabaseAccess(
            kind=access.kind,
            table=table.name if table else "",
            owner_column=table.owner_column if table else "",
            parents=table.parents if table else (),
            scope=bound.scope
            if access.kind not in ("insert", "upsert", "save") or table is None or not table.is_owned
            else "write",
            location=location,
            sites=tuple(site.module.location(site.node) for site in event.sites[: _outer(event)]),
            is_bounded=bool(statement.conditions),
            module=event.place.module.name,
            query=begins,
            compares=bound.columns,
            is_by_key=bound.is_by_key,
            is_aggregate=statement.is_aggregate,
            exposes=is_read and not statement.is_aggregate and _exposes(trace.returned, load),
            changes=is_read and _changes(trace, load),
            role=role or role_around(event),
            client_value=bound.client_value,
            optional_test=bound.optional_test,
            writes=self._writes(access, trace, load, origins),
            joined=tuple(each.name for each in statement.tables if each is not table),
            tenant_column=table_tenant(table) if table else "",
            is_of_principals=table is not None and table.is_principal,
        )


def table_tenant(table: Table) -> str:
    """The column that says to which customer of the service a row belongs; empty when there is none."""
    return next((column for column in table.columns if column in TENANT_COLUMNS), "")


TRUSTABLE = frozenset({CLIENT, "constant"})


def _placed(statement: Statement, place: Place | None) -> Statement:
    return statement if statement.place is not None else replace(statement, place=place)


def _ended(statement: Statement, name: str, result: Result) -> tuple[str, Statement]:
    """A `session.query(...)` chain with the method that runs it."""
    kind = name if name in ("delete", "update") else ("get" if name == "get" else "select")
    if name == "get" and result.arguments and statement.tables:
        key = Operation("keyword", (Literal(statement.tables[0].keys[0]), result.arguments[0]))
        statement = replace(statement, conditions=(*statement.conditions, Condition(key)))
    if name == "update":
        statement = replace(statement, written=written_by(result))
    return kind, replace(statement, kind=kind, is_aggregate=statement.is_aggregate or name in ("count", "exists"))


def _load(access: Found) -> Value:
    return access.row or access.cursor or access.event.value


def _asked(trace: Trace, load: Value) -> list[Value]:
    """Calls that could not be followed and ask whether somebody may touch a row."""
    return [
        call
        for call in trace.calls()
        if CHECKS.search(_last_name(call.callee))
        or (isinstance(call.callee, Member) and call.arguments and comes_from(call.callee.receiver, load))
    ]


def _outer(event: Event) -> int:
    """How many of the sites are calls around the event: the last one is the access itself."""
    sites = event.sites
    return len(sites) - 1 if sites and event.place is not None and sites[-1].node is event.place.node else len(sites)


def _last_name(callee: Value) -> str:
    if isinstance(callee, External):
        return callee.name.rpartition(".")[2]
    return callee.name if isinstance(callee, (Member, Argument)) else ""


def _changes(trace: Trace, load: Value) -> bool:
    """Whether a row is changed or deleted after it was loaded; counting it up is no change."""
    for event in trace.events:
        if event.kind == "set" and isinstance(event.value, Operation):
            receiver, value = event.value.operands[:2]
            if comes_from(receiver, load) and not (
                isinstance(value, Operation) and any(comes_from(part, load) for part in value.operands)
            ):
                return True
        elif event.kind == "call" and isinstance(event.value, Result) and isinstance(event.value.callee, Member):
            name, arguments = event.value.callee.name, event.value.arguments
            if name == "delete" and any(
                comes_from(value, load) for value in (arguments or (event.value.callee.receiver,))
            ):
                return True
            if name in CHANGING and comes_from(event.value.callee.receiver, load) and event.value is not load:
                return True
    return False


CHANGING = frozenset({"sqlmodel_update", "update_from_dict", "set", "update", "save"})


def _exposes(returned: Value | None, load: Value) -> bool:
    """Whether what a query gave is part of what the handler returns; unknown counts as yes."""
    if returned is None:
        return True
    pending: list[Value] = [returned]
    seen: set[int] = set()
    while pending:
        part = pending.pop()
        if part is load or len(seen) > 2000:
            return True
        if id(part) in seen:
            continue
        seen.add(id(part))
        if isinstance(part, Choice):
            pending.extend(part.options)
        elif isinstance(part, Member):
            if part.name not in ("id", "uuid", "pk"):
                pending.append(part.receiver)
        elif isinstance(part, Item):
            pending.append(part.receiver)
        elif isinstance(part, Result):
            if dotted_name(part.callee).rpartition(".")[2] not in ("len", "bool", "any", "isinstance"):
                pending.extend((part.callee, *part.arguments, *part.keywords.values(), *part.attributes.values()))
        elif isinstance(part, Coroutine):
            pending.append(part.result)
        elif isinstance(part, Items):
            pending.extend(part.items)
        elif isinstance(part, Mapping):
            pending.extend(part.items.values())
        elif isinstance(part, Instance):
            pending.extend((*part.attributes.values(), *part.arguments.values()))
        elif isinstance(part, Argument) and part.holder is not None:
            pending.append(part.holder)
        elif isinstance(part, Operation) and part.operator in ("text", "and", "or", "Add"):
            pending.extend(part.operands)
    return False


def is_session(value: Value) -> bool:
    """A database session: by its type; by its name only where the type is not known."""
    if isinstance(value, Choice):
        return any(is_session(option) for option in value.options)
    if isinstance(value, Argument):
        plain = plain_type(value.annotation) if value.annotation is not None else None
        if isinstance(plain, External):
            return plain.name.rpartition(".")[2] in (
                "Session",
                "AsyncSession",
                "scoped_session",
                "AsyncConnection",
                "Connection",
                "Database",
            )
        return value.name in SESSION_NAMES
    name = dotted_name(value)
    if name.startswith(("sqlalchemy.", "sqlmodel.", "databases.")):
        return True
    return isinstance(value, Member) and value.name in SESSION_NAMES


__all__ = ["QueryReader", "is_session"]
