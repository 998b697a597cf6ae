"""Statements that are written as SQL text: their kind, tables, and what their columns are compared with."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache

from fastapi_guard.project.sql_columns import FIRST_WORD, INSERTED, TABLES, ColumnReader, names_in, plain
from fastapi_guard.project.tables import Table, TableReader
from fastapi_guard.project.values import (
    External,
    Instance,
    Literal,
    Mapping,
    Member,
    Operation,
    Result,
    Sequence,
    Unknown,
    Value,
    constant,
)

WHERE = re.compile(r"\bwhere\b(.*)", re.IGNORECASE | re.DOTALL)
PLACEHOLDER = re.compile(r"%s|\?|\$(\d+)|(?<![:\w]):(\w+)|%\((\w+)\)s|\x00(\d+)\x00")
COMPARED = re.compile(r"([\w.\"`]+)\s*(?:=|<>|!=|in|=\s*any|is)\s*\(?\s*$", re.IGNORECASE)
AGGREGATE = re.compile(r"\s*select\s+(?:count|sum|max|min|avg|exists|1\b)", re.IGNORECASE)
NOT_ALIASES = frozenset(
    {
        "where",
        "set",
        "on",
        "inner",
        "left",
        "right",
        "join",
        "order",
        "group",
        "limit",
        "values",
        "returning",
        "using",
        "cross",
        "outer",
        "full",
    }
)


@dataclass(frozen=True, slots=True)
class SqlStatement:
    """What a text does, and the values that it is given."""

    kind: str
    tables: tuple[Table, ...]
    compared: tuple[tuple[str, Value], ...]
    """Columns of the WHERE clause with the values that they are compared with."""
    written: tuple[tuple[str, Value], ...]
    is_aggregate: bool


@dataclass(frozen=True, slots=True)
class _Placeholder:
    """What a text leaves open: where, after which column, and what is put there."""

    at: int
    column: str
    name: str
    """Of a named one; empty for any other."""
    position: int
    """Among those that have no name."""
    part: int | None
    """Which of the values is put into the text itself; None for a placeholder of the database."""


@dataclass(frozen=True, slots=True)
class _Parsed:
    """What a text says, whatever it is given."""

    kind: str
    tables: tuple[str, ...]
    placeholders: tuple[_Placeholder, ...]
    conditions_at: int
    """Where its WHERE clause begins, or the text ends."""
    inserted: tuple[str, ...]
    """The columns of an INSERT."""
    inserted_until: int
    is_aggregate: bool


class SqlReader:
    """Reads SQL text; a class because the columns of tables are gathered once from all texts of the project."""

    def __init__(self, tables: TableReader) -> None:
        self.tables = tables
        self._columns = ColumnReader(tables.interpreter)

    def statement(self, value: Value, arguments: tuple[Value, ...]) -> SqlStatement | None:
        """The statement that a text is; None for anything else."""
        made = text_of(value)
        if made is None:
            return None
        text, parts = made
        parsed = _parsed(text)
        if parsed is None:
            return None
        tables = tuple(map(self._table, parsed.tables))
        values = [(each, _value_of(each, parts, arguments)) for each in parsed.placeholders]
        start = parsed.conditions_at
        compared = [(each.column, value) for each, value in values if each.at >= start]
        written = [(each.column, value) for each, value in values if each.at < start and parsed.kind == "update"]
        if parsed.inserted:
            given = [value for each, value in values if each.at > parsed.inserted_until]
            written = list(zip(parsed.inserted, given, strict=False))
        return SqlStatement(parsed.kind, tables, tuple(compared), tuple(written), parsed.is_aggregate)

    def _table(self, name: str) -> Table:
        known = self.tables.named(name)
        return known if known is not None else self.tables.of_columns(name, self._columns.of(name))


def text_of(value: Value) -> tuple[str, list[Value]] | None:
    """The text of a statement, with `\\0n\\0` where the n-th value is put into it."""
    if (
        isinstance(value, Result)
        and isinstance(value.callee, External)
        and value.callee.name.rpartition(".")[2] == "text"
        and value.arguments
    ):
        return text_of(value.arguments[0])
    if isinstance(value, Result) and isinstance(value.callee, Member) and value.callee.name in ("bindparams", "format"):
        return text_of(value.callee.receiver)
    known = constant(value)
    if isinstance(known, str):
        return known, []
    if isinstance(value, Operation) and value.operator == "text":
        pieces: list[str] = []
        parts: list[Value] = []
        for operand in value.operands:
            inner = text_of(operand) if isinstance(operand, (Literal, Operation)) else None
            if inner is not None and not inner[1]:
                pieces.append(inner[0])
            else:
                pieces.append(f"\x00{len(parts)}\x00")
                parts.append(operand)
        return "".join(pieces), parts
    return None


@lru_cache(maxsize=2_048)
def _parsed(text: str) -> _Parsed | None:
    """A text, read once however often it is run; None where it is no statement."""
    first = FIRST_WORD.match(text)
    if first is None:
        return None
    kind = first.group(1).lower().replace("with", "select")
    where = WHERE.search(text)
    inserted = INSERTED.search(text) if kind == "insert" else None
    return _Parsed(
        kind,
        tuple(table_names(text)),
        tuple(_placeholders(text)),
        where.start() if where else len(text),
        tuple(names_in(inserted.group(2))) if inserted else (),
        inserted.end() if inserted else 0,
        AGGREGATE.match(text) is not None,
    )


def table_names(text: str) -> list[str]:
    """Names of the tables that a statement speaks of, the main one first."""
    found = [plain(match.group(1)) for match in TABLES.finditer(text)]
    return list(dict.fromkeys(name for name in found if name.isidentifier() and name.lower() not in NOT_ALIASES))


def _placeholders(text: str) -> Iterator[_Placeholder]:
    positional = 0
    for match in PLACEHOLDER.finditer(text):
        before = COMPARED.search(text[: match.start()])
        column = plain(before.group(1)) if before else ""
        numbered, named, percent, part = match.groups()
        name = named or percent or ""
        index = int(numbered) - 1 if numbered else positional
        yield _Placeholder(match.start(), column, name, index, int(part) if part is not None else None)
        if part is None and not name:
            positional += 1


def _value_of(placeholder: _Placeholder, parts: list[Value], arguments: tuple[Value, ...]) -> Value:
    """What is put in the place of a placeholder."""
    if placeholder.part is not None:
        return parts[placeholder.part]
    return _named(placeholder.name, arguments) if placeholder.name else _positional(placeholder.position, arguments)


def _named(name: str, arguments: tuple[Value, ...]) -> Value:
    for argument in arguments:
        if isinstance(argument, Mapping) and name in argument.items:
            return argument.items[name]
        if (
            isinstance(argument, Result)
            and isinstance(argument.callee, Member)
            and argument.callee.name in ("model_dump", "dict", "_asdict")
        ):
            receiver = argument.callee.receiver
            known = receiver.attributes.get(name) if isinstance(receiver, Instance) else None
            return known if known is not None else Member(receiver, name)
    return arguments[0] if len(arguments) == 1 else Unknown(f"what :{name} stands for")


def _positional(index: int, arguments: tuple[Value, ...]) -> Value:
    first = arguments[0] if arguments else None
    values = first.items if isinstance(first, Sequence) and len(arguments) == 1 else list(arguments)
    return values[index] if index < len(values) else Unknown("what a placeholder stands for")
