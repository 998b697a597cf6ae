"""Namespaces: where a name is looked up, as Python does it."""

from __future__ import annotations

import ast
import re
from dataclasses import dataclass, field

from fastapi_guard.location import Location
from fastapi_guard.project.values import Value

NEWLINE = re.compile(r"\r\n|\r|\n")


@dataclass(slots=True, eq=False)
class ModuleScope:
    """A module of the project and its namespace, filled while its statements are evaluated."""

    path: str
    name: str
    tree: ast.Module
    text: str
    names: dict[str, Value] = field(default_factory=dict)
    state: str = "new"
    """new, running, done."""
    bindings: dict[str, list[ast.stmt]] | None = None
    """Which top-level statements bind a name; made when it is asked for."""
    _lines: list[str] | None = None

    @property
    def lines(self) -> list[str]:
        """The text by its lines; many modules are never asked for them."""
        if self._lines is None:
            self._lines = NEWLINE.split(self.text)
        return self._lines

    def location(self, node: ast.AST) -> Location:
        """Where a node stands, with columns in code points."""
        line = int(getattr(node, "lineno", 1))
        end_line = int(getattr(node, "end_lineno", None) or line)
        column = self.column(line, int(getattr(node, "col_offset", 0)))
        end_column = self.column(end_line, int(getattr(node, "end_col_offset", None) or 0))
        return Location(self.path, line, column, end_line, end_column)

    def column(self, line: int, offset: int) -> int:
        """The 1-based code point column of a UTF-8 byte offset."""
        text = self.lines[line - 1] if 0 < line <= len(self.lines) else ""
        if text.isascii():
            return offset + 1
        return len(text.encode("utf-8", "surrogatepass")[:offset].decode("utf-8", "replace")) + 1


@dataclass(slots=True, eq=False)
class Scope:
    """The names of a running function, class body or module."""

    module: ModuleScope
    names: dict[str, Value]
    parent: Scope | None = None
    """The enclosing function's scope; None at module level."""
    kind: str = "function"
    """function, class, module."""
    outer_names: set[str] = field(default_factory=set)
    """Declared `global` or `nonlocal`."""
    returned: list[Value] = field(default_factory=list)
    yielded: list[Value] = field(default_factory=list)
    function: Value | None = None
    """The `Function` that is running."""
    leaving: list[dict[str, Value]] = field(default_factory=list)
    """The names at each `break` and `continue` of the loop that is running."""

    def find(self, name: str) -> Value | None:
        """The value of a name in this or an enclosing function scope; class bodies are skipped from inside functions."""
        if name in self.names:
            return self.names[name]
        scope = self.parent
        while scope is not None:
            if name in scope.names and scope.kind != "class":
                return scope.names[name]
            scope = scope.parent
        return None
