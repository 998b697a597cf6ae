"""Statements that are written as SQL text: their kind, tables, and what their columns are compared with."""

from __future__ import annotations

import ast
import re
from dataclasses import dataclass

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

FIRST_WORD = re.compile(r"\s*(?:--[^\n]*\n\s*)*(select|insert|update|delete|with)\b", re.IGNORECASE)
SQL_WORD = re.compile(r"(?:select|insert|update|delete|create)(?:[\s\\\"']|$)", re.IGNORECASE)
"""What a line of a module has that spells a statement; others need not be searched for texts."""
TABLES = re.compile(r"\b(?:from|join|into|update(?!\s+set))\s+([\w.\"`\[\]]+)(?:\s+(?:as\s+)?(\w+))?", re.IGNORECASE)
WHERE = re.compile(r"\bwhere\b(.*)", re.IGNORECASE | re.DOTALL)
PLACEHOLDER = re.compile(r"%s|\?|\$(\d+)|(?<![:\w]):(\w+)|%\((\w+)\)s|\x00(\d+)\x00")
COMPARED = re.compile(r"([\w.\"`]+)\s*(?:=|<>|!=|in|=\s*any|is)\s*\(?\s*$", re.IGNORECASE)
INSERTED = re.compile(r"\binsert\s+into\s+([\w.\"`]+)\s*\(([^)]*)\)", re.IGNORECASE)
CREATED = re.compile(r"\bcreate\s+table\s+(?:if\s+not\s+exists\s+)?([\w.\"`]+)\s*\((.*)", re.IGNORECASE | re.DOTALL)
UPDATED = re.compile(r"\bupdate\s+([\w.\"`]+)(?:\s+\w+)?\s+set\s+(.*?)(?:\bwhere\b|\Z)", re.IGNORECASE | re.DOTALL)
AGGREGATE = re.compile(r"\s*select\s+(?:count|sum|max|min|avg|exists|1\b)", re.IGNORECASE)
QUALIFIED = re.compile(r"\b(\w+)\.(\w+)\b")
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


class SqlReader:
    """Reads SQL text; a class because the columns of tables are gathered once from all texts of the project."""

    def __init__(self, tables: TableReader) -> None:
        self.tables = tables
        self._columns: dict[str, dict[str, None]] = {}
        self._gathered: set[str] = set()

    def statement(self, value: Value, arguments: tuple[Value, ...]) -> SqlStatement | None:
        """The statement that a text is; None for anything else."""
        made = text_of(value)
        if made is None:
            return None
        text, parts = made
        first = FIRST_WORD.match(text)
        if first is None:
            return None
        kind = first.group(1).lower().replace("with", "select")
        tables = tuple(self._table(name) for name in table_names(text))
        values = _bound(text, parts, arguments)
        where = WHERE.search(text)
        start = where.start() if where else len(text)
        compared = [(column, found) for at, column, found in values if at >= start]
        written = [(column, found) for at, column, found in values if at < start and kind == "update"]
        if kind == "insert" and (inserted := INSERTED.search(text)):
            written = list(
                zip(_names(inserted.group(2)), [found for at, _, found in values if at > inserted.end()], strict=False)
            )
        return SqlStatement(kind, tables, tuple(compared), tuple(written), AGGREGATE.match(text) is not None)

    def _table(self, name: str) -> Table:
        known = self.tables.named(name)
        return (
            known if known is not None else self.tables.of_columns(name, list(self._columns_by_table().get(name, {})))
        )

    def _columns_by_table(self) -> dict[str, dict[str, None]]:
        for path, module in list(self.tables.interpreter.modules.items()):
            if path in self._gathered or module is None:
                continue
            self._gathered.add(path)
            if not any(map(SQL_WORD.search, module.lines)):
                continue
            for node in ast.walk(module.tree):
                if isinstance(node, ast.Constant) and isinstance(node.value, str) and " " in node.value:
                    gather_columns(node.value, self._columns)
        return self._columns


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


def table_names(text: str) -> list[str]:
    """Names of the tables that a statement speaks of, the main one first."""
    found = [_plain(match.group(1)) for match in TABLES.finditer(text)]
    return list(dict.fromkeys(name for name in found if name.isidentifier() and name.lower() not in NOT_ALIASES))


def gather_columns(text: str, into: dict[str, dict[str, None]]) -> None:
    """Columns that a text is seen to use, by table."""
    if FIRST_WORD.match(text) is None and not CREATED.search(text):
        return
    for match in INSERTED.finditer(text):
        into.setdefault(_plain(match.group(1)), {}).update(dict.fromkeys(_names(match.group(2))))
    for match in CREATED.finditer(text):
        names = [part.split()[0] for part in match.group(2).split(",") if part.split()]
        into.setdefault(_plain(match.group(1)), {}).update(dict.fromkeys(map(_plain, names)))
    aliases = {match.group(2) or _plain(match.group(1)): _plain(match.group(1)) for match in TABLES.finditer(text)}
    aliases.update({_plain(match.group(1)): _plain(match.group(1)) for match in TABLES.finditer(text)})
    for match in QUALIFIED.finditer(text):
        if match.group(1) in aliases:
            into.setdefault(aliases[match.group(1)], {})[match.group(2)] = None


def _bound(text: str, parts: list[Value], arguments: tuple[Value, ...]) -> list[tuple[int, str, Value]]:
    """Every placeholder: where it stands, the column before it, the value for it."""
    found = []
    positional = 0
    for match in PLACEHOLDER.finditer(text):
        before = COMPARED.search(text[: match.start()])
        column = _plain(before.group(1)) if before else ""
        numbered, named, percent, part = match.groups()
        if part is not None:
            value = parts[int(part)]
        elif named or percent:
            value = _named(named or percent, arguments)
        else:
            index = int(numbered) - 1 if numbered else positional
            positional += 1
            value = _positional(index, arguments)
        found.append((match.start(), column, value))
    return found


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


def _plain(name: str) -> str:
    return name.rpartition(".")[2].strip('"`[] ')


def _names(columns: str) -> list[str]:
    return [_plain(column.strip()) for column in columns.split(",") if column.strip()]
