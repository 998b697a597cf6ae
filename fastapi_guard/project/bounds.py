"""What bounds a query: which columns its conditions compare, with whose values, and whether that limits it to the user."""

from __future__ import annotations

import ast
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from fastapi_guard.knowledge.database import OWNER_PATTERN, SECRET_COLUMNS
from fastapi_guard.project.evaluator.calls import is_authorizer
from fastapi_guard.project.kinds import CLIENT, COLUMN, CONSTANT, OWN, PRINCIPAL, ROW, UNKNOWN
from fastapi_guard.project.origins import Origins
from fastapi_guard.project.roles import asks_for_role, tests_around
from fastapi_guard.project.statements import Condition, Statement
from fastapi_guard.project.tables import Table, TableReader
from fastapi_guard.project.values import (
    Argument,
    Choice,
    Class,
    Conditional,
    External,
    Item,
    Literal,
    Mapping,
    Member,
    Operation,
    Result,
    Unknown,
    Value,
    constant,
)
from fastapi_guard.project.values import (
    Sequence as Items,
)

MOST_NESTED = 6
COMPARING = frozenset(
    {
        "in_",
        "is_",
        "__eq__",
        "any_",
        "contains",
        "has",
        "any",
        "is_not_distinct_from",
        "__ne__",
        "like",
        "ilike",
        "op",
        "between",
        "notin_",
        "not_in",
        "isnot",
        "is_not",
    }
)
"""Methods of columns that compare them."""


@dataclass(frozen=True, slots=True)
class Compared:
    """A column and what a condition compares it with."""

    column: str
    table: Table | None
    value: Value


@dataclass(frozen=True, slots=True)
class Bound:
    """What limits a query."""

    scope: str
    columns: tuple[str, ...] = ()
    values: tuple[Value, ...] = ()
    is_by_key: bool = False
    client_value: str = ""
    optional_test: str = ""
    kept_in: str = ""


class BoundReader:
    """Reads conditions; a class because it looks tables up."""

    def __init__(self, tables: TableReader) -> None:
        self.tables = tables

    def bound(
        self, statement: Statement, table: Table | None, origins: Origins, load: Value, checks: Iterable[Value]
    ) -> Bound:
        """What limits a statement on a table to the principal: itself, or a check of what it gave."""
        compared = [
            part for condition in statement.conditions for part in self.compared(condition.value, statement.tables)
        ]
        columns = tuple(dict.fromkeys(_spelled(part, table) for part in compared if part.column))
        values = tuple(part.value for part in compared)
        keys = {*(table.keys if table else ()), "id", "uuid", "slug"}
        by_key = any(part.column in keys and (part.table is None or part.table == table) for part in compared)
        bound = Bound("unowned", columns, values, by_key)
        if table is None or not (table.is_owned or table.is_principal):
            is_own = any(origins.is_of_principal(value) or origins.is_trusted(value) for value in values)
            return _scoped(bound, "statement") if is_own else bound
        return self._limited(bound, statement, table, compared, origins, load, checks)

    def _limited(
        self,
        bound: Bound,
        statement: Statement,
        table: Table,
        compared: list[Compared],
        origins: Origins,
        load: Value,
        checks: Iterable[Value],
    ) -> Bound:
        conditions = [condition.value for condition in statement.conditions]
        if any(origins.is_of_principal(value) for value in conditions) or (
            origins.is_of_principal(load) and not compared and not statement.optional
        ):
            return _scoped(bound, "statement")
        owners = [part for part in compared if self.is_owner(part.column, part.table or table)]
        if any(origins.is_trusted(part.value) for part in compared):
            return _scoped(bound, "statement")
        if any(self._checks(check, load, origins) for check in checks):
            return _scoped(bound, "check")
        if any(SECRET_COLUMNS.search(part.column) for part in compared if not part.column.endswith("_id")):
            return _scoped(bound, "unknown")  # who knows the secret may
        from_client = [
            part
            for part in owners
            if origins.kinds(part.value) <= {CLIENT, CONSTANT} and CLIENT in origins.kinds(part.value)
        ]
        if owners and len(from_client) == len(owners):
            return _scoped(bound, "client", client_value=spelled(from_client[0].value))
        if owners:
            return _scoped(bound, "unknown")
        if any(ROW in origins.kinds(part.value) for part in compared):
            return _scoped(bound, "derived")
        if any(is_opaque(value, origins) for value in conditions) or any(
            UNKNOWN in origins.kinds(part.value) for part in compared
        ):
            return _scoped(bound, "unknown")
        return self._optional(bound, statement, table, origins)

    def _optional(self, bound: Bound, statement: Statement, table: Table, origins: Origins) -> Bound:
        """Whether some path adds the owner, and which test decides."""
        found: list[Bound] = []
        for condition in statement.optional:
            compared = self.compared(condition.value, statement.tables)
            of_owner = [part for part in compared if self.is_owner(part.column, part.table or table)]
            if not of_owner and not origins.is_of_principal(condition.value):
                continue
            test = _test_of(condition)
            written = ast.unparse(test) if test is not None else ""
            if test is not None and asks_for_role(test):
                return _scoped(bound, "role", optional_test=written)
            found.append(_scoped(bound, "optional", optional_test=written, client_value=_client(of_owner, origins)))
        if found:
            return found[0]
        if statement.optional and any(is_opaque(condition.value, origins) for condition in statement.optional):
            return _scoped(bound, "unknown")
        return _scoped(bound, "nothing")

    def compared(self, condition: Value, tables: tuple[Table, ...], depth: int = 0) -> Iterator[Compared]:
        """The columns that a condition compares, and what with."""
        if depth > MOST_NESTED:
            return
        if isinstance(condition, Conditional):
            yield from self.compared(condition.value, tables, depth + 1)
        elif isinstance(condition, Choice):
            for option in condition.options:
                yield from self.compared(option, tables, depth + 1)
        elif isinstance(condition, Operation):
            yield from self._of_operation(condition, tables, depth)
        elif isinstance(condition, Result):
            callee = condition.callee
            column = self.column(callee.receiver) if isinstance(callee, Member) and callee.name in COMPARING else None
            if column is not None:
                for argument in condition.arguments:
                    yield Compared(column[0], column[1], argument)
                return
            for argument in [*condition.arguments, *condition.keywords.values()]:
                yield from self.compared(argument, tables, depth + 1)
        elif isinstance(condition, Mapping):
            for key, value in condition.items.items():
                if isinstance(key, str) and key.startswith("$"):
                    yield from self.compared(value, tables, depth + 1)  # {"$or": [...]}
                elif isinstance(key, str):
                    yield Compared(key.lstrip("_"), None, value)
        elif isinstance(condition, Items):
            for item in condition.items:
                yield from self.compared(item, tables, depth + 1)

    def _of_operation(self, condition: Operation, tables: tuple[Table, ...], depth: int) -> Iterator[Compared]:
        if condition.operator == "keyword":
            key = constant(condition.operands[0])
            name = str(key).partition("__")
            column = (
                name[2]
                if name[2]
                and any(name[0] == c for t in tables for c in (t.owner_column, *t.parent_columns))
                and not name[2].startswith(("in", "i", "gt", "lt"))
                else name[0]
            )
            column = name[0] if column == "id" or not column else column
            yield Compared(column, None, condition.operands[1])
            return
        for index, side in enumerate(condition.operands):
            column_of = self.column(side)
            if column_of is None:
                yield from self.compared(side, tables, depth + 1)
                continue
            for at, other in enumerate(condition.operands):
                if at != index and self.column(other) is None:
                    yield Compared(column_of[0], column_of[1], other)

    def column(self, value: Value) -> tuple[str, Table | None] | None:
        """`Task.user_id`, `col(Task.user_id)`, `Task.c.user_id`."""
        if isinstance(value, Result) and isinstance(value.callee, External) and value.arguments:
            return (
                self.column(value.arguments[0])
                if value.callee.name.rpartition(".")[2] in ("col", "cast", "lower", "upper", "coalesce")
                else None
            )
        if not isinstance(value, Member):
            return None
        receiver = value.receiver
        if isinstance(receiver, Member) and receiver.name in ("c", "columns"):
            receiver = receiver.receiver
        table = self.tables.of(receiver)
        if table is not None:
            return (value.name, table)
        inner = self.column(receiver) if isinstance(receiver, Member) else None  # Task.owner.id
        return inner if inner is not None else None

    def is_owner(self, column: str, table: Table) -> bool:
        """Whether a column says whose row it is."""
        if table.is_principal:
            return column in (*table.keys, table.owner_column, "email", "username", "user_id")
        return (
            column == table.owner_column
            or column in self.tables.owner_columns
            or OWNER_PATTERN.fullmatch(column) is not None
        )

    def _checks(self, check: Value, load: Value, origins: Origins) -> bool:
        """A comparison of the loaded row with the principal, or a question about both."""
        if isinstance(check, Result):
            values = [
                *check.arguments,
                *check.keywords.values(),
                *([check.callee.receiver] if isinstance(check.callee, Member) else []),
            ]
            is_told_who = any(origins.is_of_principal(value) for value in values)
            return any(origins.comes_from(value, load) for value in values) and (
                is_told_who or is_authorizer(self.tables.interpreter, check.callee)
            )
        if not isinstance(check, Operation) or len(check.operands) != 2:
            return False
        for side, other in (check.operands, check.operands[::-1]):
            if isinstance(side, Class) or not origins.comes_from(side, load):
                continue
            if origins.is_of_principal(other) and not origins.comes_from(other, load):
                return True
            if origins.is_trusted(other) and not origins.comes_from(other, load) and constant(other) is None:
                return True
        return False


def _scoped(bound: Bound, scope: str, *, client_value: str = "", optional_test: str = "") -> Bound:
    return Bound(scope, bound.columns, bound.values, bound.is_by_key, client_value, optional_test)


def _client(parts: list[Compared], origins: Origins) -> str:
    return next((spelled(part.value) for part in parts if CLIENT in origins.kinds(part.value)), "")


def _test_of(condition: Condition) -> ast.expr | None:
    tests = list(tests_around(condition.place)) if condition.place is not None else []
    return tests[-1][0] if tests else None


def _spelled(part: Compared, table: Table | None) -> str:
    owner = part.table or table
    return f"{owner.short_name}.{part.column}" if owner is not None else part.column


def spelled(value: Value) -> str:
    """A value as the code has it, as far as it is known: `payload.user_id`."""
    if isinstance(value, Argument):
        return (
            f"{spelled(value.holder)}.{value.name}"
            if value.holder is not None and spelled(value.holder)
            else value.name
        )
    if isinstance(value, Member):
        return f"{spelled(value.receiver)}.{value.name}"
    if isinstance(value, Item):
        key = value.key.value if isinstance(value.key, Literal) else "…"
        return f"{spelled(value.receiver)}[{key!r}]"
    if isinstance(value, Result) and isinstance(value.callee, External) and value.arguments:
        return spelled(value.arguments[0])
    if isinstance(value, Choice):
        return next((text for option in value.options if (text := spelled(option))), "")
    place = getattr(value, "place", None)
    node = getattr(place, "node", None)
    if isinstance(node, ast.Attribute):
        return ast.unparse(node)
    return node.arg if isinstance(node, ast.arg) else ""


def is_opaque(value: Value, origins: Origins) -> bool:
    """A condition that could not be followed and may bound anything: `*filters`, the result of a call."""
    if isinstance(value, (Unknown, Argument, Item)):
        return True
    if isinstance(value, Result) and not isinstance(value.callee, (Member, External)):
        return True
    if isinstance(value, Mapping):
        return not value.is_complete
    if isinstance(value, Operation) and value.operator == "keyword":
        return constant(value.operands[0]) == "**"
    return False


__all__ = ["COLUMN", "OWN", "PRINCIPAL", "Bound", "BoundReader", "spelled"]
