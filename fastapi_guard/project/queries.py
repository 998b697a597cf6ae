"""Which queries an operation runs, on which tables, and what bounds them to its user."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from dataclasses import dataclass

from fastapi_guard.knowledge.database import (
    EXECUTES,
    FILTERS,
    GETS,
    MODEL_QUERIES,
    QUERY_ENDS,
    ROLE_ATTRIBUTES,
    STATEMENTS,
    TRANSACTIONS,
    WRITES,
)
from fastapi_guard.project.behaviour import dotted_name
from fastapi_guard.project.model import DatabaseAccess
from fastapi_guard.project.tables import Table, TableReader
from fastapi_guard.project.trace import Event, Trace
from fastapi_guard.project.values import (
    Argument,
    BoundMethod,
    Choice,
    Class,
    Coroutine,
    External,
    Function,
    Instance,
    Item,
    Literal,
    Mapping,
    Member,
    Operation,
    Result,
    Sequence,
    Setting,
    Unknown,
    Value,
    constant,
    options_of,
)


@dataclass(frozen=True, slots=True)
class Statement:
    """A query expression: what it does, on which tables, bounded by which conditions on every path."""

    kind: str
    tables: tuple[Table, ...]
    conditions: tuple[Value, ...]
    optional: tuple[Value, ...] = ()
    """Conditions that only some paths add."""


class QueryReader:
    """Finds the database accesses in traces; a class because tables are read once."""

    def __init__(self, tables: TableReader) -> None:
        self.tables = tables

    def accesses(self, trace: Trace, guards: list[Trace]) -> tuple[DatabaseAccess, ...]:
        """Everything that a watched handler does to the database; `guards` are the traces of its dependencies."""
        consumed = {
            id(event.value.callee.receiver)
            for event in trace.events
            if event.kind == "call" and isinstance(event.value, Result) and isinstance(event.value.callee, Member)
        }
        compares = [event.value for watched in (trace, *guards) for event in watched.events if event.kind == "compare"]
        found: list[DatabaseAccess] = []
        for event in trace.events:
            if event.kind != "call" or not isinstance(event.value, Result) or event.place is None:
                continue
            access = self._access(event, consumed, compares)
            if access is not None:
                found.append(access)
        return tuple(dict.fromkeys(found))

    def _access(self, event: Event, consumed: set[int], compares: list[Value]) -> DatabaseAccess | None:
        result = event.value
        assert isinstance(result, Result)
        callee = result.callee
        if not isinstance(callee, Member):
            return None
        receiver, name = callee.receiver, callee.name
        arguments = [*result.arguments]
        first = arguments[0] if arguments else next(iter(result.keywords.values()), None)
        if name in GETS and len(arguments) >= 1 and (table := self.tables.of(first)):
            return self._made(event, "get", Statement("get", (table,), tuple(result.arguments[1:])), compares)
        if name in EXECUTES and first is not None:
            statement = self.statement(first)
            if statement is not None:
                return self._made(event, statement.kind, statement, compares)
        if name in QUERY_ENDS and (statement := self._legacy_query(receiver)) is not None:
            kind = name if name in ("delete", "update") else ("get" if name == "get" else "select")
            conditions = (*statement.conditions, *arguments) if name == "get" else statement.conditions
            return self._made(event, kind, Statement(kind, statement.tables, conditions, statement.optional), compares)
        if id(result) not in consumed and (statement := self._model_query(result)) is not None:
            return self._made(event, statement.kind, statement, compares)
        if name in TRANSACTIONS and _is_session(receiver):
            return self._made(event, name, Statement(name, (), ()), compares)
        if name in WRITES:
            written = first if name != "save" else receiver
            table = self._table_of_object(written)
            if table is not None:
                return self._made(event, WRITES[name] if name != "save" else "save", Statement(name, (table,), ()), compares, loaded=written)
            if name in ("add", "add_all", "merge", "delete") and _is_session(receiver):
                return self._made(event, WRITES[name], Statement(name, (), ()), compares, loaded=written)
        return None

    def _made(
        self, event: Event, kind: str, statement: Statement, compares: list[Value], loaded: Value | None = None
    ) -> DatabaseAccess:
        assert event.place is not None
        table = next((table for table in statement.tables if table.is_owned), statement.tables[0] if statement.tables else None)
        owner_values = [value for condition in statement.conditions for value in self.owner_values(condition, statement.tables)]
        optional_values = [value for condition in statement.optional for value in self.owner_values(condition, statement.tables)]
        result = loaded if loaded is not None else event.value
        checked = any(self._checks_loaded(compare, result, table) for compare in compares) if table else False
        if table is None or not table.is_owned:
            scope = "unowned"
        elif kind in ("insert", "upsert", "save"):
            scope = "write"
        elif owner_values:
            scope = "client" if all(origin_of(value) == "client" for value in owner_values) else "statement"
        elif checked:
            scope = "check"
        elif any(_is_opaque(condition) for condition in statement.conditions):
            scope = "unknown"
        elif optional_values:
            scope = "optional"
        else:
            scope = "nothing"
        function = event.place.module
        return DatabaseAccess(
            kind=kind,
            table=table.name if table else "",
            owner_column=table.owner_column if table else "",
            parents=table.parents if table else (),
            scope=scope,
            location=event.place.module.location(event.place.node),
            sites=tuple(site.module.location(site.node) for site in event.sites[: _outer(event)]),
            is_bounded=bool(statement.conditions),
            module=function.name,
        )

    # Statements

    def statement(self, value: Value) -> Statement | None:
        """The statement that a value is, following its methods down to `select(...)`."""
        if isinstance(value, Choice):
            parts = [part for option in value.options if (part := self.statement(option)) is not None]
            if not parts:
                return None
            common = [c for c in parts[0].conditions if all(any(c is d for d in part.conditions) for part in parts[1:])]
            rest = [c for part in parts for c in part.conditions if not any(c is d for d in common)]
            tables = tuple(dict.fromkeys(table for part in parts for table in part.tables))
            return Statement(parts[0].kind, tables, tuple(common), tuple(rest))
        if not isinstance(value, Result):
            return None
        if isinstance(value.callee, External) and value.callee.name in STATEMENTS:
            tables = tuple(dict.fromkeys(table for argument in value.arguments for table in self._tables_in(argument)))
            return Statement(STATEMENTS[value.callee.name], tables, ())
        if isinstance(value.callee, Member):
            inner = self.statement(value.callee.receiver)
            if inner is None:
                return None
            return self._with_method(inner, value)
        return None

    def _with_method(self, inner: Statement, call: Result) -> Statement:
        """A statement after one more method of its chain."""
        name = call.callee.name if isinstance(call.callee, Member) else ""
        if name in ("join", "outerjoin", "select_from", "join_from"):
            joined = [table for argument in call.arguments for table in self._tables_in(argument)]
            conditions = tuple(argument for argument in call.arguments[1:])
            return Statement(inner.kind, tuple(dict.fromkeys((*inner.tables, *joined))), (*inner.conditions, *conditions), inner.optional)
        if name in FILTERS:
            keywords = tuple(self._keyword_condition(inner.tables, key, value) for key, value in call.keywords.items())
            return Statement(inner.kind, inner.tables, (*inner.conditions, *call.arguments, *keywords), inner.optional)
        return inner

    def _keyword_condition(self, tables: tuple[Table, ...], key: str, value: Value) -> Value:
        return Operation("keyword", (Literal(key), value))

    def _legacy_query(self, value: Value) -> Statement | None:
        """`session.query(Model).filter(...)`."""
        if isinstance(value, Choice):
            parts = [part for option in value.options if (part := self._legacy_query(option)) is not None]
            if not parts:
                return None
            common = [c for c in parts[0].conditions if all(any(c is d for d in part.conditions) for part in parts[1:])]
            rest = [c for part in parts for c in part.conditions if not any(c is d for d in common)]
            return Statement("select", parts[0].tables, tuple(common), tuple(rest))
        if not isinstance(value, Result) or not isinstance(value.callee, Member):
            return None
        if value.callee.name == "query":
            tables = tuple(dict.fromkeys(table for argument in value.arguments for table in self._tables_in(argument)))
            return Statement("select", tables, ()) if tables else None
        inner = self._legacy_query(value.callee.receiver)
        return self._with_method(inner, value) if inner is not None else None

    def _model_query(self, value: Value) -> Statement | None:
        """`Task.filter(...)` of libraries whose tables query themselves."""
        if not isinstance(value, Result) or not isinstance(value.callee, Member):
            return None
        receiver, name = value.callee.receiver, value.callee.name
        if isinstance(receiver, Member) and receiver.name == "objects":
            receiver = receiver.receiver
        table = self.tables.of(receiver)
        if table is not None and isinstance(receiver, Class):
            if not _queries_itself(receiver) or name not in MODEL_QUERIES:
                return None
            conditions = (*value.arguments, *(self._keyword_condition((table,), key, item) for key, item in value.keywords.items()))
            return Statement(MODEL_QUERIES[name], (table,), conditions)
        inner = self._model_query(receiver)
        if inner is None:
            return None
        if name in ("delete", "update"):
            return Statement(name, inner.tables, inner.conditions, inner.optional)
        return self._with_method(inner, value)

    def _tables_in(self, value: Value) -> Iterator[Table]:
        """Tables that an argument of `select` speaks of: the class, a column, a function of a column."""
        if isinstance(value, Choice):
            for option in value.options:
                yield from self._tables_in(option)
        table = self.tables.of(value)
        if table is not None:
            yield table
        elif isinstance(value, Member):
            yield from self._tables_in(value.receiver)
        elif isinstance(value, Result):
            for argument in value.arguments:
                yield from self._tables_in(argument)

    def _table_of_object(self, value: Value | None) -> Table | None:
        """The table of a row: an instance of the class, or what a query gave."""
        if isinstance(value, Instance):
            return self.tables.of(value.cls)
        if isinstance(value, Choice):
            return next((table for option in value.options if (table := self._table_of_object(option))), None)
        if isinstance(value, Coroutine):
            return self._table_of_object(value.result)
        if isinstance(value, Sequence):
            return next((table for item in value.items if (table := self._table_of_object(item))), None)
        if isinstance(value, Result) and isinstance(value.callee, Member):
            first = value.arguments[0] if value.arguments else None
            if value.callee.name in GETS and (table := self.tables.of(first)) is not None:
                return table
            if value.callee.name in ("model_validate", "parse_obj", "from_orm", "construct") and (table := self.tables.of(value.callee.receiver)):
                return table
            if first is not None and value.callee.name in EXECUTES and (statement := self.statement(first)) is not None:
                return statement.tables[0] if statement.tables else None
            legacy = self._legacy_query(value)
            if legacy is not None:
                return legacy.tables[0] if legacy.tables else None
            model = self._model_query(value)
            if model is not None:
                return model.tables[0]
            return self._table_of_object(value.callee.receiver)
        if isinstance(value, (Item, Member)):
            return self._table_of_object(value.receiver) if isinstance(value, Item) else None
        return None

    # Owners

    def owner_values(self, condition: Value, tables: tuple[Table, ...]) -> Iterator[Value]:
        """What a condition compares an owner column with."""
        if isinstance(condition, Choice):
            for option in condition.options:
                yield from self.owner_values(option, tables)
            return
        if isinstance(condition, Operation):
            if condition.operator == "keyword":
                key = constant(condition.operands[0])
                if isinstance(key, str) and self._is_owner_name(key, tables):
                    yield condition.operands[1]
                return
            sides = list(condition.operands)
            for index, side in enumerate(sides):
                if self._is_owner_column(side):
                    yield from (other for at, other in enumerate(sides) if at != index)
                else:
                    yield from self.owner_values(side, tables)
            return
        if isinstance(condition, Result):
            callee = condition.callee
            if isinstance(callee, Member) and callee.name in ("in_", "is_", "__eq__", "any_", "contains", "has", "any", "is_not_distinct_from"):
                if self._is_owner_column(callee.receiver):
                    yield from condition.arguments
                    return
            for argument in [*condition.arguments, *condition.keywords.values()]:
                yield from self.owner_values(argument, tables)
            return
        if isinstance(condition, Mapping):
            for key, value in condition.items.items():
                if isinstance(key, str) and self._is_owner_name(key, tables):
                    yield value
        if isinstance(condition, Sequence):
            for item in condition.items:
                yield from self.owner_values(item, tables)

    def _is_owner_column(self, value: Value) -> bool:
        """`Task.user_id`, or a column of a table that a row's owner is known by."""
        if isinstance(value, Result) and isinstance(value.callee, External) and value.arguments and value.callee.name.rpartition(".")[2] in ("col", "cast", "lower"):
            value = value.arguments[0]
        if not isinstance(value, Member):
            return False
        table = self.tables.of(value.receiver)
        if table is None:
            inner = value.receiver
            return isinstance(inner, Member) and self._is_owner_column(inner)
        if table.is_principal:
            return value.name in ("id", "uuid", "user_id", "email", "username")
        return value.name == table.owner_column or value.name in self.tables.owner_columns or value.name in table.parent_columns

    def _is_owner_name(self, key: str, tables: tuple[Table, ...]) -> bool:
        parts = key.split("__")
        names = {table.owner_column for table in tables if table.owner_column} | set(self.tables.owner_columns)
        names |= {column for table in tables for column in table.parent_columns}
        return any(part in names for part in parts)

    def _checks_loaded(self, compare: Value, loaded: Value, table: Table | None) -> bool:
        """A comparison of the loaded row's owner with something, or of the row with a collection."""
        if not isinstance(compare, Operation):
            return False
        for operand in compare.operands:
            if isinstance(operand, Member) and _comes_from(operand.receiver, loaded):
                columns = {table.owner_column, *table.parent_columns} if table else set()
                if operand.name in columns or operand.name in self.tables.owner_columns:
                    return True
            if isinstance(operand, Member) and isinstance(operand.receiver, Member) and _comes_from(operand.receiver.receiver, loaded):
                if operand.receiver.name in self.tables.owner_columns or (table and table.parents):
                    return True
            if compare.operator in ("in", "not in") and _comes_from(operand, loaded):
                return True
        return False


def _outer(event: Event) -> int:
    """How many of the sites are calls around the event: the last one is the access itself."""
    sites = event.sites
    return len(sites) - 1 if sites and event.place is not None and sites[-1].node is event.place.node else len(sites)


def _queries_itself(cls: Class) -> bool:
    bases = cls.external_bases()
    return not any(base.startswith(("sqlmodel.", "sqlalchemy.")) for base in bases) and any(
        base.startswith(("tortoise.", "beanie.", "peewee.", "mongoengine.", "ormar.", "odmantic.", "piccolo.")) for base in bases
    )


SESSION_NAMES = frozenset({"session", "db", "database", "sess", "db_session", "async_session", "conn", "connection", "uow", "_session", "_db"})


def _is_session(value: Value) -> bool:
    """A database session: by its type; by its name only where the type is not known."""
    if isinstance(value, Choice):
        return any(_is_session(option) for option in value.options)
    if isinstance(value, Argument):
        kind = value.annotation
        from fastapi_guard.project.evaluator.calls import plain_type

        plain = plain_type(kind) if kind is not None else None
        if isinstance(plain, External):
            return plain.name.rpartition(".")[2] in ("Session", "AsyncSession", "scoped_session", "AsyncConnection", "Connection", "Database")
        return value.name in SESSION_NAMES
    name = dotted_name(value)
    if name.startswith(("sqlalchemy.", "sqlmodel.", "databases.")):
        return True
    return isinstance(value, Member) and value.name in SESSION_NAMES


def _comes_from(value: Value, origin: Value) -> bool:
    """Whether a value is what a query gave, or a part of it."""
    for _ in range(30):
        if value is origin:
            return True
        if isinstance(origin, Choice) and any(value is option for option in origin.options):
            return True
        if isinstance(value, Choice):
            return any(_comes_from(option, origin) for option in value.options)
        if isinstance(value, (Member, Item)):
            value = value.receiver
        elif isinstance(value, Result):
            value = value.callee
        elif isinstance(value, Coroutine):
            value = value.result
        else:
            return False
    return False


def _is_opaque(condition: Value) -> bool:
    """A condition that could not be followed and may bound anything: `*filters`, the result of a call."""
    if isinstance(condition, (Unknown, Argument)):
        return True
    if isinstance(condition, Item):
        return True
    if isinstance(condition, Result):
        return not isinstance(condition.callee, Member) and not (isinstance(condition.callee, External))
    return False


def origin_of(value: Value) -> str:
    """Where a value comes from: `principal` (a dependency), `client` (the request), `constant`, or `unknown`."""
    for _ in range(40):
        if isinstance(value, (Argument, Instance)):
            if value.origin is not None:
                return "principal"
            return "client" if isinstance(value, Argument) else "unknown"
        if isinstance(value, Choice):
            kinds = {origin_of(option) for option in value.options}
            return "principal" if "principal" in kinds else ("client" if kinds == {"client"} else "unknown")
        if isinstance(value, (Member, Item)):
            if isinstance(value, Member) and value.name in ("state", "user", "session"):
                return "principal"
            value = value.receiver
        elif isinstance(value, Result):
            if value.origin is not None:
                return "principal"
            if isinstance(value.callee, External) and value.arguments:
                value = value.arguments[0]  # UUID(user_id), int(user_id)
            else:
                value = value.callee
        elif isinstance(value, Operation):
            kinds = {origin_of(operand) for operand in value.operands}
            return "principal" if "principal" in kinds else ("client" if "client" in kinds else "unknown")
        elif isinstance(value, (Literal, Setting)):
            return "constant"
        else:
            return "unknown"
    return "unknown"


def asks_for_role(function: Value) -> bool:
    """Whether a function looks at what its principal may do, by the attributes that its code reads."""
    if isinstance(function, BoundMethod):
        function = function.function
    if not isinstance(function, Function):
        return False
    return any(isinstance(node, ast.Attribute) and node.attr in ROLE_ATTRIBUTES for node in ast.walk(function.definition)) or any(
        isinstance(node, ast.Constant) and node.value in ("is_admin", "role", "roles", "admin", "superuser") for node in ast.walk(function.definition)
    )
