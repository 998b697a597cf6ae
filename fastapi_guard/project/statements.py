"""What a value says to the database: the kind of statement, its tables, and the conditions that bound it on every path."""

from __future__ import annotations

import ast
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace

from fastapi_guard.knowledge.database import (
    AGGREGATES,
    EXECUTES,
    FILTERS,
    GETS,
    JOINS,
    KEYED,
    MODEL_QUERIES,
    ROW_METHODS,
    STATEMENTS,
)
from fastapi_guard.project.sql_text import SqlReader
from fastapi_guard.project.tables import Table, TableReader, queries_itself
from fastapi_guard.project.values import (
    Choice,
    Class,
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
    Sequence,
    Value,
)


@dataclass(frozen=True, slots=True, eq=False)
class Condition:
    """A part of what bounds a statement, and the call that adds it."""

    value: Value
    place: Place | None = None


@dataclass(frozen=True, slots=True)
class Statement:
    """A query expression: what it does, on which tables, bounded by which conditions on every path."""

    kind: str
    tables: tuple[Table, ...]
    conditions: tuple[Condition, ...] = ()
    optional: tuple[Condition, ...] = ()
    """Conditions that only some paths add."""
    place: Place | None = None
    """Where it begins: `select(...)`, `session.query(...)`."""
    is_aggregate: bool = False
    """It counts or sums, and gives no rows."""
    written: tuple[tuple[str, Value], ...] = ()
    """Columns that it sets, and what to; `*` for a mapping whose keys are not known."""
    is_joined: bool = False
    """It joins tables, or says what it selects from."""
    loads: tuple[str, ...] = ()
    """Relationships that are loaded with its rows: `selectinload(Project.tasks)`."""


class StatementReader:
    """Reads statements from values; a class because it looks tables up."""

    def __init__(self, tables: TableReader) -> None:
        self.tables = tables
        self.sql = SqlReader(tables)

    def statement(self, value: Value, arguments: tuple[Value, ...] = ()) -> Statement | None:
        """The statement that a value is, following its methods down to `select(...)`; SQL text with its arguments."""
        if isinstance(value, Choice):
            return one_of([self.statement(option, arguments) for option in value.options])
        text = self.sql.statement(value, arguments)
        if text is not None:
            conditions = tuple(
                Condition(Operation("keyword", (Literal(column), compared))) for column, compared in text.compared
            )
            return Statement(text.kind, text.tables, conditions, (), None, text.is_aggregate, text.written)
        if not isinstance(value, Result):
            return None
        if isinstance(value.callee, External) and value.callee.name in STATEMENTS:
            tables = self.tables_in(value.arguments)
            counts = bool(value.arguments) and all(is_aggregate(argument) for argument in value.arguments)
            return Statement(STATEMENTS[value.callee.name], tables, (), (), value.place, counts)
        if isinstance(value.callee, Member):
            receiver, name = value.callee.receiver, value.callee.name
            if name in TABLE_STATEMENTS and isinstance(receiver, (Result, Member)):
                table = self.tables.of(receiver)
                if table is not None:  # trips.select() of an imperative table
                    return Statement(name, (table,), (), (), value.place)
            inner = self.statement(receiver)
            return self._with_method(inner, value) if inner is not None else None
        return None

    def _with_method(self, inner: Statement, call: Result) -> Statement:
        """A statement after one more method of its chain."""
        name = call.callee.name if isinstance(call.callee, Member) else ""
        if name in JOINS:
            joined = self.tables_in(call.arguments)
            conditions = tuple(
                Condition(argument, call.place) for argument in (*call.arguments[1:], *call.keywords.values())
            )
            kind = "select" if inner.kind == "select" else inner.kind
            return replace(
                inner,
                kind=kind,
                is_joined=True,
                tables=tuple(dict.fromkeys((*inner.tables, *joined))),
                conditions=(*inner.conditions, *conditions),
            )
        if name in FILTERS:
            values = [
                *call.arguments,
                *(Operation("keyword", (Literal(key), item)) for key, item in call.keywords.items()),
            ]
            added = tuple(Condition(value, call.place) for value in values)
            return replace(inner, conditions=(*inner.conditions, *added))
        if name == "options":
            return replace(inner, loads=(*inner.loads, *_loaded(call)))
        if name in ("values", "set", "update") and inner.kind in ("update", "insert", "select"):
            return replace(inner, written=(*inner.written, *written_by(call)))
        if name in AGGREGATES and inner.kind == "select":
            return replace(inner, is_aggregate=True)
        return inner

    def legacy_query(self, value: Value) -> Statement | None:
        """`session.query(Model).filter(...)`."""
        if isinstance(value, Choice):
            return one_of([self.legacy_query(option) for option in value.options])
        if not isinstance(value, Result) or not isinstance(value.callee, Member):
            return None
        if value.callee.name == "query":
            tables = self.tables_in(value.arguments)
            counts = bool(value.arguments) and all(is_aggregate(argument) for argument in value.arguments)
            return Statement("select", tables, (), (), value.place, counts) if tables else None
        inner = self.legacy_query(value.callee.receiver)
        return self._with_method(inner, value) if inner is not None else None

    def model_query(self, value: Value) -> Statement | None:
        """`Task.filter(...)` of libraries whose tables query themselves."""
        if not isinstance(value, Result) or not isinstance(value.callee, Member):
            return None
        receiver, name = value.callee.receiver, value.callee.name
        if isinstance(receiver, Member) and receiver.name == "objects":
            receiver = receiver.receiver
        if isinstance(receiver, Class):
            table = self.tables.of(receiver)
            if table is None or not queries_itself(receiver) or name not in MODEL_QUERIES:
                return None
            kind = MODEL_QUERIES[name]
            if kind == "insert":
                return Statement(kind, (table,), (), (), value.place, False, written_by(value))
            values = [
                *(_keyed(argument, name, table) for argument in value.arguments[: 1 if name in KEYED else None]),
                *(Operation("keyword", (Literal(key), item)) for key, item in value.keywords.items()),
            ]
            return Statement(
                kind,
                (table,),
                tuple(Condition(item, value.place) for item in values),
                (),
                value.place,
                name in AGGREGATES,
            )
        if not isinstance(receiver, Result) or name in ROW_METHODS or is_of_row(value):
            return None
        inner = self.model_query(receiver)
        if inner is None:
            return None
        if name in ("delete", "update", "set"):
            return replace(
                inner, kind="delete" if name == "delete" else "update", written=(*inner.written, *written_by(value))
            )
        return self._with_method(inner, value)

    def tables_in(self, arguments: Iterable[Value]) -> tuple[Table, ...]:
        """Tables that arguments of `select` speak of: the class, a column, a function of a column."""
        seen: dict[Value, int] = {}
        return tuple(dict.fromkeys(table for each in arguments for table in self._tables_in(each, 0, seen)))

    def _tables_in(self, value: Value, depth: int, seen: dict[Value, int]) -> Iterator[Table]:
        """The same of one value that was not seen at a lesser depth: conditions share their parts."""
        if seen.get(value, MOST_NESTED) <= depth:
            return
        seen[value] = depth
        if isinstance(value, Choice):
            for option in value.options:
                yield from self._tables_in(option, depth, seen)
        table = self.tables.of(value)
        if table is not None:
            yield table
        elif isinstance(value, Member):
            yield from self._tables_in(value.receiver, depth, seen)
        elif isinstance(value, Sequence):
            for item in value.items:
                yield from self._tables_in(item, depth, seen)
        elif isinstance(value, Result) and depth < MOST_NESTED - 1:
            if isinstance(value.callee, Member):
                yield from self._tables_in(value.callee.receiver, depth + 1, seen)
            for argument in value.arguments:
                yield from self._tables_in(argument, depth + 1, seen)

    def table_of_object(self, value: Value | None, depth: int = 0) -> Table | None:
        """The table of a row: an instance of the class, or what a query gave."""
        if depth > 20:
            return None
        if isinstance(value, Instance):
            return self.tables.of(value.cls)
        if isinstance(value, Choice):
            return next((table for option in value.options if (table := self.table_of_object(option, depth + 1))), None)
        if isinstance(value, Coroutine):
            return self.table_of_object(value.result, depth + 1)
        if isinstance(value, Sequence):
            return next((table for item in value.items if (table := self.table_of_object(item, depth + 1))), None)
        if isinstance(value, Item):
            return self.table_of_object(value.receiver, depth + 1)
        if isinstance(value, Result) and isinstance(value.callee, Member):
            return self._table_of_result(value, value.callee, depth)
        return None

    def returned_table(self, value: Value) -> str:
        """The name of the table where a value is a row of it, or a list of rows, as the query or the class gives them."""
        for option in value.options if isinstance(value, Choice) else (value,):
            table = self.table_of_object(option) if self._is_row_or_rows(option) else None
            if table is not None:
                return table.name
        return ""

    def _is_row_or_rows(self, value: Value) -> bool:
        if isinstance(value, Instance):
            return self.tables.of(value.cls) is not None
        if isinstance(value, Sequence):
            return bool(value.items) and all(map(self._is_row_or_rows, value.items))
        if not isinstance(value, Result) or not isinstance(value.callee, Member) or value.callee.name not in GIVES_ROWS:
            return False
        asked = value
        while isinstance(asked, Result) and isinstance(
            asked.callee, Member
        ):  # down to `select(...)` or `session.get(...)`
            first = asked.arguments[0] if asked.arguments else None
            if asked.callee.name in GETS | {"query"}:
                return all(self.tables.of(argument) is not None for argument in asked.arguments[:1])
            inner = first if first is not None and asked.callee.name in EXECUTES else asked.callee.receiver
            if isinstance(inner, Class):
                return self.tables.of(inner) is not None  # Task.filter(...)
            if not isinstance(inner, Result):
                return False
            asked = inner
        return all(self.tables.of(argument) is not None for argument in asked.arguments)

    def _table_of_result(self, value: Result, callee: Member, depth: int) -> Table | None:
        first = value.arguments[0] if value.arguments else None
        if callee.name in GETS and (table := self.tables.of(first)) is not None:
            return table
        if callee.name in VALIDATORS and (table := self.tables.of(callee.receiver)):
            return table
        statement = self.statement(first) if first is not None and callee.name in EXECUTES else None
        statement = statement or self.legacy_query(value) or self.model_query(value)
        if statement is not None:
            return statement.tables[0] if statement.tables else None
        return self.table_of_object(callee.receiver, depth + 1)


GIVES_ROWS = frozenset(
    {
        "all",
        "fetchall",
        "first",
        "get",
        "get_one",
        "get_or_none",
        "one",
        "one_or_none",
        "scalar",
        "scalar_one",
        "scalar_one_or_none",
    }
)
"""Methods that give a row or rows."""
MOST_NESTED = 9
TABLE_STATEMENTS = frozenset({"select", "update", "delete", "insert"})
"""Methods of an imperative table that begin a statement."""
ONE_ROW = frozenset({"get", "get_or_none", "get_by_id", "get_or_404", "find_one", "first"})
"""Methods of table classes that give one row."""
LOADERS = frozenset({"selectinload", "joinedload", "subqueryload", "immediateload", "contains_eager"})
"""Options that load a relationship with the rows."""
VALIDATORS = frozenset({"model_validate", "parse_obj", "from_orm", "construct", "model_construct", "validate"})
"""Methods that make a row of what they are given."""


def _keyed(argument: Value, name: str, table: Table) -> Value:
    """`Trip.get(trip_id)`: the key itself, where it is no condition."""
    is_condition = isinstance(argument, (Operation, Mapping)) or (
        isinstance(argument, Result) and (isinstance(argument.callee, Member) or dotted(argument).endswith("Q"))
    )
    return argument if name not in KEYED or is_condition else Operation("keyword", (Literal(table.keys[0]), argument))


def is_of_row(call: Result) -> bool:
    """`trip.delete()`, where `trip` is the one row that a query gave; `Trip.find_one(...).delete()` is a statement."""
    loaded = call.callee.receiver if isinstance(call.callee, Member) else None
    if not isinstance(loaded, Result) or not isinstance(loaded.callee, Member) or loaded.callee.name not in ONE_ROW:
        return False
    node = call.place.node if call.place is not None else None
    is_chained = isinstance(node, ast.Call) and isinstance(getattr(node.func, "value", None), ast.Call)
    return not is_chained


def dotted(call: Result) -> str:
    """The library function that a call calls; empty for anything else."""
    return call.callee.name if isinstance(call.callee, External) else ""


def _loaded(call: Result) -> Iterator[str]:
    """The relationships in `options(selectinload(Project.tasks))`, the first of each chain."""
    for argument in call.arguments:
        while isinstance(argument, Result) and isinstance(argument.callee, Member):
            argument = argument.callee.receiver
        if isinstance(argument, Result) and dotted(argument).rpartition(".")[2] in LOADERS:
            yield from (part.name for part in argument.arguments[:1] if isinstance(part, Member))


def one_of(found: list[Statement | None]) -> Statement | None:
    """One statement for several, of which one will run: what all have bounds it, the rest may."""
    parts = [part for part in found if part is not None]
    if not parts:
        return None
    keys = [set(_keys(part.conditions)) for part in parts]
    everywhere = set.intersection(*keys)
    common = [condition for key, condition in _keys(parts[0].conditions).items() if key in everywhere]
    rest = {
        id(condition.value): condition
        for part in parts
        for key, condition in (*_keys(part.conditions).items(), *_keys(part.optional).items())
        if key not in everywhere
    }
    tables = tuple(dict.fromkeys(table for part in parts for table in part.tables))
    return replace(parts[0], tables=tables, conditions=tuple(common), optional=tuple(rest.values()))


def _keys(conditions: tuple[Condition, ...]) -> dict[object, Condition]:
    """What each condition is known by, however often the call that adds it is evaluated."""
    counts: dict[int, int] = {}
    found: dict[object, Condition] = {}
    for condition in conditions:
        if condition.place is None:
            found[id(condition.value)] = condition
            continue
        node = id(condition.place.node)
        counts[node] = counts.get(node, 0) + 1
        found[node, counts[node]] = condition
    return found


def is_aggregate(value: Value) -> bool:
    """`func.count(Task.id)` and its like."""
    while isinstance(value, Result) and isinstance(value.callee, Member):
        value = value.callee.receiver  # .label("n"), .filter(...)
    name = value.callee.name if isinstance(value, Result) and isinstance(value.callee, External) else ""
    return name.rpartition(".")[2] in AGGREGATES or name.endswith(".exists")


def written_by(call: Result) -> tuple[tuple[str, Value], ...]:
    """The columns that `values(...)`, `update({...})` or `create(...)` sets."""
    found: list[tuple[str, Value]] = [("*" if key == "**" else key, value) for key, value in call.keywords.items()]
    for argument in call.arguments:
        if isinstance(argument, Mapping):
            for key, value in argument.items.items():
                name = key if isinstance(key, str) else getattr(key, "name", "*")
                found.append((str(name), value))
            if not argument.is_complete:
                found.append(("*", argument))
        else:
            found.append(("*", argument))
    return tuple(found)
