"""Which columns the SQL texts of a project use, by table."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from dataclasses import dataclass, field

from fastapi_guard.facts.nodes import lines_of, nodes_on
from fastapi_guard.project.evaluator.interpreter import Interpreter
from fastapi_guard.project.newcomers import Newcomers
from fastapi_guard.project.scope import ModuleScope

SQL_WORD = re.compile(r"(?:select|insert|update|delete|create)(?:[\s\\\"']|$)", re.MULTILINE)
"""What a line of a module has that spells a statement; others need not be searched for texts."""
BEGINNING = re.compile(r"(?:select|insert|update|delete|create|with)\b")
"""What a line has on which a statement may begin, or a table is created."""
FIRST_WORD = re.compile(r"\s*(?:--[^\n]*\n\s*)*(select|insert|update|delete|with)\b", re.IGNORECASE)
TABLES = re.compile(r"\b(?:from|join|into|update(?!\s+set))\s+([\w.\"`\[\]]+)(?:\s+(?:as\s+)?(\w+))?", re.IGNORECASE)
INSERTED = re.compile(r"\binsert\s+into\s+([\w.\"`]+)\s*\(([^)]*)\)", re.IGNORECASE)
CREATED = re.compile(r"\bcreate\s+table\s+(?:if\s+not\s+exists\s+)?([\w.\"`]+)\s*\((.*)", re.IGNORECASE | re.DOTALL)
QUALIFIED = re.compile(r"\b(\w+)\.(\w+)\b")

Columns = dict[str, dict[str, None]]
"""The names of columns in the order in which they were met, by table."""


@dataclass(slots=True)
class _Gathered:
    """What is known of a table."""

    columns: dict[str, None] = field(default_factory=dict)
    modules: int = 0
    """How many modules were searched for it."""


class ColumnReader:
    """Gathers them; a class because each module is searched once for a table, and its statements are read once."""

    def __init__(self, interpreter: Interpreter) -> None:
        self._newcomers = Newcomers(interpreter)
        self._modules: list[ModuleScope] = []
        self._tables: dict[str, _Gathered] = {}
        self._known: dict[str, Columns] = {}

    def of(self, table: str) -> list[str]:
        """The columns that the texts of all modules so far use of a table."""
        self._modules += self._newcomers.take()
        gathered = self._tables.setdefault(table, _Gathered())
        for module in self._modules[gathered.modules :]:
            if table in "\n".join(module.lines):
                gathered.columns.update(self._in_module(module).get(table, {}))
        gathered.modules = len(self._modules)
        return list(gathered.columns)

    def _in_module(self, module: ModuleScope) -> Columns:
        known = self._known.get(module.path)
        if known is None:
            known = self._known[module.path] = {}
            for text in _statements_in(module):
                gather_columns(text, known)
        return known


def _statements_in(module: ModuleScope) -> Iterator[str]:
    """The texts of a module that may be statements."""
    text = "\n".join(module.lines).lower()
    if SQL_WORD.search(text) is None:
        return
    for node in nodes_on(module.tree, lines_of(BEGINNING, text)):
        if isinstance(node, ast.Constant) and isinstance(node.value, str) and " " in node.value:
            yield node.value


def gather_columns(text: str, into: Columns) -> None:
    """Columns that a text is seen to use, by table."""
    if FIRST_WORD.match(text) is None and not CREATED.search(text):
        return
    for match in INSERTED.finditer(text):
        into.setdefault(plain(match.group(1)), {}).update(dict.fromkeys(names_in(match.group(2))))
    for match in CREATED.finditer(text):
        names = [part.split()[0] for part in match.group(2).split(",") if part.split()]
        into.setdefault(plain(match.group(1)), {}).update(dict.fromkeys(map(plain, names)))
    aliases = {match.group(2) or plain(match.group(1)): plain(match.group(1)) for match in TABLES.finditer(text)}
    aliases.update({plain(match.group(1)): plain(match.group(1)) for match in TABLES.finditer(text)})
    for match in QUALIFIED.finditer(text):
        if match.group(1) in aliases:
            into.setdefault(aliases[match.group(1)], {})[match.group(2)] = None


def plain(name: str) -> str:
    """A name without its schema and quotes."""
    return name.rpartition(".")[2].strip('"`[] ')


def names_in(columns: str) -> list[str]:
    """The names in a list of columns."""
    return [plain(column.strip()) for column in columns.split(",") if column.strip()]
